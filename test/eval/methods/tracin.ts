import { Crew } from "../../../node/factory/crew.ts";
import { placeSet, predict } from "../../../node/factory/head-solver.ts";
import { layoutOf } from "../../../node/factory/layout.ts";
import { GRADIENT_DIMS } from "../../../node/factory/operations.ts";
import { type HeadProblem, probabilitiesOf, residualsOf } from "../head-problem.ts";
import { fixed, type Method, type Scorer } from "../method.ts";
import { inputCovariance } from "./curvature.ts";
import { rowProducts } from "./dense.ts";

const STEPS = 200;
const CHECKPOINTS = 10;
const POWER_ITERATIONS = 50;

/** One over a bound of the Hessian: half the largest eigenvalue of the inputs' covariance, plus the ridge. */
function safeStep(problem: HeadProblem): number {
  const { dims } = problem.set;
  const covariance = inputCovariance(problem);
  let vector: Float64Array = new Float64Array(dims).fill(1 / Math.sqrt(dims));
  let norm = 1;
  for (let i = 0; i < POWER_ITERATIONS; i++) {
    vector = rowProducts(covariance, vector);
    norm = Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0));
    for (let k = 0; k < dims; k++) vector[k]! /= norm;
  }
  return 1 / (norm / 2 + problem.lambda);
}

/** Heads along full-batch gradient descent from zero, one every STEPS / CHECKPOINTS steps. */
export async function trajectory(problem: HeadProblem, step = safeStep(problem)): Promise<Float64Array[]> {
  const { set, lambda } = problem;
  const crew = Crew.open({ bytes: 8 * layoutOf(set.labels.length, set.dims, set.classes, 0).end });
  try {
    const layout = placeSet(crew, set);
    const weights = new Float64Array(set.classes * set.dims);
    const checkpoints: Float64Array[] = [];
    for (let t = 1; t <= STEPS; t++) {
      await predict(crew, layout, weights);
      await crew.run("gradient", layout, Math.ceil(set.dims / GRADIENT_DIMS));
      for (let i = 0; i < weights.length; i++) {
        weights[i]! -= step * (crew.doubles[layout.gradient + i]! / layout.rows + lambda * weights[i]!);
      }
      if (t % (STEPS / CHECKPOINTS) === 0) checkpoints.push(weights.slice());
    }
    return checkpoints;
  } finally {
    await crew.close();
  }
}

/** Sum over checkpoints of step x g_q . g_i at that checkpoint. */
export function tracInScorer(problem: HeadProblem, checkpoints: readonly Float64Array[], step: number): Scorer {
  const { set, queries } = problem;
  const { dims, classes } = set;
  const at = checkpoints.map((weights) => ({
    rows: residualsOf(probabilitiesOf(weights, set.features, dims), set.labels),
    queries: residualsOf(probabilitiesOf(weights, queries.features, dims), queries.labels),
  }));
  return {
    bytesPerRow: 8 * (dims + classes * checkpoints.length),
    score(query) {
      const out = rowProducts(set.features, queries.features.subarray(query * dims, (query + 1) * dims));
      const sums = new Float64Array(out.length);
      for (const { rows, queries: asked } of at) {
        const part = rowProducts(rows, asked.subarray(query * classes, (query + 1) * classes));
        for (let i = 0; i < sums.length; i++) sums[i]! += step * part[i]!;
      }
      for (let i = 0; i < out.length; i++) out[i]! *= sums[i]!;
      return out;
    },
  };
}

/**
 * TracInCP: products of gradients at checkpoints of a gradient descent trajectory, weighted by its step.
 * Pruthi et al., "Estimating Training Data Influence by Tracing Gradient Descent", NeurIPS 2020.
 */
export const tracIn: Method = {
  name: "tracin",
  source: "Pruthi et al. 2020, arXiv 2002.08484",
  version: 1,
  async prepare(problem) {
    const step = safeStep(problem);
    return fixed(tracInScorer(problem, await trajectory(problem, step), step));
  },
};
