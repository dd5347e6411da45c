import type { HeadProblem } from "../head-problem.ts";
import type { Method, Scorer } from "../method.ts";
import { inputCovariance, outputCovariance } from "./curvature.ts";
import { inBasis, rowProducts } from "./dense.ts";
import { symmetricEigen } from "./eigen.ts";
import { directionProducts, factorBytes, queryFactors } from "./rows.ts";

/** Damping in units of the mean eigenvalue (Grosse et al. use 0.1), or of the ridge. */
const RELATIVE_TO_MEAN = [1e-2, 1e-1, 1];
const RELATIVE_TO_RIDGE = [0.05, 0.15, 0.4, 1];

/** The head's rows and curvature in the Kronecker eigenbasis. */
interface Eigenbasis {
  readonly inputs: Float64Array;
  readonly outputs: Float64Array;
  /** rows x dims and rows x classes, rotated. */
  readonly features: Float64Array;
  readonly residuals: Float64Array;
  /** classes x dims: E over rows and the model's own labels of (u_a . d)^2 (w_b . h)^2. */
  readonly eigenvalues: Float64Array;
}

/** E over y ~ p of (u . (p - e_y))^2 for every axis u: the variance of u_y. */
function outputVariances(outputs: Float64Array, p: Float64Array): Float64Array {
  const classes = p.length;
  return Float64Array.from({ length: outputs.length / classes }, (_, a) => {
    let [mean, square] = [0, 0];
    for (let c = 0; c < classes; c++) {
      const u = outputs[a * classes + c]!;
      mean += p[c]! * u;
      square += p[c]! * u * u;
    }
    return square - mean * mean;
  });
}

export function eigenbasisOf(problem: HeadProblem): Eigenbasis {
  const { set, residuals, probabilities } = problem;
  const { dims, classes } = set;
  const n = set.labels.length;
  const inputs = symmetricEigen(inputCovariance(problem), dims).vectors;
  const outputs = symmetricEigen(outputCovariance(problem), classes).vectors;
  const features = inBasis(set.features, inputs, dims);
  const eigenvalues = new Float64Array(classes * dims);
  for (let i = 0; i < n; i++) {
    const variances = outputVariances(outputs, probabilities.subarray(i * classes, (i + 1) * classes));
    for (let a = 0; a < classes; a++) {
      for (let b = 0; b < dims; b++) eigenvalues[a * dims + b]! += (variances[a]! * features[i * dims + b]! ** 2) / n;
    }
  }
  return { inputs, outputs, features, residuals: inBasis(residuals, outputs, classes), eigenvalues };
}

function ekfacScorer(problem: HeadProblem, basis: Eigenbasis, damping: number): Scorer {
  const { dims } = problem.set;
  const rotated = (query: number) => {
    const { h, d } = queryFactors(problem, query);
    const [x, y] = [rowProducts(basis.inputs, h), rowProducts(basis.outputs, d)];
    return basis.eigenvalues.map((_, at) => y[Math.floor(at / dims)]! * x[at % dims]!);
  };
  const scale = basis.eigenvalues.map((value) => 1 / (Math.max(0, value) + damping));
  return {
    bytesPerRow: factorBytes(problem),
    score(query) {
      const direction = rotated(query).map((value, at) => value * scale[at]!);
      return directionProducts(basis, direction, dims);
    },
    own: (query) => rotated(query).reduce((sum, value, at) => sum + value * value * scale[at]!, 0),
  };
}

/**
 * EK-FAC influence: Kronecker eigenbasis of input and output covariance, eigenvalues fitted in it (George et al. 2018,
 * arXiv 1806.03884), as used by Grosse et al., "Studying Large Language Model Generalization with Influence
 * Functions", 2023. Pseudo-gradients are taken in expectation over the model's own labels instead of sampled.
 */
export const ekfac: Method = {
  name: "ek-fac",
  source: "Grosse et al. 2023, arXiv 2308.03296",
  version: 1,
  async prepare(problem) {
    const basis = eigenbasisOf(problem);
    const mean = basis.eigenvalues.reduce((a, b) => a + b, 0) / basis.eigenvalues.length;
    const setting = (name: string, damping: number) => ({ name, scorer: () => ekfacScorer(problem, basis, damping) });
    return [
      ...RELATIVE_TO_RIDGE.map((x) => setting(`damping ${x} x ridge`, x * problem.lambda)),
      ...RELATIVE_TO_MEAN.map((x) => setting(`damping ${x} x mean eigenvalue`, x * mean)),
    ];
  },
};
