import { equalBytes } from "./bytes.ts";
import { EMPTY_HASH, sha256 } from "./hash.ts";

// RFC 6962 merkle tree as CometBFT uses it: leaf prefix 0x00, inner prefix 0x01, split at the largest power of two < n.

/** Deepest path that is checked: enough for 2^40 leaves, and a bound on what a peer can make us hash. */
export const MAX_AUNTS = 40;

/** Path of one leaf: `aunts` are the sibling hashes from the leaf up to the root. */
export interface MerkleProof {
  readonly total: number;
  readonly index: number;
  readonly leafHash: Uint8Array;
  readonly aunts: readonly Uint8Array[];
}

export function leafHash(leaf: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(leaf.length + 1);
  bytes.set(leaf, 1);
  return sha256(bytes);
}

export function innerHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(1 + left.length + right.length);
  bytes[0] = 1;
  bytes.set(left, 1);
  bytes.set(right, 1 + left.length);
  return sha256(bytes);
}

/** Largest power of two below `n`, for n >= 2. */
function splitPoint(n: number): number {
  let split = 1;
  while (split * 2 < n) split *= 2;
  return split;
}

/** Root over leaf contents; sha256 of nothing for no leaves. */
export function merkleRoot(leaves: readonly Uint8Array[]): Uint8Array {
  return leaves.length === 0 ? EMPTY_HASH : rootOf(leaves.map(leafHash), 0, leaves.length);
}

/** Root over hashes that already are leaf hashes. */
export function merkleRootOfLeafHashes(hashes: readonly Uint8Array[]): Uint8Array {
  return hashes.length === 0 ? EMPTY_HASH : rootOf(hashes, 0, hashes.length);
}

function rootOf(hashes: readonly Uint8Array[], from: number, to: number): Uint8Array {
  if (to - from === 1) return hashes[from] as Uint8Array;
  const middle = from + splitPoint(to - from);
  return innerHash(rootOf(hashes, from, middle), rootOf(hashes, middle, to));
}

/** One proof a leaf, in leaf order, with the root they lead to. */
export function merkleProofs(leaves: readonly Uint8Array[]): { root: Uint8Array; proofs: MerkleProof[] } {
  const hashes = leaves.map(leafHash);
  const aunts: Uint8Array[][] = hashes.map(() => []);
  const root = hashes.length === 0 ? EMPTY_HASH : collectAunts(hashes, aunts, 0, hashes.length);
  const total = hashes.length;
  return { root, proofs: hashes.map((hash, index) => ({ total, index, leafHash: hash, aunts: aunts[index] ?? [] })) };
}

function collectAunts(hashes: readonly Uint8Array[], aunts: Uint8Array[][], from: number, to: number): Uint8Array {
  if (to - from === 1) return hashes[from] as Uint8Array;
  const middle = from + splitPoint(to - from);
  const left = collectAunts(hashes, aunts, from, middle);
  const right = collectAunts(hashes, aunts, middle, to);
  for (let i = from; i < middle; i++) aunts[i]?.push(right);
  for (let i = middle; i < to; i++) aunts[i]?.push(left);
  return innerHash(left, right);
}

/** Root that a proof leads to, or undefined when its shape (index, total, number of aunts) is impossible. */
export function rootOfProof(proof: MerkleProof): Uint8Array | undefined {
  const { total, index, aunts } = proof;
  if (!Number.isSafeInteger(total) || !Number.isSafeInteger(index)) return undefined;
  if (index < 0 || total <= index || aunts.length > MAX_AUNTS) return undefined;
  return climb({ hash: proof.leafHash, aunts }, index, total, aunts.length);
}

function climb(
  path: { hash: Uint8Array; aunts: readonly Uint8Array[] },
  index: number,
  total: number,
  left: number,
): Uint8Array | undefined {
  if (total === 1) return left === 0 ? path.hash : undefined;
  const aunt = path.aunts[left - 1];
  if (!aunt) return undefined;
  const split = splitPoint(total);
  if (index < split) {
    const hash = climb(path, index, split, left - 1);
    return hash && innerHash(hash, aunt);
  }
  const hash = climb(path, index - split, total - split, left - 1);
  return hash && innerHash(aunt, hash);
}

/** True when `leaf` is the leaf at `proof.index` of the tree with this root. */
export function verifyProof(root: Uint8Array, leaf: Uint8Array, proof: MerkleProof): boolean {
  if (!equalBytes(leafHash(leaf), proof.leafHash)) return false;
  const computed = rootOfProof(proof);
  return computed !== undefined && equalBytes(computed, root);
}
