import { expect, test } from "vitest";
import type { GroundTruth } from "./ground-truth.ts";
import { bootstrapMean, predictions, queryLds } from "./lds.ts";

const truth: GroundTruth = {
  subsets: [
    [0, 1],
    [0, 2],
    [1, 2],
  ],
  outputs: [Float64Array.of(3), Float64Array.of(2), Float64Array.of(-1)],
};

test("predictions: the sum of the kept rows' scores", () => {
  expect(predictions(Float64Array.of(5, 1, -2), truth)).toEqual([6, 3, -1]);
});

test("lds: 1 when the predictions rank the subsets as retraining does, -1 when they rank them the other way", () => {
  expect(queryLds(Float64Array.of(5, 1, -2), truth, 0)).toBe(1);
  expect(queryLds(Float64Array.of(-5, -1, 2), truth, 0)).toBe(-1);
});

test("bootstrap: the standard error of a mean, the same for the same seed", () => {
  const values = Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? 1 : -1));
  const { mean, se } = bootstrapMean(values, "coin");
  expect(mean).toBe(0);
  expect(se).toBeGreaterThan(0.045);
  expect(se).toBeLessThan(0.055);
  expect(bootstrapMean(values, "coin")).toEqual({ mean, se });
});
