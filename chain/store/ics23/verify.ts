import type { CommitmentProof, ExistenceProof, NonExistenceProof } from "cosmjs-types/cosmos/ics23/v1/proofs";
import { compareBytes, equalBytes } from "../../crypto/bytes.ts";
import { StoreError } from "../errors.ts";
import { checkExistence } from "./check.ts";
import { isLeftMost, isLeftNeighbor, isRightMost } from "./neighbors.ts";
import { applyInner, applyLeaf, applyPrehash, badProof } from "./ops.ts";
import type { ProofSpec } from "./spec.ts";

// Single proofs only: batches and compressed batches count as no proof.

/** True when the proof shows that `key` has `value` under `root`. */
export function verifyMembership(
  spec: ProofSpec,
  root: Uint8Array,
  proof: CommitmentProof,
  entry: { readonly key: Uint8Array; readonly value: Uint8Array },
): boolean {
  return holds(() => {
    if (!proof.exist) throw badProof("no proof of existence");
    if (!equalBytes(proof.exist.key, entry.key)) throw badProof("proof of another key");
    if (!equalBytes(proof.exist.value, entry.value)) throw badProof("proof of another value");
    checkRoot(spec, root, proof.exist);
  });
}

/** True when the proof shows that `key` is absent under `root`. */
export function verifyNonMembership(
  spec: ProofSpec,
  root: Uint8Array,
  proof: CommitmentProof,
  key: Uint8Array,
): boolean {
  return holds(() => {
    if (!proof.nonexist) throw badProof("no proof of absence");
    checkAbsence(spec, root, proof.nonexist, key);
  });
}

/** The root that an existence proof leads to, whatever its form. Throws `bad_proof`. */
export function calculateRoot(proof: ExistenceProof, spec?: ProofSpec): Uint8Array {
  if (!proof.leaf) throw badProof("an existence proof needs a leaf operation");
  let hash = applyLeaf(proof.leaf, proof.key, proof.value);
  for (const inner of proof.path) {
    hash = applyInner(inner, hash);
    const size = spec?.innerSpec.childSize;
    if (size !== undefined && size >= 32 && hash.length > size) throw badProof("a hash longer than a child");
  }
  return hash;
}

/** The root that a proof of either kind claims; `verify*` tells whether it proves it. Throws `bad_proof`. */
export function claimedRoot(proof: CommitmentProof): Uint8Array {
  const existence = proof.exist ?? proof.nonexist?.left ?? proof.nonexist?.right;
  if (!existence) throw badProof("a proof of neither existence nor absence");
  return calculateRoot(existence);
}

function checkRoot(spec: ProofSpec, root: Uint8Array, proof: ExistenceProof): void {
  checkExistence(proof, spec);
  if (!equalBytes(calculateRoot(proof, spec), root)) throw badProof("the proof leads to another root");
}

function checkAbsence(spec: ProofSpec, root: Uint8Array, proof: NonExistenceProof, key: Uint8Array): void {
  const { left, right } = proof;
  const ordered = (bytes: Uint8Array) =>
    spec.prehashKeyBeforeComparison ? applyPrehash(spec.leafSpec.prehashKey, bytes) : bytes;
  if (left) {
    checkRoot(spec, root, left);
    if (compareBytes(ordered(left.key), ordered(key)) >= 0)
      throw badProof("the key is not right of its left neighbour");
  }
  if (right) {
    checkRoot(spec, root, right);
    if (compareBytes(ordered(key), ordered(right.key)) >= 0)
      throw badProof("the key is not left of its right neighbour");
  }
  if (!adjacent(spec, left, right)) throw badProof("there may be a key between the neighbours");
}

function adjacent(spec: ProofSpec, left: ExistenceProof | undefined, right: ExistenceProof | undefined): boolean {
  if (left && right) return isLeftNeighbor(spec.innerSpec, left.path, right.path);
  if (right) return isLeftMost(spec.innerSpec, right.path);
  return left !== undefined && isRightMost(spec.innerSpec, left.path);
}

function holds(check: () => void): boolean {
  try {
    check();
    return true;
  } catch (error) {
    if (error instanceof StoreError && error.code === "bad_proof") return false;
    throw error;
  }
}
