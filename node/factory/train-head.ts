import { InfluenceError } from "../influence/errors.ts";
import { toGrid, weightsHash } from "../influence/grid.ts";
import { Crew } from "./crew.ts";
import { placeSet, solveHead } from "./head-solver.ts";
import { layoutOf } from "./layout.ts";
import { checkEveryClassHasRows, checkTrainingSet, type TrainingSet } from "./training-set.ts";

/** lambda x rows of the default head: chosen on Banking77 for accuracy, fidelity and payouts together (README). */
const DEFAULT_RIDGE = 0.2;
/** |gradient| relative to the start's: converged far beyond the weights' effect on any answer. */
export const HEAD_TOLERANCE = 1e-6;
export const MAX_ITERATIONS = 1000;

/** The default ridge: falls with the number of rows as a fixed prior does. */
export function defaultLambda(rows: number): number {
  return DEFAULT_RIDGE / rows;
}

export interface TrainProgress {
  readonly stage: "head" | "fold";
  /** Fold number, for folds. */
  readonly fold?: number;
  readonly iteration: number;
  readonly loss: number;
  /** |gradient| now over |gradient| at the start: ends at the tolerance. */
  readonly gradientRatio: number;
}

export interface TrainOptions {
  /** Ridge on the mean loss; `defaultLambda` of the rows trained on when absent. */
  readonly lambda?: number;
  readonly tolerance?: number;
  readonly maxIterations?: number;
  /** Threads; by default one per core. Never changes a bit of the result. */
  readonly workers?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TrainProgress) => void;
}

export interface TrainedHead {
  /** classes x dims on the 2^-24 grid. */
  readonly weights: Int32Array;
  /** sha256 over the weights as little-endian int32. */
  readonly hash: Uint8Array;
  readonly classes: number;
  readonly dims: number;
  readonly lambda: number;
  readonly loss: number;
  readonly iterations: number;
  readonly converged: boolean;
}

export interface ResolvedOptions extends TrainOptions {
  readonly lambda: number;
  readonly tolerance: number;
  readonly maxIterations: number;
}

export function resolveOptions(options: TrainOptions, rows: number, tolerance: number): ResolvedOptions {
  const resolved = { lambda: defaultLambda(rows), tolerance, maxIterations: MAX_ITERATIONS, ...options };
  if (!(resolved.lambda > 0) || !(resolved.tolerance > 0) || !Number.isFinite(resolved.lambda)) {
    throw new InfluenceError("not-finite", "training: lambda and tolerance must be positive numbers");
  }
  return resolved;
}

/** Reports an iteration as a ratio to the start's gradient. */
export function reporter(stage: "head" | "fold", options: TrainOptions, fold?: number) {
  let first = 0;
  return (iteration: number, loss: number, norm: number) => {
    if (iteration === 0) first = norm;
    const gradientRatio = first > 0 ? norm / first : 0;
    options.onProgress?.({ stage, ...(fold === undefined ? {} : { fold }), iteration, loss, gradientRatio });
  };
}

/**
 * Trains the softmax head to convergence in float64 with fixed orders of addition, then rounds it to the 2^-24 grid:
 * the same sha256 on every machine and for every number of workers.
 * Throws InfluenceError: bad-shape, empty-class, not-finite, off-grid, aborted, worker-lost.
 */
export async function trainHead(set: TrainingSet, options: TrainOptions = {}): Promise<TrainedHead> {
  checkTrainingSet(set);
  checkEveryClassHasRows(set);
  const resolved = resolveOptions(options, set.labels.length, HEAD_TOLERANCE);
  const crew = Crew.open({ ...options, bytes: 8 * layoutOf(set.labels.length, set.dims, set.classes, 0).end });
  try {
    const layout = placeSet(crew, set);
    const solved = await solveHead(crew, layout, { ...resolved, onIteration: reporter("head", options) });
    const weights = toGrid(solved.point);
    const { classes, dims } = set;
    const { value: loss, iterations, converged } = solved;
    return { weights, hash: weightsHash(weights), classes, dims, lambda: resolved.lambda, loss, iterations, converged };
  } finally {
    await crew.close();
  }
}
