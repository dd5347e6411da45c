import { CommitmentProof, type ExistenceProof, HashOp, type InnerOp } from "cosmjs-types/cosmos/ics23/v1/proofs";
import { concatBytes } from "../crypto/hash.ts";
import { type MerkleProof, merkleProofs } from "../crypto/merkle.ts";
import { appHashLeaves, type StoreRoot, storeKey } from "./app-hash.ts";
import { StoreError } from "./errors.ts";
import { IAVL_SPEC, TENDERMINT_SPEC } from "./ics23/spec.ts";
import { verifyMembership, verifyNonMembership } from "./ics23/verify.ts";
import type { KvEntry } from "./kv.ts";
import type { MultiStore } from "./multistore.ts";
import { zigzag } from "./tree/hash.ts";
import type { LeafPath, PathStep, TreeView } from "./tree/view.ts";

/** Types of the two proof operators of a query, as in the SDK's store/types/proof.go. */
export const PROOF_OP_IAVL = "ics23:iavl";
export const PROOF_OP_SIMPLE = "ics23:simple";

/** Longest encoded proof that is decoded: two neighbours with the largest values, and paths of 128 steps. */
const MAX_PROOF_BYTES = 16 * 1_024 * 1_024;

const LENGTH_BYTE = Uint8Array.of(0x20);

/** One operator of an `abci_query` proof; `data` is an encoded ICS-23 `CommitmentProof`. */
export interface ProofOp {
  readonly type: string;
  readonly key: Uint8Array;
  readonly data: Uint8Array;
}

/** What a query with proof answers: the value, undefined when absent, and the operators from it to the app hash. */
export interface ProvenValue {
  readonly value: Uint8Array | undefined;
  readonly ops: readonly [ProofOp, ProofOp];
}

/**
 * A key's value or absence in a store at a retained version, proven up to the application hash of that version,
 * which is in the header of the height after it. Throws `pruned`, `unknown_version`, `unknown_store`, `unprovable`.
 */
export function proveKey(
  stores: MultiStore,
  query: { readonly store: string; readonly key: Uint8Array; readonly version?: number },
): ProvenValue {
  const version = query.version ?? stores.version;
  const view = stores.storeView(query.store, version);
  const data = CommitmentProof.encode(proveInTree(view, query.key)).finish();
  return {
    value: view.get(query.key),
    ops: [{ type: PROOF_OP_IAVL, key: query.key, data }, proveStore(stores.roots(version), query.store)],
  };
}

/** ICS-23 proof of a key or of its absence in one tree. Throws `unprovable`. */
export function proveInTree(view: TreeView, key: Uint8Array): CommitmentProof {
  if (view.size === 0) throw new StoreError("unprovable", "an empty store proves nothing");
  const path = view.path(key);
  if (path) return CommitmentProof.fromPartial({ exist: existence(path) });
  const leftKey = firstKey(view.iterate(undefined, key, true));
  const rightKey = firstKey(view.iterate(key));
  const left = leftKey && existence(view.path(leftKey)!);
  const right = rightKey && existence(view.path(rightKey)!);
  return CommitmentProof.fromPartial({ nonexist: { key, ...(left && { left }), ...(right && { right }) } });
}

/** ICS-23 proof of a store's root under the application hash. Throws `unknown_store`. */
export function proveStore(roots: readonly StoreRoot[], name: string): ProofOp {
  const at = roots.findIndex((each) => each.name === name);
  const proof = merkleProofs(appHashLeaves(roots)).proofs[at];
  if (!proof) throw new StoreError("unknown_store", `there is no store "${name}" at this version`);
  const key = storeKey(name);
  const leaf = { ...TENDERMINT_SPEC.leafSpec };
  const exist = { key, value: roots[at]!.root, leaf, path: simpleSteps(proof) };
  return { type: PROOF_OP_SIMPLE, key, data: CommitmentProof.encode(CommitmentProof.fromPartial({ exist })).finish() };
}

/**
 * Checks the answer to a query against an application hash: `value` undefined claims absence. Throws `bad_proof`
 * with the reason.
 */
export function verifyQueryProof(
  appHash: Uint8Array,
  claim: { readonly store: string; readonly key: Uint8Array; readonly value: Uint8Array | undefined },
  ops: readonly ProofOp[],
): void {
  const [inner, outer] = ops;
  if (ops.length !== 2 || inner?.type !== PROOF_OP_IAVL || outer?.type !== PROOF_OP_SIMPLE) {
    throw new StoreError("bad_proof", `a query proof is ${PROOF_OP_IAVL}, then ${PROOF_OP_SIMPLE}`);
  }
  const simple = decodeProof(outer.data);
  const root = simple.exist?.value ?? new Uint8Array(0);
  if (!verifyMembership(TENDERMINT_SPEC, appHash, simple, { key: storeKey(claim.store), value: root })) {
    throw new StoreError("bad_proof", `store "${claim.store}" is not proven under the application hash`);
  }
  const iavl = decodeProof(inner.data);
  const proven =
    claim.value === undefined
      ? verifyNonMembership(IAVL_SPEC, root, iavl, claim.key)
      : verifyMembership(IAVL_SPEC, root, iavl, { key: claim.key, value: claim.value });
  if (!proven) throw new StoreError("bad_proof", `the key is not proven under the root of store "${claim.store}"`);
}

function decodeProof(bytes: Uint8Array): CommitmentProof {
  if (bytes.length > MAX_PROOF_BYTES) throw new StoreError("bad_proof", `a proof of ${bytes.length} bytes`);
  try {
    return CommitmentProof.decode(bytes);
  } catch {
    throw new StoreError("bad_proof", "the bytes are no ICS-23 proof");
  }
}

function existence({ key, value, version, steps }: LeafPath): ExistenceProof {
  if (value.length === 0) throw new StoreError("unprovable", "ICS-23 does not prove empty values");
  const leaf = { ...IAVL_SPEC.leafSpec, prefix: concatBytes(zigzag(0), zigzag(1), zigzag(version)) };
  return { key, value, leaf, path: steps.map(iavlStep) };
}

function iavlStep({ height, size, version, sibling, siblingIsLeft }: PathStep): InnerOp {
  const head = concatBytes(zigzag(height), zigzag(size), zigzag(version), LENGTH_BYTE);
  if (siblingIsLeft) {
    return { hash: HashOp.SHA256, prefix: concatBytes(head, sibling, LENGTH_BYTE), suffix: new Uint8Array(0) };
  }
  return { hash: HashOp.SHA256, prefix: head, suffix: concatBytes(LENGTH_BYTE, sibling) };
}

/** Aunts of a simple merkle proof, leaf to root, each on its side: 0x01, left, right. */
function simpleSteps({ total, index, aunts }: MerkleProof): InnerOp[] {
  const tag = Uint8Array.of(1);
  const auntIsRight: boolean[] = [];
  for (let at = index, size = total; size > 1; ) {
    let split = 1;
    while (split * 2 < size) split *= 2;
    auntIsRight.unshift(at < split);
    size = at < split ? split : size - split;
    if (!auntIsRight[0]) at -= split;
  }
  return aunts.map((aunt, i) =>
    auntIsRight[i]
      ? { hash: HashOp.SHA256, prefix: tag, suffix: aunt }
      : { hash: HashOp.SHA256, prefix: concatBytes(tag, aunt), suffix: new Uint8Array(0) },
  );
}

function firstKey(entries: Iterable<KvEntry>): Uint8Array | undefined {
  for (const [key] of entries) return key;
  return undefined;
}
