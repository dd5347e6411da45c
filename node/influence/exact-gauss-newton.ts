import { CHUNK_ROWS, chunksOf, type Layout, layoutOf, placeRow, placeWeights } from "../factory/layout.ts";
import { OPERATIONS } from "../factory/operations.ts";
import { checkTrainingSet, type TrainingSet } from "../factory/training-set.ts";
import { powerOfTwo, softmaxInPlace } from "./exact-math.ts";
import { triangleSize } from "./index-format.ts";
import { DEPTH_STEP, gemmOver, TILE, type Tiles } from "./kernel/gemm.ts";
import { sharedMemory } from "./kernel/wasm.ts";

export interface ExactOptions {
  /** Stop a solve at |residual| <= tolerance x |gradient|; 1e-4 by default. */
  readonly tolerance?: number;
  readonly maxIterations?: number;
}

/** One query: its features and d = p - y, whose outer product is the gradient of its loss. */
export interface ExactQuery {
  readonly features: Float64Array;
  readonly residual: Float64Array;
}

/** A set in the kernel's panels. */
interface Kernel {
  readonly set: TrainingSet;
  readonly layout: Layout;
  readonly doubles: Float64Array;
  readonly tiles: Tiles;
  readonly lambda: number;
}

/** What CG needs besides: the rows' probabilities, and one inverse block a class to start from. */
interface Placed extends Kernel {
  readonly probabilities: Float64Array;
  readonly inverse: readonly Float64Array[];
}

/** The exact influence of every row on queries: the reference that an index approximates. */
export interface ExactGaussNewton {
  /** H^-1 (d h^T) over all classes, coupled: classes x dims. */
  solve(query: ExactQuery): Float64Array;
  /** s_i = sum_c (p - y)_ic (V_c . h_i) for V of `solve`. */
  scores(solved: Float64Array): Float64Array;
}

const DEFAULT_TOLERANCE = 1e-4;
const MOST_ITERATIONS = 200;

/** out = X V^T, paddedRows x paddedClasses, into the layout's probabilities. */
function project({ layout, doubles, tiles }: Kernel, vectors: Float64Array): void {
  const { paddedRows, paddedClasses, dims } = layout;
  placeWeights(doubles, layout, vectors);
  doubles.fill(0, layout.probabilities, layout.probabilities + paddedRows * paddedClasses);
  for (let row = 0; row < paddedRows; row += TILE) {
    const out = layout.probabilities + row * paddedClasses;
    const panels = [8 * (layout.rowPanels + row * dims), 8 * layout.weights, 8 * out, 8 * paddedClasses] as const;
    tiles(...panels, dims / DEPTH_STEP, paddedClasses / TILE, 8 * dims * TILE);
  }
}

/** Row by row, u = X V^T becomes (diag(p) - p p^T) u, in the panels that `collect` reads. */
function couple({ layout, doubles, probabilities }: Placed): void {
  const { rows, classes, paddedRows, paddedClasses } = layout;
  for (let row = 0; row < rows; row++) {
    const u = layout.probabilities + row * paddedClasses;
    const p = row * classes;
    let mean = 0;
    for (let c = 0; c < classes; c++) mean += probabilities[p + c]! * doubles[u + c]!;
    const start = Math.floor(row / CHUNK_ROWS) * CHUNK_ROWS;
    const depth = Math.min(CHUNK_ROWS, paddedRows - start);
    const place = layout.residuals + start * paddedClasses + (row - start) * TILE;
    for (let c = 0; c < classes; c++) {
      doubles[place + Math.floor(c / TILE) * depth * TILE + (c % TILE)] =
        probabilities[p + c]! * (doubles[u + c]! - mean);
    }
  }
}

/** sum_i r_i h_i^T of the panels that `couple` wrote. */
function collect({ layout, doubles, tiles }: Placed): Float64Array {
  const { dims, classes, paddedClasses } = layout;
  doubles.fill(0, layout.gradient, layout.gradient + paddedClasses * dims);
  for (const { start, depth } of chunksOf(layout)) {
    for (let c = 0; c < paddedClasses; c += TILE) {
      const residuals = 8 * (layout.residuals + start * paddedClasses + c * depth);
      const features = 8 * (layout.featurePanels + start * dims);
      const out = 8 * (layout.gradient + c * dims);
      tiles(residuals, features, out, 8 * dims, depth / DEPTH_STEP, dims / TILE, 8 * depth * TILE);
    }
  }
  return doubles.slice(layout.gradient, layout.gradient + classes * dims);
}

/** The Gauss-Newton product, which for a softmax head is the Hessian's: H v + lambda v of the mean loss. */
function product(placed: Placed, vectors: Float64Array): Float64Array {
  project(placed, vectors);
  couple(placed);
  const out = collect(placed);
  for (let i = 0; i < out.length; i++) out[i] = out[i]! / placed.layout.rows + placed.lambda * vectors[i]!;
  return out;
}

/** The class-block inverse of DESIGN.md as a preconditioner: exact but for the coupling of classes. */
function precondition({ inverse, layout: { dims } }: Placed, vectors: Float64Array): Float64Array {
  const out = new Float64Array(vectors.length);
  for (const [c, matrix] of inverse.entries()) {
    for (let a = 0; a < dims; a++) {
      const x = vectors[c * dims + a]!;
      if (x === 0) continue;
      for (let b = 0; b < dims; b++) out[c * dims + b]! += x * matrix[a * dims + b]!;
    }
  }
  return out;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function addScaled(target: Float64Array, scale: number, other: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i]! += scale * other[i]!;
}

