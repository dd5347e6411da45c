import { InfluenceError } from "../influence/errors.ts";
import type { Crew } from "./crew.ts";
import { type Layout, layoutOf, placeRow, placeWeights } from "./layout.ts";
import { type Evaluation, Lbfgs, type LbfgsResult, type LbfgsState } from "./lbfgs.ts";
import { FORWARD_ROWS, GRADIENT_DIMS } from "./operations.ts";
import type { TrainingSet } from "./training-set.ts";

export interface SolveOptions {
  /** Ridge on every weight: mean loss + lambda / 2 |w|^2. */
  readonly lambda: number;
  readonly tolerance: number;
  readonly maxIterations: number;
  readonly signal?: AbortSignal;
  readonly onIteration?: (iteration: number, loss: number, gradientNorm: number) => void;
}

/** The Hessian of softmax cross-entropy is at most half of that of the features (Boehning 1992); |h| = 1. */
const SOFTMAX_CURVATURE = 0.5;

/** Lays a set out in the crew's memory, which must have room for it. */
export function placeSet(crew: Crew, set: TrainingSet, scratches = 0): Layout {
  const rows = set.labels.length;
  const layout = layoutOf(rows, set.dims, set.classes, scratches);
  crew.doubles.fill(0, layout.rowPanels, layout.scratch);
  for (let i = 0; i < rows; i++) {
    placeRow(crew.doubles, layout, i, set.features.subarray(i * set.dims, (i + 1) * set.dims));
    crew.ints[layout.labels + i] = set.labels[i]!;
  }
  return layout;
}

/** Probabilities and losses of every placed row under these weights. */
export async function predict(crew: Crew, layout: Layout, weights: Float64Array): Promise<void> {
  placeWeights(crew.doubles, layout, weights);
  await crew.run("forward", layout, Math.ceil(layout.paddedRows / FORWARD_ROWS));
}

/** Mean loss with the ridge, and its gradient, at these weights. */
export async function evaluate(crew: Crew, layout: Layout, weights: Float64Array, lambda: number): Promise<Evaluation> {
  await predict(crew, layout, weights);
  await crew.run("gradient", layout, Math.ceil(layout.dims / GRADIENT_DIMS));
  let loss = 0;
  for (let i = 0; i < layout.rows; i++) loss += crew.doubles[layout.losses + i]!;
  const gradient = crew.doubles.slice(layout.gradient, layout.gradient + weights.length);
  let squares = 0;
  for (let i = 0; i < weights.length; i++) {
    const w = weights[i]!;
    gradient[i] = gradient[i]! / layout.rows + lambda * w;
    squares += w * w;
  }
  return { value: loss / layout.rows + (lambda / 2) * squares, gradient };
}

/** A head's solver on the placed set, at its start or where a state left it; the same bits for any number of workers. */
export function openSolver(
  crew: Crew,
  layout: Layout,
  options: Pick<SolveOptions, "lambda" | "tolerance" | "maxIterations">,
  from?: LbfgsState,
): Promise<Lbfgs> | Lbfgs {
  const { lambda, tolerance, maxIterations } = options;
  const evaluateAt = (weights: Float64Array) => evaluate(crew, layout, weights, lambda);
  const bounds = { maxIterations, tolerance, curvatureBound: SOFTMAX_CURVATURE + lambda };
  if (from) return Lbfgs.resume(from, evaluateAt, bounds);
  return Lbfgs.start(new Float64Array(layout.classes * layout.dims), evaluateAt, bounds);
}

/** Trains a head on the placed set from zero. Throws InfluenceError aborted. */
export async function solveHead(crew: Crew, layout: Layout, options: SolveOptions): Promise<LbfgsResult> {
  const solver = await openSolver(crew, layout, options);
  for (;;) {
    if (options.signal?.aborted) throw new InfluenceError("aborted", "training was aborted by its caller");
    const { iteration, value, norm } = solver.report();
    options.onIteration?.(iteration, value, norm);
    if (solver.isDone()) return solver.result();
    await solver.step();
  }
}
