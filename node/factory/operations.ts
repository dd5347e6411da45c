import { expNegative, naturalLog, powerOfTwo } from "../influence/exact-math.ts";
import { roundHalfUp } from "../influence/grid.ts";
import { DEPTH_STEP, TILE, type Tiles } from "../influence/kernel/gemm.ts";
import { int32Exponent } from "../influence/quantise.ts";
import { CHUNK_ROWS, chunksOf, type Layout } from "./layout.ts";
import { invertSpd } from "./spd-inverse.ts";

/** What a worker has at hand: its number, the kernel and the crew's memory. */
export interface Workbench {
  readonly id: number;
  readonly tiles: Tiles;
  readonly doubles: Float64Array;
  readonly ints: Int32Array;
}

/** Rows of one `forward` task. */
export const FORWARD_ROWS = 64;
/** Dimensions of one `gradient` task. */
export const GRADIENT_DIMS = 32;

function softmaxRow(bench: Workbench, layout: Layout, row: number): void {
  const { doubles, ints } = bench;
  const { classes, paddedClasses } = layout;
  const base = layout.probabilities + row * paddedClasses;
  let maximum = doubles[base]!;
  for (let c = 1; c < classes; c++) if (doubles[base + c]! > maximum) maximum = doubles[base + c]!;
  const label = ints[layout.labels + row]!;
  const labelLogit = doubles[base + label]!;
  let sum = 0;
  for (let c = 0; c < classes; c++) sum += doubles[base + c] = expNegative(doubles[base + c]! - maximum);
  doubles[layout.losses + row] = naturalLog(sum) + maximum - labelLogit;
  const start = Math.floor(row / CHUNK_ROWS) * CHUNK_ROWS;
  const depth = Math.min(CHUNK_ROWS, layout.paddedRows - start);
  const residual = layout.residuals + start * paddedClasses + (row - start) * TILE;
  for (let c = 0; c < classes; c++) {
    const p = doubles[base + c]! / sum;
    doubles[base + c] = p;
    doubles[residual + Math.floor(c / TILE) * depth * TILE + (c % TILE)] = c === label ? p - 1 : p;
  }
}

/** Logits, probabilities, losses and residuals of FORWARD_ROWS rows. */
function forward(bench: Workbench, layout: Layout, task: number): void {
  const { rows, paddedRows, dims, paddedClasses } = layout;
  const first = task * FORWARD_ROWS;
  const last = Math.min(paddedRows, first + FORWARD_ROWS);
  bench.doubles.fill(0, layout.probabilities + first * paddedClasses, layout.probabilities + last * paddedClasses);
  for (let row = first; row < last; row += TILE) {
    bench.tiles(
      8 * (layout.rowPanels + row * dims),
      8 * layout.weights,
      8 * (layout.probabilities + row * paddedClasses),
      8 * paddedClasses,
      dims / DEPTH_STEP,
      paddedClasses / TILE,
      8 * dims * TILE,
    );
  }
  for (let row = first; row < Math.min(rows, last); row++) softmaxRow(bench, layout, row);
}

/** GRADIENT_DIMS columns of sum_i (p - y)_i h_i^T, summed over rows in order. */
function gradient(bench: Workbench, layout: Layout, task: number): void {
  const { dims, paddedClasses } = layout;
  const first = task * GRADIENT_DIMS;
  const panels = Math.min(GRADIENT_DIMS, dims - first) / TILE;
  for (let c = 0; c < paddedClasses; c++) {
    const place = layout.gradient + c * dims + first;
    bench.doubles.fill(0, place, place + panels * TILE);
  }
  for (const { start, depth } of chunksOf(layout)) {
    for (let c = 0; c < paddedClasses; c += TILE) {
      bench.tiles(
        8 * (layout.residuals + start * paddedClasses + c * depth),
        8 * (layout.featurePanels + start * dims + first * depth),
        8 * (layout.gradient + c * dims + first),
        8 * dims,
        depth / DEPTH_STEP,
        panels,
        8 * depth * TILE,
      );
    }
  }
}

/** One task's place for its packed int32 inverse, and the ridge. */
export interface CurvatureLayout extends Layout {
  /** Int32 index of classes x triangle entries. */
  readonly inverse: number;
  /** Int32 index of one exponent a class. */
  readonly exponents: number;
  readonly lambda: number;
}

/** Upper 4 x 4 tiles of sum_i p (1 - p) h_i h_i^T for one class, summed over rows in order. */
function curvatureSum(bench: Workbench, layout: Layout, classIndex: number, sum: number, scaled: number): void {
  const { doubles } = bench;
  const { dims, rows, paddedClasses } = layout;
  doubles.fill(0, sum, sum + dims * dims);
  for (const { start, depth } of chunksOf(layout)) {
    const chunk = layout.featurePanels + start * dims;
    for (let i = 0; i < depth; i++) {
      const p = start + i < rows ? doubles[layout.probabilities + (start + i) * paddedClasses + classIndex]! : 0;
      const weight = p * (1 - p);
      for (let at = i * TILE; at < depth * dims; at += depth * TILE) {
        for (let k = 0; k < TILE; k++) doubles[scaled + at + k] = weight * doubles[chunk + at + k]!;
      }
    }
    for (let k = 0; k < dims; k += TILE) {
      const place = 8 * (sum + k * dims + k);
      const panel = k * depth;
      bench.tiles(
        8 * (scaled + panel),
        8 * (chunk + panel),
        place,
        8 * dims,
        depth / DEPTH_STEP,
        (dims - k) / TILE,
        8 * depth * TILE,
      );
    }
  }
}

/** One class's block: (sum p (1 - p) h h^T / n + lambda I)^-1 on an int32 grid with an exponent. */
function curvature(bench: Workbench, layout: CurvatureLayout, classIndex: number): void {
  const { dims, rows, lambda } = layout;
  const scaled = layout.scratch + bench.id * layout.scratchStride;
  const sum = scaled + CHUNK_ROWS * dims;
  curvatureSum(bench, layout, classIndex, sum, scaled);
  const matrix = bench.doubles.subarray(sum, sum + dims * dims);
  for (let at = 0; at < matrix.length; at++) matrix[at]! /= rows;
  for (let k = 0; k < dims; k++) matrix[k * dims + k]! += lambda;
  const packed = new Float64Array((dims * (dims + 1)) / 2);
  invertSpd(matrix, dims, packed);
  const exponent = int32Exponent(packed);
  bench.ints[layout.exponents + classIndex] = exponent;
  const scale = powerOfTwo(-exponent);
  const place = layout.inverse + classIndex * packed.length;
  for (let i = 0; i < packed.length; i++) bench.ints[place + i] = roundHalfUp(packed[i]! * scale);
}

export const OPERATIONS = { forward, gradient, curvature };
export type OperationName = keyof typeof OPERATIONS;
