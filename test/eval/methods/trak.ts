import { type HeadProblem, probabilitiesOf } from "../head-problem.ts";
import type { Method, Scorer } from "../method.ts";
import { Retrainer } from "../retrain.ts";
import { randomSubsets } from "../subsets.ts";
import { cholesky, gram, meanDiagonal, plusDiagonal, rowProducts, solveCholesky } from "./dense.ts";
import { hadamardProjection, type Projection } from "./hadamard.ts";

/** Dimensions of the random projection: the largest power of two that the rows can fill, and no more than this. */
const MOST_PROJECTED = 2048;
/** Relative to the mean eigenvalue: from next to no damping to next to no inverse, half decades where the best lie. */
const DAMPINGS = [1e-4, 1e-3, 1e-2, 1e-1, 0.3, 1, 3, 10, 100, 1000];

/** What one model of the ensemble gives. */
interface Member {
  /** rows x width: projected gradients of the margin log(p / (1 - p)) of the rows' labels. */
  readonly features: Float32Array;
  readonly gram: Float64Array;
  /** queries x width. */
  readonly queries: Float64Array;
  /** 1 - p of every row's label. */
  readonly doubt: Float64Array;
}

interface Margins {
  readonly features: Float64Array;
  readonly doubt: Float64Array;
}

/** Projected gradients of the margins of rows under a head: (e_y - p) / (1 - p_y) x h. */
function margins(
  weights: Float64Array,
  rows: { readonly features: Float64Array; readonly labels: ArrayLike<number> },
  dims: number,
  projection: Projection,
): Margins {
  const probabilities = probabilitiesOf(weights, rows.features, dims);
  const classes = weights.length / dims;
  const count = rows.labels.length;
  const out = new Float64Array(count * projection.width);
  const doubt = new Float64Array(count);
  const scratch = new Float64Array(projection.padded);
  for (let i = 0; i < count; i++) {
    const p = probabilities.subarray(i * classes, (i + 1) * classes);
    const label = rows.labels[i]!;
    let rest = 0;
    for (let c = 0; c < classes; c++) if (c !== label) rest += p[c]!;
    doubt[i] = rest;
    for (let c = 0; c < classes; c++) {
      const slope = c === label ? 1 : rest > 0 ? -p[c]! / rest : 0;
      for (let k = 0; k < dims; k++) scratch[c * dims + k] = slope * rows.features[i * dims + k]!;
    }
    out.set(projection.project(scratch), i * projection.width);
  }
  return { features: out, doubt };
}

function projectedWidth(problem: HeadProblem): number {
  return Math.min(MOST_PROJECTED, 2 ** Math.floor(Math.log2(problem.set.labels.length)));
}

/** One model's part of TRAK. */
export function trakMember(problem: HeadProblem, weights: Float64Array, width: number, seed: string): Member {
  const { set, queries } = problem;
  const projection = hadamardProjection(set.classes * set.dims, width, seed);
  const { features, doubt } = margins(weights, set, set.dims, projection);
  return {
    features: Float32Array.from(features),
    gram: gram(features, set.labels.length, projection.width),
    queries: margins(weights, queries, set.dims, projection).features,
    doubt,
  };
}

function trakScorer(members: readonly Member[], damping: number): Scorer {
  const width = Math.sqrt(members[0]!.gram.length);
  const rows = members[0]!.doubt.length;
  const factors = members.map((m) =>
    cholesky(plusDiagonal(m.gram, width, damping * meanDiagonal(m.gram, width)), width),
  );
  const doubt = new Float64Array(rows);
  for (const member of members) for (let i = 0; i < rows; i++) doubt[i]! += member.doubt[i]! / members.length;
  return {
    bytesPerRow: 4 * width * members.length + 8,
    score(query) {
      const out = new Float64Array(rows);
      for (const [m, { features, queries }] of members.entries()) {
        const solved = solveCholesky(factors[m]!, queries.slice(query * width, (query + 1) * width));
        const part = rowProducts(features, solved);
        for (let i = 0; i < rows; i++) out[i]! += part[i]!;
      }
      for (let i = 0; i < rows; i++) out[i]! *= doubt[i]!;
      return out;
    },
    own(query) {
      let sum = 0;
      for (const [m, { features, queries }] of members.entries()) {
        const solved = solveCholesky(factors[m]!, queries.slice(query * width, (query + 1) * width));
        for (let k = 0; k < width; k++) sum += features[query * width + k]! * solved[k]!;
      }
      return sum * doubt[query]!;
    },
  };
}

export function trakSettings(members: readonly Member[]) {
  return DAMPINGS.map((damping) => ({
    name: `damping ${damping} x mean eigenvalue`,
    scorer: () => trakScorer(members, damping),
  }));
}

/**
 * TRAK: random projections of the margin's gradients, kernel regression in them, weighted by 1 - p and averaged over
 * models trained on half subsets. Park et al., "TRAK: Attributing Model Behavior at Scale", ICML 2023, section 3.
 */
export const trak1: Method = {
  name: "trak-1",
  source: "Park et al. 2023, arXiv 2303.14186",
  version: 3,
  prepare: async (problem) => trakSettings([trakMember(problem, problem.weights, projectedWidth(problem), "trak-0")]),
};

/** Heads of ten seeded random halves, none of them a subset of the ground truth. */
export async function halfModels(problem: HeadProblem): Promise<Float64Array[]> {
  const retrainer = new Retrainer(problem.set, problem.lambda);
  const models: Float64Array[] = [];
  try {
    for (const half of randomSubsets(problem.set.labels.length, 0.5, 10, "trak-models")) {
      models.push(await retrainer.weights(half));
    }
  } finally {
    await retrainer.close();
  }
  return models;
}

/** As `trak1` with ten models, each trained on its own random half of the rows and with its own projection. */
export const trak10: Method = {
  name: "trak-10",
  source: "Park et al. 2023, arXiv 2303.14186",
  version: 3,
  async prepare(problem) {
    const models = await halfModels(problem);
    const width = projectedWidth(problem);
    return trakSettings(models.map((weights, m) => trakMember(problem, weights, width, `trak-${m}`)));
  },
};
