import { gemmOver, TILE, type Tiles } from "../../../node/influence/kernel/gemm.ts";
import { sharedMemory } from "../../../node/influence/kernel/wasm.ts";
import type { HeadProblem } from "../head-problem.ts";
import { fixed, type Method } from "../method.ts";
import { headIndex } from "./head-index.ts";
import { directionProducts, factorBytes, queryFactors } from "./rows.ts";

/** Residual relative to the right-hand side at which conjugate gradients stop: moves no rank that LDS sees. */
const TOLERANCE = 1e-4;
/** For a row's product with itself, whose error is of second order in the residual. */
const OWN_TOLERANCE = 1e-2;
const MOST_STEPS = 200;
/** Rows of one block of the backward product: stays in the second-level cache. */
const BLOCK_ROWS = 256;
const FIRST_DOUBLE = 8;
const roundUp = (value: number, step: number) => Math.ceil(value / step) * step;

/** Row and column panels of the features and the working arrays of one product, in the kernel's memory. */
class ProductSpace {
  readonly problem: HeadProblem;
  readonly depth: number;
  readonly width: number;
  readonly columns: number;
  readonly doubles: Float64Array;
  readonly tiles: Tiles;
  private readonly rowPanels: number;
  private readonly columnPanels: number;
  private readonly directions: number;
  private readonly logits: number;
  private readonly slopes: number;
  private readonly out: number;

  constructor(problem: HeadProblem) {
    const { dims, classes, labels } = problem.set;
    this.problem = problem;
    this.depth = roundUp(labels.length, TILE);
    this.width = roundUp(classes, TILE);
    this.columns = roundUp(dims, TILE);
    let end = FIRST_DOUBLE;
    const take = (count: number) => (end += count) - count;
    this.rowPanels = take(this.depth * this.columns);
    this.columnPanels = take(this.depth * this.columns);
    this.directions = take(this.width * this.columns);
    this.logits = take(this.depth * this.width);
    this.slopes = take(this.depth * this.width);
    this.out = take(this.width * this.columns);
    const memory = sharedMemory(8 * end);
    this.doubles = new Float64Array(memory.buffer);
    this.tiles = gemmOver(memory);
    this.placeFeatures();
  }

  private depthOf(start: number): number {
    return Math.min(BLOCK_ROWS, this.depth - start);
  }

  private placeFeatures(): void {
    const { features, dims, labels } = this.problem.set;
    const { columns, doubles } = this;
    for (let i = 0; i < labels.length; i++) {
      const start = Math.floor(i / BLOCK_ROWS) * BLOCK_ROWS;
      const row = this.rowPanels + (i - (i % TILE)) * columns + (i % TILE);
      const column = this.columnPanels + start * columns + (i - start) * TILE;
      for (let k = 0; k < dims; k++) {
        doubles[row + k * TILE] = features[i * dims + k]!;
        doubles[column + (k - (k % TILE)) * this.depthOf(start) + (k % TILE)] = features[i * dims + k]!;
      }
    }
  }

  placeDirection(direction: Float64Array): void {
    const { dims, classes } = this.problem.set;
    for (let c = 0; c < classes; c++) {
      const base = this.directions + (c - (c % TILE)) * this.columns + (c % TILE);
      for (let k = 0; k < dims; k++) this.doubles[base + k * TILE] = direction[c * dims + k]!;
    }
  }

  /** logits = features x direction^T. */
  forward(): void {
    const { depth, width, columns } = this;
    this.doubles.fill(0, this.logits, this.logits + depth * width);
    for (let i = 0; i < depth; i += TILE) {
      const [a, c] = [8 * (this.rowPanels + i * columns), 8 * (this.logits + i * width)];
      this.tiles(a, 8 * this.directions, c, 8 * width, columns / TILE, width / TILE, 8 * columns * TILE);
    }
  }

  /** slopes = (diag(p) - p p^T) logits / rows, row by row. */
  curvature(): void {
    const { doubles: x, width } = this;
    const { classes, labels } = this.problem.set;
    for (let i = 0; i < labels.length; i++) {
      const p = this.problem.probabilities.subarray(i * classes, (i + 1) * classes);
      const z = this.logits + i * width;
      let mean = 0;
      for (let c = 0; c < classes; c++) mean += p[c]! * x[z + c]!;
      const start = Math.floor(i / BLOCK_ROWS) * BLOCK_ROWS;
      const base = this.slopes + start * width + (i - start) * TILE;
      for (let c = 0; c < classes; c++) {
        x[base + (c - (c % TILE)) * this.depthOf(start) + (c % TILE)] = (p[c]! * (x[z + c]! - mean)) / labels.length;
      }
    }
  }

  /** slopes^T x features, classes x dims. */
  backward(): Float64Array {
    const { doubles, width, columns, out } = this;
    const { dims, classes } = this.problem.set;
    doubles.fill(0, out, out + width * columns);
    for (let start = 0; start < this.depth; start += BLOCK_ROWS) {
      const rows = this.depthOf(start);
      for (let c = 0; c < width; c += TILE) {
        const [a, b] = [8 * (this.slopes + start * width + c * rows), 8 * (this.columnPanels + start * columns)];
        this.tiles(a, b, 8 * (out + c * columns), 8 * columns, rows / TILE, columns / TILE, 8 * rows * TILE);
      }
    }
    const result = new Float64Array(classes * dims);
    for (let c = 0; c < classes; c++)
      result.set(doubles.subarray(out + c * columns, out + c * columns + dims), c * dims);
    return result;
  }
}

/** y = (sum_i (diag(p_i) - p_i p_i^T) x h_i h_i^T / n + lambda I) v for classes x dims directions v. */
export function gaussNewtonProduct(problem: HeadProblem): (direction: Float64Array) => Float64Array {
  const space = new ProductSpace(problem);
  return (direction) => {
    space.placeDirection(direction);
    space.forward();
    space.curvature();
    const result = space.backward();
    for (let i = 0; i < result.length; i++) result[i]! += problem.lambda * direction[i]!;
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
  version: 1,
  async prepare(problem) {
    const { solveBlock } = await headIndex(problem);
    const { dims, classes, features } = problem.set;
    const product = gaussNewtonProduct(problem);
    const precondition = (r: Float64Array) => {
      const z = new Float64Array(r.length);
      for (let c = 0; c < classes; c++) z.set(solveBlock(c, r.subarray(c * dims, (c + 1) * dims)), c * dims);
      return z;
    };
    const gradientOf = (query: number) => {
      const { h, d } = queryFactors(problem, query);
      return Float64Array.from({ length: classes * dims }, (_, at) => d[Math.floor(at / dims)]! * h[at % dims]!);
    };
    return fixed({
      bytesPerRow: factorBytes(problem),
      score(query) {
        const direction = conjugateGradients(product, precondition, gradientOf(query));
        return directionProducts({ features, residuals: problem.residuals }, direction, dims);
      },
      own(query) {
        const gradient = gradientOf(query);
        return dot(conjugateGradients(product, precondition, gradient, OWN_TOLERANCE), gradient);
      },
    });
  },
};
