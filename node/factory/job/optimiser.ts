import { roundHalfUp } from "../../influence/grid.ts";
import { JobError } from "./errors.ts";
import { fromReal, type Optimiser, OptimiserKind } from "./manifest.ts";

const INT32_LIMIT = 2 ** 31;

/**
 * Everything that the next step depends on besides data. Weights are integers on the job's grid; the moments are
 * float32 numbers: each is rounded to the nearest one by IEEE after every step, so that its 32 bits are as exact as an integer.
 */
export interface Weights {
  readonly weights: Int32Array;
  /** First moment, or velocity of sgd. */
  readonly first: Float32Array;
  /** Second moment; empty for sgd. */
  readonly second: Float32Array;
}

export function freshWeights(weights: Int32Array, kind: OptimiserKind): Weights {
  const second = kind === OptimiserKind.OPTIMISER_SGD ? 0 : weights.length;
  return { weights, first: new Float32Array(weights.length), second: new Float32Array(second) };
}

/** The rate of step 1 .. steps: linear rise over the warm-up, then constant or linear fall that ends above 0. */
export function rateAt(optimiser: Optimiser, step: number, steps: number): number {
  const rate = fromReal(optimiser.rate);
  const { warmup } = optimiser;
  if (step <= warmup) return (rate * step) / warmup;
  if (!optimiser.decays) return rate;
  return (rate * (steps - step + 1)) / (steps - warmup);
}

/** beta^step by squaring from the lowest bit: the same bits on every machine, unlike Math.pow. */
export function power(beta: number, step: number): number {
  let product = 1;
  for (let square = beta, left = step; left > 0; left = Math.floor(left / 2), square *= square) {
    if (left % 2 === 1) product *= square;
  }
  return product;
}

/** Scales a gradient in place so that its norm is at most `clip`; 0 for any norm. */
export function clipGradient(gradient: Float64Array, clip: number): void {
  if (clip === 0) return;
  let squares = 0;
  for (const g of gradient) squares += g * g;
  const norm = Math.sqrt(squares);
  if (norm <= clip) return;
  const factor = clip / norm;
  for (let i = 0; i < gradient.length; i++) gradient[i]! *= factor;
}

/** Rounds an updated weight to the grid. Throws JobError diverged. */
function onGrid(value: number, scale: number, i: number): number {
  const rounded = roundHalfUp(value * scale);
  if (rounded >= -INT32_LIMIT && rounded < INT32_LIMIT) return rounded;
  throw new JobError(
    "diverged",
    `weight ${i} became ${value}; weights stay below ${INT32_LIMIT / scale}: lower the rate`,
  );
}

export interface StepSize {
  readonly step: number;
  readonly steps: number;
  /** Grid units of one. */
  readonly scale: number;
}

/**
 * One step of the optimiser in place, in plain float64 with + - * / and square roots alone, element by element:
 *   sgd   v = beta1 v + g;                                          w -= rate (v + decay w)
 *   adam  m = beta1 m + (1 - beta1) g;  s = beta2 s + (1 - beta2) g g;  w -= rate (m / c1 / (sqrt(s / c2) + epsilon) + decay w)
 * with c = 1 - beta^step, decay of adamw alone, and m, s, v, w rounded to their grids (moments before their use).
 */
export function stepWeights(state: Weights, gradient: Float64Array, optimiser: Optimiser, size: StepSize): void {
  clipGradient(gradient, fromReal(optimiser.clip));
  const rate = rateAt(optimiser, size.step, size.steps);
  if (optimiser.kind === OptimiserKind.OPTIMISER_SGD) sgd(state, gradient, optimiser, rate, size.scale);
  else adam(state, gradient, optimiser, rate, size);
}

function sgd({ weights, first }: Weights, gradient: Float64Array, o: Optimiser, rate: number, scale: number): void {
  const momentum = fromReal(o.beta1);
  const decay = fromReal(o.weightDecay);
  for (let i = 0; i < weights.length; i++) {
    first[i] = momentum * first[i]! + gradient[i]!;
    const w = weights[i]! / scale;
    weights[i] = onGrid(w - rate * (first[i]! + decay * w), scale, i);
  }
}

function adam(
  { weights, first, second }: Weights,
  gradient: Float64Array,
  o: Optimiser,
  rate: number,
  size: StepSize,
): void {
  const { scale, step } = size;
  const beta1 = fromReal(o.beta1);
  const beta2 = fromReal(o.beta2);
  const epsilon = fromReal(o.epsilon);
  const decay = fromReal(o.weightDecay);
  const c1 = 1 - power(beta1, step);
  const c2 = 1 - power(beta2, step);
  for (let i = 0; i < weights.length; i++) {
    const g = gradient[i]!;
    first[i] = beta1 * first[i]! + (1 - beta1) * g;
    second[i] = beta2 * second[i]! + (1 - beta2) * g * g;
    const w = weights[i]! / scale;
    const move = first[i]! / c1 / (Math.sqrt(second[i]! / c2) + epsilon);
    weights[i] = onGrid(w - rate * (move + decay * w), scale, i);
  }
}
