import type { HeadProblem } from "../head-problem.ts";
import type { Method, Scorer } from "../method.ts";
import { inputCovariance, residualCovariance } from "./curvature.ts";
import { cholesky, gram, inBasis, meanDiagonal, plusDiagonal, rowProducts, solveCholesky } from "./dense.ts";
import { symmetricEigen } from "./eigen.ts";
import { queryFactors } from "./rows.ts";

/** Axes kept of the features and of the residuals: products up to 48 x 48 = 2,304 numbers a row. */
const MOST_AXES = 48;
const DAMPINGS = [1e-2, 1e-1, 1, 10];

/** The eigenvectors of the largest eigenvalues, as rows. */
function topAxes(covariance: Float64Array, size: number, axes: number): Float64Array {
  return symmetricEigen(covariance, size).vectors.slice((size - axes) * size);
}

function outer(d: Float64Array, h: Float64Array, out: Float64Array): void {
  for (let a = 0; a < d.length; a++) for (let b = 0; b < h.length; b++) out[a * h.length + b] = d[a]! * h[b]!;
}

/** (P_o d_i) x (P_i h_i) for every row, with the two projections. */
export function projectedRows(problem: HeadProblem, mostAxes = MOST_AXES) {
  const { set, residuals } = problem;
  const { dims, classes } = set;
  const [inner, outerAxes] = [Math.min(mostAxes, dims), Math.min(mostAxes, classes)];
  const inputs = topAxes(inputCovariance(problem), dims, inner);
  const outputs = topAxes(residualCovariance(problem), classes, outerAxes);
  const [h, d] = [inBasis(set.features, inputs, dims), inBasis(residuals, outputs, classes)];
  const width = inner * outerAxes;
  const rows = new Float64Array(set.labels.length * width);
  for (let i = 0; i < set.labels.length; i++) {
    const part = rows.subarray(i * width, (i + 1) * width);
    outer(d.subarray(i * outerAxes, (i + 1) * outerAxes), h.subarray(i * inner, (i + 1) * inner), part);
  }
  return { rows, width, inputs, outputs };
}

type Projected = ReturnType<typeof projectedRows>;

function lograScorer(problem: HeadProblem, projected: Projected, lower: Float64Array): Scorer {
  const stored = Float32Array.from(projected.rows);
  return {
    bytesPerRow: 4 * projected.width,
    score(query) {
      const { h, d } = queryFactors(problem, query);
      const gradient = new Float64Array(projected.width);
      outer(rowProducts(projected.outputs, d), rowProducts(projected.inputs, h), gradient);
      return rowProducts(stored, solveCholesky(lower, gradient));
    },
  };
}

/**
 * LoGra: the gradient of a layer is projected on both sides, by the leading axes of the covariances of its input and
 * of its output's gradient (the PCA initialisation), and preconditioned by the damped empirical Fisher there.
 * Choe et al., "What is Your Data Worth to GPT?", 2024.
 */
export const logra: Method = {
  name: "logra",
  source: "Choe et al. 2024, arXiv 2405.13954",
  version: 2,
  async prepare(problem) {
    const projected = projectedRows(problem);
    const n = problem.set.labels.length;
    const fisher = gram(projected.rows, n, projected.width).map((x) => x / n);
    const mean = meanDiagonal(fisher, projected.width);
    return DAMPINGS.map((damping) => ({
      name: `damping ${damping} x mean eigenvalue`,
      scorer: () =>
        lograScorer(
          problem,
          projected,
          cholesky(plusDiagonal(fisher, projected.width, damping * mean), projected.width),
        ),
    }));
  },
};
