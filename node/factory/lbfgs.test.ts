import { expect, test } from "vitest";
import { type Evaluation, Lbfgs, type LbfgsOptions } from "./lbfgs.ts";

const CURVATURES = [1, 10, 100, 0.01];

/** sum a_k (x_k - k)^2 / 2 + log cosh terms would need more; a quadratic has a known answer. */
async function quadratic(x: Float64Array) {
  const gradient = x.map((value, k) => CURVATURES[k]! * (value - k));
  return { value: gradient.reduce((sum, g, k) => sum + (g * g) / CURVATURES[k]! / 2, 0), gradient };
}

type Objective = (point: Float64Array) => Promise<Evaluation>;

async function minimise(start: Float64Array, objective: Objective, options: LbfgsOptions) {
  const solver = await Lbfgs.start(start, objective, options);
  while (!solver.isDone()) await solver.step();
  return solver.result();
}

const options = { maxIterations: 200, tolerance: 1e-10, curvatureBound: 100 };

test("finds the minimum of an ill-conditioned quadratic", async () => {
  const { point, converged } = await minimise(new Float64Array(4), quadratic, options);
  expect(converged).toBe(true);
  for (const [k, x] of point.entries()) expect(x).toBeCloseTo(k, 6);
});

test("behavior: stops at the iteration limit and says so", async () => {
  const result = await minimise(new Float64Array(4), quadratic, { ...options, maxIterations: 2 });
  expect([result.iterations, result.converged]).toEqual([2, false]);
});

test("behavior: a start at the minimum is converged at once", async () => {
  const result = await minimise(Float64Array.of(0, 1, 2, 3), quadratic, options);
  expect([result.iterations, result.converged]).toEqual([0, true]);
});

test("behavior: ends when no step improves the value", async () => {
  const flat = async (x: Float64Array) => ({ value: 1, gradient: x.map(() => 1) });
  expect((await minimise(new Float64Array(2), flat, options)).converged).toBe(false);
});

test("behavior: a solver that goes on from a state ends with the same bits", async () => {
  const whole = await minimise(new Float64Array(4), quadratic, options);
  let solver = await Lbfgs.start(new Float64Array(4), quadratic, options);
  while (!solver.isDone()) {
    await solver.step();
    solver = Lbfgs.resume(structuredClone(solver.state()), quadratic, options);
  }
  expect(solver.result()).toEqual(whole);
});
