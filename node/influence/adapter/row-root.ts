import { leafHash, merkleProofs, merkleRootOfLeafHashes } from "../../../chain/crypto/merkle.ts";
import type { RowProof } from "../types.ts";
import { adapterRowBytes } from "./format.ts";
import type { AdapterHeader } from "./types.ts";

type Shape = Pick<AdapterHeader, "rows" | "coordinates"> & { readonly views: { readonly length: number } };

/** Merkle root (RFC 6962) over the rows' bytes in index order. */
export function adapterRowsRoot(rows: Uint8Array, shape: Shape): Uint8Array {
  return merkleRootOfLeafHashes(
    Array.from({ length: shape.rows }, (_, i) => leafHash(adapterRowBytes(rows, shape, i))),
  );
}

/** Proofs of some rows, hashing the blob once; `verifyRowProof` checks them. */
export function adapterRowProofs(rows: Uint8Array, shape: Shape, wanted: readonly number[]): RowProof[] {
  const { proofs } = merkleProofs(Array.from({ length: shape.rows }, (_, i) => adapterRowBytes(rows, shape, i)));
  return wanted.map((i) => proofs[i]!);
}
