import { expect, test } from "vitest";
import { graphJob } from "../testing/jobs.ts";
import { fromReal, type Optimiser, OptimiserKind, optimiserOf, toReal } from "./manifest.ts";
import { clipGradient, freshWeights, power, rateAt, stepWeights } from "./optimiser.ts";

const SCALE = 2 ** 24;
const adam: Optimiser = { ...optimiserOf(graphJob("full").manifest), rate: toReal(0.5), warmup: 0, decays: false };
const size = { step: 1, steps: 10, scale: SCALE };

function stepped(optimiser: Optimiser, weights: number[], gradient: number[]): number[] {
  const state = freshWeights(
    Int32Array.from(weights, (w) => w * SCALE),
    optimiser.kind,
  );
  stepWeights(state, Float64Array.from(gradient), optimiser, size);
  return [...state.weights].map((w) => w / SCALE);
}

test("adam's first step is the rate against the sign of the gradient, whatever its size", () => {
  const [a, b, c] = stepped(adam, [1, 1, 1], [3, -0.001, 0]);
  expect(a).toBeCloseTo(0.5, 6);
  expect(b).toBeCloseTo(1.5, 3);
  expect(c).toBe(1);
});

test("adamw shrinks weights by rate x decay besides; sgd moves by rate x gradient", () => {
  const adamw = { ...adam, kind: OptimiserKind.OPTIMISER_ADAMW, weightDecay: toReal(0.25) };
  expect(stepped(adamw, [1], [0])).toEqual([1 - 0.5 * 0.25]);
  const sgd = { ...adam, kind: OptimiserKind.OPTIMISER_SGD, beta2: 0n, epsilon: 0n };
  expect(stepped(sgd, [1], [0.25])).toEqual([0.875]);
});

test("behavior: weights and moments stay on their grids", () => {
  const state = freshWeights(Int32Array.of(SCALE), adam.kind);
  for (let step = 1; step <= 5; step++) stepWeights(state, Float64Array.of(1 / 3), adam, { ...size, step });
  expect(Number.isInteger(state.weights[0])).toBe(true);
  expect(Math.fround(state.first[0]!)).toBe(state.first[0]);
  expect(state.second[0]).toBeGreaterThan(0);
});

test("the rate rises over the warm-up and falls to a last part above 0", () => {
  const schedule = { ...adam, warmup: 4, decays: true };
  const rates = Array.from({ length: 10 }, (_, i) => rateAt(schedule, i + 1, 10) / fromReal(schedule.rate));
  expect(rates.slice(0, 4)).toEqual([0.25, 0.5, 0.75, 1]);
  expect(rates[4]).toBe(1);
  expect(rates[9]).toBeCloseTo(1 / 6, 12);
});

test("clipping leaves short gradients as they are and gives long ones the norm", () => {
  const short = Float64Array.of(0.3, 0.4);
  clipGradient(short, 1);
  expect([...short]).toEqual([0.3, 0.4]);
  const long = Float64Array.of(3, 4);
  clipGradient(long, 1);
  expect(long[0]).toBeCloseTo(0.6, 12);
  const any = Float64Array.of(300, 400);
  clipGradient(any, 0);
  expect([...any]).toEqual([300, 400]);
});

test("power multiplies by squaring", () => {
  expect([0, 1, 2, 5, 10].map((n) => power(0.5, n))).toEqual([1, 0.5, 0.25, 1 / 32, 1 / 1024]);
  expect(power(0.999, 1000)).toBeCloseTo(0.999 ** 1000, 12);
});
