import { cholesky, gram, meanDiagonal, plusDiagonal, rowProducts, solveCholesky } from "../methods/dense.ts";

/** Rows x size matrix. */
export interface Rows {
  readonly size: number;
  readonly data: Float64Array;
}

export const countOf = ({ data, size }: Rows): number => data.length / size;
export const rowOf = ({ data, size }: Rows, i: number): Float64Array => data.subarray(i * size, (i + 1) * size);

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}

function transposed({ data, size }: Rows): Float64Array {
  const count = data.length / size;
  const out = new Float64Array(data.length);
  for (let i = 0; i < count; i++) for (let k = 0; k < size; k++) out[k * count + i] = data[i * size + k]!;
  return out;
}

/** Inner products of all pairs of rows. */
export function kernel(rows: Rows): Float64Array {
  return gram(transposed(rows), rows.size, countOf(rows));
}

/**
 * Influence under the empirical Fisher of all rows, through their kernel: q R^T (R R^T + c I)^-1 equals
 * q (R^T R + c I)^-1 R^T. `damping` is relative to the kernel's mean diagonal.
 */
export function fisherScorer(rows: Rows, queries: Rows, damping: number): (query: number) => Float64Array {
  const count = countOf(rows);
  const products = kernel(rows);
  const factor = cholesky(plusDiagonal(products, count, damping * meanDiagonal(products, count)), count);
  return (query) => solveCholesky(factor, rowProducts(rows.data, rowOf(queries, query)));
}
