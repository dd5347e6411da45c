import { gemmOver, TILE } from "../../../node/influence/kernel/gemm.ts";
import { sharedMemory } from "../../../node/influence/kernel/wasm.ts";

/** Dense float64 linear algebra for baselines: row-major matrices in flat arrays. */

const DEPTH_STEP = 4;
const FIRST_BYTE = 64;
const roundUp = (value: number, step: number) => Math.ceil(value / step) * step;

/** A^T A of a rows x columns matrix, by the engine's float64 kernel. */
export function gram(a: ArrayLike<number>, rows: number, columns: number): Float64Array {
  const depth = roundUp(rows, DEPTH_STEP);
  const width = roundUp(columns, TILE);
  const sums = FIRST_BYTE / 8 + depth * width;
  const memory = sharedMemory(8 * (sums + width * width));
  const doubles = new Float64Array(memory.buffer);
  const panelOf = (column: number) => FIRST_BYTE / 8 + Math.floor(column / TILE) * depth * TILE;
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < columns; k++) doubles[panelOf(k) + i * TILE + (k % TILE)] = a[i * columns + k]!;
  }
  const tiles = gemmOver(memory);
  for (let k = 0; k < width; k += TILE) {
    const out = 8 * (sums + k * width + k);
    tiles(8 * panelOf(k), 8 * panelOf(k), out, 8 * width, depth / DEPTH_STEP, (width - k) / TILE, 8 * depth * TILE);
  }
  const result = new Float64Array(columns * columns);
  for (let k = 0; k < columns; k++) {
    for (let l = k; l < columns; l++) {
      result[k * columns + l] = result[l * columns + k] = doubles[sums + k * width + l]!;
    }
  }
  return result;
}

/** Lower Cholesky factor of a symmetric positive definite matrix. */
export function cholesky(matrix: Float64Array, size: number): Float64Array {
  const lower = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    const row = lower.subarray(i * size, i * size + i + 1);
    for (let j = 0; j <= i; j++) {
      const other = lower.subarray(j * size, j * size + j + 1);
      let sum = matrix[i * size + j]!;
      for (let k = 0; k < j; k++) sum -= row[k]! * other[k]!;
      if (i !== j) row[j] = sum / other[j]!;
      else if (sum > 0) row[i] = Math.sqrt(sum);
      else throw new Error(`matrix is not positive definite at ${i}`);
    }
  }
  return lower;
}

/** x with L L^T x = b. */
export function solveCholesky(lower: Float64Array, b: Float64Array): Float64Array {
  const size = b.length;
  const x = b.slice();
  for (let i = 0; i < size; i++) {
    let sum = x[i]!;
    for (let k = 0; k < i; k++) sum -= lower[i * size + k]! * x[k]!;
    x[i] = sum / lower[i * size + i]!;
  }
  for (let i = size - 1; i >= 0; i--) {
    const value = (x[i]! /= lower[i * size + i]!);
    for (let k = 0; k < i; k++) x[k]! -= lower[i * size + k]! * value;
  }
  return x;
}

/** Every row of a rows x size matrix times one vector. */
export function rowProducts(matrix: ArrayLike<number>, vector: ArrayLike<number>): Float64Array {
  const size = vector.length;
  const out = new Float64Array(matrix.length / size);
  for (let i = 0; i < out.length; i++) {
    let sum = 0;
    for (let k = 0, at = i * size; k < size; k++) sum += matrix[at + k]! * vector[k]!;
    out[i] = sum;
  }
  return out;
}

/** Every row of a rows x size matrix times a size x size basis whose rows are the new axes. */
export function inBasis(matrix: Float64Array, basis: Float64Array, size: number): Float64Array {
  const rows = matrix.length / size;
  const axes = basis.length / size;
  const out = new Float64Array(rows * axes);
  for (let i = 0; i < rows; i++) out.set(rowProducts(basis, matrix.subarray(i * size, (i + 1) * size)), i * axes);
  return out;
}

/** A damping relative to the mean of a matrix's diagonal. */
export function meanDiagonal(matrix: Float64Array, size: number): number {
  let sum = 0;
  for (let i = 0; i < size; i++) sum += matrix[i * size + i]!;
  return sum / size;
}

export function plusDiagonal(matrix: Float64Array, size: number, value: number): Float64Array {
  const out = matrix.slice();
  for (let i = 0; i < size; i++) out[i * size + i]! += value;
  return out;
}
