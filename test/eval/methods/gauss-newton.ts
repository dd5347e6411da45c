import { gemmOver, TILE } from "../../../node/influence/kernel/gemm.ts";
import { sharedMemory } from "../../../node/influence/kernel/wasm.ts";
import type { HeadProblem } from "../head-problem.ts";
import { fixed, type Method } from "../method.ts";
import { headIndex } from "./head-index.ts";
import { directionProducts, factorBytes, queryFactors } from "./rows.ts";

/** Residual relative to the right-hand side at which conjugate gradients stop: moves no rank that LDS sees. */
const TOLERANCE = 1e-4;
const MOST_STEPS = 200;
/** Rows of one block of the backward product: stays in the second-level cache. */
const BLOCK_ROWS = 256;
const FIRST_DOUBLE = 8;
const roundUp = (value: number, step: number) => Math.ceil(value / step) * step;

/** y = (sum_i (diag(p_i) - p_i p_i^T) x h_i h_i^T / n + lambda I) v for classes x dims directions v. */
export function gaussNewtonProduct(problem: HeadProblem): (direction: Float64Array) => Float64Array {
  const { features, dims, classes, labels } = problem.set;
  const n = labels.length;
  const [depth, width, columns] = [roundUp(n, TILE), roundUp(classes, TILE), roundUp(dims, TILE)];
  let end = FIRST_DOUBLE;
  const take = (count: number) => (end += count) - count;
  const rowPanels = take(depth * columns);
  const columnPanels = take(depth * columns);
  const [directions, logits] = [take(width * columns), take(depth * width)];
  const [slopes, out] = [take(depth * width), take(width * columns)];
  const memory = sharedMemory(8 * end);
  const x = new Float64Array(memory.buffer);
  const tiles = gemmOver(memory);
  const depthOf = (start: number) => Math.min(BLOCK_ROWS, depth - start);
  for (let i = 0; i < n; i++) {
    const start = Math.floor(i / BLOCK_ROWS) * BLOCK_ROWS;
    const [row, column] = [rowPanels + i * columns - (i % TILE) * columns + (i % TILE), columnPanels + start * columns];
    for (let k = 0; k < dims; k++) {
      x[row + k * TILE] = features[i * dims + k]!;
      x[column + (k - (k % TILE)) * depthOf(start) + (i - start) * TILE + (k % TILE)] = features[i * dims + k]!;
    }
  }
  const forward = () => {
    x.fill(0, logits, logits + depth * width);
    for (let i = 0; i < depth; i += TILE) {
      const [a, c] = [8 * (rowPanels + i * columns), 8 * (logits + i * width)];
      tiles(a, 8 * directions, c, 8 * width, columns / TILE, width / TILE, 8 * columns * TILE);
    }
  };
  const middle = () => {
    for (let i = 0; i < n; i++) {
      const p = problem.probabilities.subarray(i * classes, (i + 1) * classes);
      let mean = 0;
      for (let c = 0; c < classes; c++) mean += p[c]! * x[logits + i * width + c]!;
      const start = Math.floor(i / BLOCK_ROWS) * BLOCK_ROWS;
      const base = slopes + start * width + (i - start) * TILE;
      for (let c = 0; c < classes; c++) {
        const value = (p[c]! * (x[logits + i * width + c]! - mean)) / n;
        x[base + (c - (c % TILE)) * depthOf(start) + (c % TILE)] = value;
      }
    }
  };
  const backward = () => {
    x.fill(0, out, out + width * columns);
    for (let start = 0; start < depth; start += BLOCK_ROWS) {
      const rows = depthOf(start);
      for (let c = 0; c < width; c += TILE) {
        const [a, b] = [8 * (slopes + start * width + c * rows), 8 * (columnPanels + start * columns)];
        tiles(a, b, 8 * (out + c * columns), 8 * columns, rows / TILE, columns / TILE, 8 * rows * TILE);
      }
    }
  };
  return (direction) => {
    for (let c = 0; c < classes; c++) {
      const base = directions + (c - (c % TILE)) * columns + (c % TILE);
      for (let k = 0; k < dims; k++) x[base + k * TILE] = direction[c * dims + k]!;
    }
    forward();
    middle();
    backward();
    const result = new Float64Array(classes * dims);
    for (let c = 0; c < classes; c++) {
      for (let k = 0; k < dims; k++) {
        result[c * dims + k] = x[out + c * columns + k]! + problem.lambda * direction[c * dims + k]!;
      }
    }
    return result;
  };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** H^-1 b by preconditioned conjugate gradients (Golub and Van Loan, algorithm 11.5.1). */
export function conjugateGradients(
  product: (x: Float64Array) => Float64Array,
  precondition: (x: Float64Array) => Float64Array,
  b: Float64Array,
  tolerance = TOLERANCE,
): Float64Array {
  const x = new Float64Array(b.length);
  const r = b.slice();
  const target = tolerance ** 2 * dot(b, b);
  let z = precondition(r);
  let p = z.slice();
  let rz = dot(r, z);
  for (let step = 0; step < MOST_STEPS && dot(r, r) > target; step++) {
    const q = product(p);
    const alpha = rz / dot(p, q);
    for (let i = 0; i < x.length; i++) {
      x[i]! += alpha * p[i]!;
      r[i]! -= alpha * q[i]!;
    }
    z = precondition(r);
    const next = dot(r, z);
    const beta = next / rz;
    rz = next;
    p = z.map((value, i) => value + beta * p[i]!);
  }
  return x;
}

/**
 * Influence with the exact Gauss-Newton matrix of the head, which is its Hessian (Koh and Liang, "Understanding
 * Black-box Predictions via Influence Functions", ICML 2017; Martens 2014, arXiv 1412.1193, section 9.2): solved for
 * every query by conjugate gradients with the class blocks as preconditioner.
 */
export const exactGaussNewton: Method = {
  name: "exact-gauss-newton",
  source: "Koh and Liang 2017, arXiv 1703.04730",
  async prepare(problem) {
    const { solveBlock } = await headIndex(problem);
    const { dims, classes, features } = problem.set;
    const product = gaussNewtonProduct(problem);
    const precondition = (r: Float64Array) => {
      const z = new Float64Array(r.length);
      for (let c = 0; c < classes; c++) z.set(solveBlock(c, r.subarray(c * dims, (c + 1) * dims)), c * dims);
      return z;
    };
    return fixed({
      bytesPerRow: factorBytes(problem),
      score(query) {
        const { h, d } = queryFactors(problem, query);
        const gradient = Float64Array.from(
          { length: classes * dims },
          (_, at) => d[Math.floor(at / dims)]! * h[at % dims]!,
        );
        const direction = conjugateGradients(product, precondition, gradient);
        return directionProducts({ features, residuals: problem.residuals }, direction, dims);
      },
    });
  },
};
