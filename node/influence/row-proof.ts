import { leafHash, merkleProofs, merkleRootOfLeafHashes, verifyProof } from "../../chain/crypto/merkle.ts";
import { rowBytes } from "./index-format.ts";
import type { IndexHeader, RowProof } from "./types.ts";

type Shape = Pick<IndexHeader, "rows" | "dims" | "classes">;

/** Merkle root (RFC 6962) over the rows' bytes in index order. */
export function rowsRoot(rows: Uint8Array, shape: Shape): Uint8Array {
  const header = shape as IndexHeader;
  return merkleRootOfLeafHashes(Array.from({ length: shape.rows }, (_, i) => leafHash(rowBytes(rows, header, i))));
}

/** Proofs of some rows, hashing the blob once. */
export function rowProofs(rows: Uint8Array, header: IndexHeader, wanted: readonly number[]): RowProof[] {
  const { proofs } = merkleProofs(Array.from({ length: header.rows }, (_, i) => rowBytes(rows, header, i)));
  return wanted.map((i) => proofs[i]!);
}

export function rowProof(rows: Uint8Array, header: IndexHeader, i: number): RowProof {
  return rowProofs(rows, header, [i])[0]!;
}

/** True when these are the bytes of row `proof.index` of the index with this rows root. */
export function verifyRowProof(root: Uint8Array, bytes: Uint8Array, proof: RowProof): boolean {
  return verifyProof(root, bytes, proof);
}
