import type { GroundTruth } from "./ground-truth.ts";

/** What an export writes of an array: its little-endian bytes. */
export function bytesOf(values: ArrayBufferView): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** subsets x rows: 1 where a subset keeps a row. */
export function masksOf(truth: GroundTruth, rows: number): Uint8Array {
  const out = new Uint8Array(truth.subsets.length * rows);
  for (const [m, subset] of truth.subsets.entries()) for (const row of subset) out[m * rows + row] = 1;
  return out;
}

/** subsets x queries. */
export function outputsOf(truth: GroundTruth, queries: number): Float64Array {
  const out = new Float64Array(truth.outputs.length * queries);
  for (const [m, row] of truth.outputs.entries()) out.set(row, m * queries);
  return out;
}
