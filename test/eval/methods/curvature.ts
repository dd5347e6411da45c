import type { HeadProblem } from "../head-problem.ts";
import { gram } from "./dense.ts";

/** E[h h^T] of the training rows: the input factor of Kronecker-factored curvature. */
export function inputCovariance(problem: HeadProblem): Float64Array {
  const { features, dims, labels } = problem.set;
  return gram(features, labels.length, dims).map((x) => x / labels.length);
}

/** E[d d^T] with d = p - y, y drawn from the model itself, in expectation: diag(p) - p p^T (the true Fisher). */
export function outputCovariance(problem: HeadProblem): Float64Array {
  const { classes, labels } = problem.set;
  const out = gram(problem.probabilities, labels.length, classes).map((x) => -x / labels.length);
  for (let i = 0; i < labels.length; i++) {
    for (let c = 0; c < classes; c++) out[c * classes + c]! += problem.probabilities[i * classes + c]! / labels.length;
  }
  return out;
}

/** E[d d^T] over the rows' own labels (the empirical Fisher). */
export function residualCovariance(problem: HeadProblem): Float64Array {
  const { classes, labels } = problem.set;
  return gram(problem.residuals, labels.length, classes).map((x) => x / labels.length);
}
