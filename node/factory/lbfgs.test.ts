import { expect, test } from "vitest";
import { minimise } from "./lbfgs.ts";

const CURVATURES = [1, 10, 100, 0.01];

/** sum a_k (x_k - k)^2 / 2 + log cosh terms would need more; a quadratic has a known answer. */
async function quadratic(x: Float64Array) {
  const gradient = x.map((value, k) => CURVATURES[k]! * (value - k));
  return { value: gradient.reduce((sum, g, k) => sum + (g * g) / CURVATURES[k]! / 2, 0), gradient };
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
