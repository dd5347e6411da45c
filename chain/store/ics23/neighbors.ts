import type { InnerOp, InnerSpec } from "cosmjs-types/cosmos/ics23/v1/proofs";
import { equalBytes } from "../../crypto/bytes.ts";
import { badProof } from "./ops.ts";

/** True when no leaf can lie left of the path; placeholders for empty children do not count. */
export function isLeftMost(spec: InnerSpec, path: readonly InnerOp[]): boolean {
  return path.every((step) => hasPaddingOf(spec, step, 0) || leftBranchesAreEmpty(spec, step));
}

/** True when no leaf can lie right of the path; placeholders for empty children do not count. */
export function isRightMost(spec: InnerSpec, path: readonly InnerOp[]): boolean {
  const last = spec.childOrder.length - 1;
  return path.every((step) => hasPaddingOf(spec, step, last) || rightBranchesAreEmpty(spec, step));
}

/**
 * True when `right` is the next path after `left`: above their first different step they agree, there they part by
 * one branch, and below it left runs along the right edge and right along the left edge.
 */
export function isLeftNeighbor(spec: InnerSpec, left: readonly InnerOp[], right: readonly InnerOp[]): boolean {
  let shared = 0;
  while (sameStep(left.at(-1 - shared), right.at(-1 - shared))) shared++;
  const topLeft = left.at(-1 - shared);
  const topRight = right.at(-1 - shared);
  if (!topLeft || !topRight) return false;
  const leftBranch = branchOf(spec, topLeft);
  const rightBranch = branchOf(spec, topRight);
  if (leftBranch === undefined || rightBranch !== leftBranch + 1) return false;
  const below = -1 - shared;
  return isRightMost(spec, left.slice(0, below)) && isLeftMost(spec, right.slice(0, below));
}

/** True when everything left of the step's branch is the spec's empty child, and there is something left of it. */
export function leftBranchesAreEmpty(spec: InnerSpec, op: InnerOp): boolean {
  const branches = branchOf(spec, op);
  if (branches === undefined || branches === 0) return false;
  const start = op.prefix.length - branches * spec.childSize;
  return start >= 0 && allEmpty(spec, op.prefix.subarray(start), branches);
}

/** True when everything right of the step's branch is the spec's empty child, and there is something right of it. */
export function rightBranchesAreEmpty(spec: InnerSpec, op: InnerOp): boolean {
  const branch = branchOf(spec, op);
  if (branch === undefined) return false;
  const branches = spec.childOrder.length - 1 - branch;
  return branches > 0 && op.suffix.length === branches * spec.childSize && allEmpty(spec, op.suffix, branches);
}

function allEmpty(spec: InnerSpec, siblings: Uint8Array, count: number): boolean {
  for (let i = 0; i < count; i++) {
    const at = positionOf(spec, i) * spec.childSize;
    if (!equalBytes(siblings.subarray(at, at + spec.childSize), spec.emptyChild)) return false;
  }
  return true;
}

/** The branch on which the step's child hangs, read from the lengths of prefix and suffix. */
function branchOf(spec: InnerSpec, op: InnerOp): number | undefined {
  const branches = Array.from(spec.childOrder, (_, branch) => branch);
  return branches.find((branch) => hasPaddingOf(spec, op, branch));
}

function hasPaddingOf(spec: InnerSpec, op: InnerOp, branch: number): boolean {
  const position = positionOf(spec, branch);
  const before = position * spec.childSize;
  const after = (spec.childOrder.length - 1 - position) * spec.childSize;
  const { length } = op.prefix;
  return (
    length >= before + spec.minPrefixLength && length <= before + spec.maxPrefixLength && op.suffix.length === after
  );
}

function positionOf(spec: InnerSpec, branch: number): number {
  const position = spec.childOrder.indexOf(branch);
  if (position < 0) throw badProof(`the spec orders no branch ${branch}`);
  return position;
}

function sameStep(a: InnerOp | undefined, b: InnerOp | undefined): boolean {
  return a !== undefined && b !== undefined && equalBytes(a.prefix, b.prefix) && equalBytes(a.suffix, b.suffix);
}
