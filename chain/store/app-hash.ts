import { concatBytes, sha256 } from "../crypto/hash.ts";
import { merkleRoot } from "../crypto/merkle.ts";
import { StoreError } from "./errors.ts";

/** The root hash of one store at some version. */
export interface StoreRoot {
  readonly name: string;
  readonly root: Uint8Array;
}

/** The length prefixes of the simple map's leaves are written in one byte. */
export const MAX_STORE_NAME_BYTES = 127;

const utf8 = new TextEncoder();

/** The key of a store in the simple map. Throws `unknown_store` for a name that no store can have. */
export function storeKey(name: string): Uint8Array {
  const key = utf8.encode(name);
  if (key.length === 0 || key.length > MAX_STORE_NAME_BYTES) {
    throw new StoreError("unknown_store", `a store's name has 1 to ${MAX_STORE_NAME_BYTES} bytes: "${name}"`);
  }
  return key;
}

/**
 * Leaves of the simple merkle map of the SDK's `CommitInfo.Hash` (store/types/commit_info.go): length-prefixed name,
 * length-prefixed sha256 of the root. `roots` come in ascending order of name.
 */
export function appHashLeaves(roots: readonly StoreRoot[]): Uint8Array[] {
  return roots.map(({ name, root }) => {
    const key = storeKey(name);
    const hash = sha256(root);
    return concatBytes(Uint8Array.of(key.length), key, Uint8Array.of(hash.length), hash);
  });
}

/** The application hash over the stores' roots, in ascending order of name. */
export function appHashOf(roots: readonly StoreRoot[]): Uint8Array {
  return merkleRoot(appHashLeaves(roots));
}
