import type { HeadProblem } from "../head-problem.ts";
import { rowProducts } from "./dense.ts";

/** A head's gradient of one row is the outer product residual x features: these are its two factors. */
export interface QueryFactors {
  readonly h: Float64Array;
  readonly d: Float64Array;
  readonly label: number;
}

export function queryFactors(problem: HeadProblem, query: number): QueryFactors {
  const { features, residuals, labels } = problem.queries;
  const { dims, classes } = problem.set;
  return {
    h: features.subarray(query * dims, (query + 1) * dims),
    d: residuals.subarray(query * classes, (query + 1) * classes),
    label: labels[query]!,
  };
}

/** Bytes of the two factors of a row in float64. */
export function factorBytes(problem: HeadProblem): number {
  return 8 * (problem.set.dims + problem.set.classes);
}

/** g_q . g_i for every row, from the factors. */
export function gradientProducts(problem: HeadProblem, { h, d }: QueryFactors): Float64Array {
  const out = rowProducts(problem.set.features, h);
  const byResidual = rowProducts(problem.residuals, d);
  for (let i = 0; i < out.length; i++) out[i]! *= byResidual[i]!;
  return out;
}

/** |g_i|^2 of every row. */
export function squaredNorms(problem: HeadProblem): Float64Array {
  const { set, residuals } = problem;
  return Float64Array.from({ length: set.labels.length }, (_, i) => {
    const square = (values: Float64Array, size: number) =>
      values.subarray(i * size, (i + 1) * size).reduce((sum, x) => sum + x * x, 0);
    return square(set.features, set.dims) * square(residuals, set.classes);
  });
}

/** r . g_i for every row and one classes x dims direction r. */
export function directionProducts(
  factors: { readonly features: Float64Array; readonly residuals: Float64Array },
  direction: Float64Array,
  dims: number,
): Float64Array {
  const { features, residuals } = factors;
  const rows = features.length / dims;
  const classes = residuals.length / rows;
  const out = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    let total = 0;
    for (let c = 0; c < classes; c++) {
      const d = residuals[i * classes + c]!;
      let sum = 0;
      for (let k = 0, [a, b] = [c * dims, i * dims]; k < dims; k++) sum += direction[a + k]! * features[b + k]!;
      total += d * sum;
    }
    out[i] = total;
  }
  return out;
}
