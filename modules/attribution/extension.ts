import { HASH_LENGTH } from "../../chain/crypto/hash.ts";
import { VoteExtension } from "../../proto/gen/openledger/attribution/v1.ts";
import { decodeStrict, encodeBytes } from "../../proto/runtime.ts";
import { errors } from "./errors.ts";
import { MAX_EXTENSION_BYTES } from "./limits.ts";

/** Canonical bytes. Throws attribution/16 (bad extension) for a root or reveal that is neither empty nor a hash. */
export function encodeExtension(extension: VoteExtension): Uint8Array {
  checkFields(extension);
  return encodeBytes(VoteExtension, extension);
}

/** Inverse of `encodeExtension`. Throws attribution/16 for any other bytes: too long, unknown or missing parts, padding. */
export function decodeExtension(bytes: Uint8Array): VoteExtension {
  const extension = strict(bytes);
  checkFields(extension);
  return extension;
}

function strict(bytes: Uint8Array): VoteExtension {
  try {
    return decodeStrict(VoteExtension, bytes, MAX_EXTENSION_BYTES);
  } catch (error) {
    throw errors.badExtension(`not a canonical vote extension: ${(error as Error).message}`);
  }
}

/** What VerifyVoteExtension answers: size and canonical bytes, never content. */
export function isExtension(bytes: Uint8Array): boolean {
  try {
    decodeExtension(bytes);
    return true;
  } catch {
    return false;
  }
}

function checkFields({ root, reveal }: VoteExtension): void {
  for (const [name, value] of [
    ["root", root],
    ["reveal", reveal],
  ] as const) {
    if (value.length !== 0 && value.length !== HASH_LENGTH) {
      throw errors.badExtension(`the ${name} has ${value.length} bytes, a hash has ${HASH_LENGTH}`);
    }
  }
}
