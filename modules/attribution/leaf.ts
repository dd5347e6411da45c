import { concatBytes } from "../../chain/crypto/hash.ts";
import { leafHash, type MerkleProof, merkleProofs, rootOfProof } from "../../chain/crypto/merkle.ts";
import { taggedHash, utf8Bytes } from "../../chain/crypto/tagged.ts";
import { MAX_LEAF_AUNTS } from "./limits.ts";
import { type SketchValue, sketchBytes } from "./sketch.ts";

/** Bytes of the salt that hides a leaf until it is opened. */
export const SALT_LENGTH = 32;

/** What a validator binds itself to for one claim. */
export interface LeafFields {
  readonly chainId: string;
  readonly claimId: Uint8Array;
  /** Consensus address, 20 bytes. */
  readonly validator: Uint8Array;
  /** Value of the protobuf enum Verdict. */
  readonly verdict: number;
  readonly own: SketchValue;
  readonly peers: readonly SketchValue[];
  readonly salt: Uint8Array;
}

/** Place of a leaf under its root. */
export interface LeafPath {
  readonly index: number;
  readonly total: number;
  readonly aunts: readonly Uint8Array[];
}

/** The committed leaf: 32 bytes. */
export function leafOf(fields: LeafFields): Uint8Array {
  return taggedHash(
    "openledger/leaf",
    utf8Bytes(fields.chainId),
    fields.claimId,
    fields.validator,
    Uint8Array.of(fields.verdict),
    sketchBytes(fields.own),
    concatBytes(...fields.peers.map(sketchBytes)),
    fields.salt,
  );
}

/** Root over leaves, at least one and at most 2^MAX_LEAF_AUNTS, and the path of each. Throws RangeError otherwise. */
export function batchLeaves(leaves: readonly Uint8Array[]): { readonly root: Uint8Array; readonly paths: LeafPath[] } {
  if (leaves.length === 0 || leaves.length > 2 ** MAX_LEAF_AUNTS) {
    throw new RangeError(`${leaves.length} leaves under one root`);
  }
  const { root, proofs } = merkleProofs(leaves);
  return { root, paths: proofs.map(({ index, total, aunts }) => ({ index, total, aunts })) };
}

/** The root that a path leads to, or undefined for an impossible or too long path. */
export function rootOfPath(leaf: Uint8Array, path: LeafPath): Uint8Array | undefined {
  if (path.aunts.length > MAX_LEAF_AUNTS || path.aunts.some((aunt) => aunt.length !== 32)) return undefined;
  const proof: MerkleProof = { ...path, leafHash: leafHash(leaf) };
  return rootOfProof(proof);
}
