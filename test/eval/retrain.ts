import { Crew } from "../../node/factory/crew.ts";
import { evaluate, openSolver, placeSet, solveHead } from "../../node/factory/head-solver.ts";
import { layoutOf } from "../../node/factory/layout.ts";
import { subset, type TrainingSet } from "../../node/factory/training-set.ts";
import { logits } from "../../node/influence/answer.ts";
import { softmaxInPlace } from "../../node/influence/exact-math.ts";
import type { Queries } from "./head-problem.ts";
import type { Subset } from "./subsets.ts";

/** |gradient| relative to the start's: the trainer's own tolerance. */
const TOLERANCE = 1e-6;
const MOST_ITERATIONS = 1000;

/** Enough to tell which class is largest. */
const NEAR_TOLERANCE = 1e-4;

/** Heads retrained on subsets by the factory's solver, to convergence and from zero, in one set of threads. */
export class Retrainer {
  private readonly set: TrainingSet;
  private readonly lambda: number;
  private readonly crew: Crew;

  constructor(set: TrainingSet, lambda: number, workers?: number) {
    this.set = set;
    this.lambda = lambda;
    const bytes = 8 * layoutOf(set.labels.length, set.dims, set.classes, 0).end;
    this.crew = Crew.open({ bytes, ...(workers ? { workers } : {}) });
  }

  /** classes x dims of the head trained on these rows alone, under the full model's ridge. */
  async weights(rows: Subset): Promise<Float64Array> {
    const layout = placeSet(this.crew, subset(this.set, rows));
    const options = { lambda: this.lambda, tolerance: TOLERANCE, maxIterations: MOST_ITERATIONS };
    return (await solveHead(this.crew, layout, options)).point;
  }

  /** The same optimum from weights near it, to fewer digits: what an answer needs when few rows are left out. */
  async weightsNear(rows: Subset, start: Float64Array): Promise<Float64Array> {
    const { crew, lambda } = this;
    const layout = placeSet(crew, subset(this.set, rows));
    const zero = await evaluate(crew, layout, new Float64Array(start.length), lambda);
    const startNorm = Math.sqrt(zero.gradient.reduce((sum, x) => sum + x * x, 0));
    const from = { ...(await evaluate(crew, layout, start, lambda)), point: start, pairs: [], iteration: 0 };
    const bounds = { lambda, tolerance: NEAR_TOLERANCE, maxIterations: MOST_ITERATIONS };
    const solver = await openSolver(crew, layout, bounds, { ...from, startNorm, isStuck: false });
    while (!solver.isDone()) await solver.step();
    return solver.result().point;
  }

  close(): Promise<void> {
    return this.crew.close();
  }
}

/** Log-probability of every query's own (full model's) answer under other weights. */
export function ownLogProbabilities(weights: Float64Array, queries: Queries): Float64Array {
  const dims = queries.features.length / queries.count;
  return Float64Array.from({ length: queries.count }, (_, q) => {
    const p = logits(weights, queries.features.subarray(q * dims, (q + 1) * dims));
    softmaxInPlace(p);
    return Math.log(p[queries.labels[q]!]!);
  });
}