/** Preconditioned conjugate gradients (Hestenes and Stiefel 1952). */
function solve(placed: Placed, gradient: Float64Array, { tolerance, maxIterations }: Required<ExactOptions>) {
  const solution = new Float64Array(gradient.length);
  const rest = gradient.slice();
  const end = tolerance * Math.sqrt(dot(gradient, gradient));
  let scaled = precondition(placed, rest);
  let direction = scaled.slice();
  let size = dot(rest, scaled);
  for (let i = 0; i < maxIterations && Math.sqrt(dot(rest, rest)) > end; i++) {
    const image = product(placed, direction);
    const step = size / dot(direction, image);
    addScaled(solution, step, direction);
    addScaled(rest, -step, image);
    scaled = precondition(placed, rest);
    const next = dot(rest, scaled);
    const turned = scaled.slice();
    addScaled(turned, next / size, direction);
    direction = turned;
    size = next;
  }
  return solution;
}

function probabilitiesOf(kernel: Kernel, weights: Float64Array): Float64Array {
  const { layout, doubles } = kernel;
  project(kernel, weights);
  const out = new Float64Array(layout.rows * layout.classes);
  for (let row = 0; row < layout.rows; row++) {
    const from = layout.probabilities + row * layout.paddedClasses;
    const p = doubles.slice(from, from + layout.classes);
    softmaxInPlace(p);
    out.set(p, row * layout.classes);
  }
  return out;
}

/** The index's own gridded blocks, in full: what the curvature operation leaves behind the layout. */
function inverseBlocks(kernel: Kernel, probabilities: Float64Array): Float64Array[] {
  const { layout, doubles, tiles, lambda } = kernel;
  const { dims, classes, rows, paddedClasses } = layout;
  for (let i = 0; i < rows; i++) {
    doubles.set(probabilities.subarray(i * classes, (i + 1) * classes), layout.probabilities + i * paddedClasses);
  }
  const inverse = 2 * layout.end;
  const exponents = inverse + classes * triangleSize(dims);
  const ints = new Int32Array(doubles.buffer);
  return Array.from({ length: classes }, (_, c) => {
    OPERATIONS.curvature({ id: 0, tiles, doubles, ints }, { ...layout, inverse, exponents, lambda }, c);
    const scale = powerOfTwo(ints[exponents + c]!);
    const matrix = new Float64Array(dims * dims);
    for (let a = 0, at = inverse + c * triangleSize(dims); a < dims; a++) {
      for (let b = a; b < dims; b++, at++) matrix[a * dims + b] = matrix[b * dims + a] = ints[at]! * scale;
    }
    return matrix;
  });
}

/** (p - y) of every row, rows x classes. */
function rowResiduals({ set, probabilities, layout }: Placed): Float64Array {
  const out = probabilities.slice();
  for (let i = 0; i < layout.rows; i++) out[i * layout.classes + set.labels[i]!]! -= 1;
  return out;
}

/**
 * Exact Gauss-Newton of a softmax head: all classes coupled, nothing rounded, by conjugate gradients on the full
 * classes x dims system. For measuring: seconds a query, on the calling thread.
 * `weights` are classes x dims, `lambda` is the ridge of the mean loss. Throws InfluenceError: bad-shape, not-finite.
 */
export function exactGaussNewton(
  { set, weights, lambda }: { readonly set: TrainingSet; readonly weights: Float64Array; readonly lambda: number },
  options: ExactOptions = {},
): ExactGaussNewton {
  checkTrainingSet(set);
  const { dims, classes } = set;
  const layout = layoutOf(set.labels.length, dims, classes, 1);
  const memory = sharedMemory(8 * layout.end + 4 * classes * (triangleSize(dims) + 1));
  const doubles = new Float64Array(memory.buffer);
  for (let i = 0; i < layout.rows; i++) placeRow(doubles, layout, i, set.features.subarray(i * dims, (i + 1) * dims));
  const kernel: Kernel = { set, layout, doubles, tiles: gemmOver(memory), lambda };
  const probabilities = probabilitiesOf(kernel, weights);
  const inverse = inverseBlocks(kernel, probabilities);
  const placed: Placed = { ...kernel, probabilities, inverse };
  const residuals = rowResiduals(placed);
  const resolved = { tolerance: DEFAULT_TOLERANCE, maxIterations: MOST_ITERATIONS, ...options };
  return {
    solve({ features, residual }) {
      const gradient = new Float64Array(classes * dims);
      for (let c = 0; c < classes; c++)
        for (let k = 0; k < dims; k++) gradient[c * dims + k] = residual[c]! * features[k]!;
      return solve(placed, gradient, resolved);
    },
    scores(solved) {
      project(placed, solved);
      return Float64Array.from({ length: layout.rows }, (_, i) => {
        let sum = 0;
        for (let c = 0; c < classes; c++)
          sum += residuals[i * classes + c]! * doubles[layout.probabilities + i * layout.paddedClasses + c]!;
        return sum;
      });
    },
  };
}
