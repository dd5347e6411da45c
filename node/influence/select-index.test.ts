import { expect, test } from "vitest";
import { trainingSetOf } from "../../test/bench/fixture.ts";
import { syntheticData } from "../../test/bench/synthetic.ts";
import { rankCorrelation } from "./rank-correlation.ts";
import { selectIndex } from "./select-index.ts";

const data = syntheticData(72, "select-index", 4);
const set = trainingSetOf(data.train, 4);
const questions = trainingSetOf(data.test, 4).features;
const input = { set, lambda: 0.2 / 72, questions, seed: new Uint8Array(32).fill(3) };
const options = { subsets: 6, queries: 8, workers: 1 };

test("selectIndex: the choice is the measured best but for worthless blocks, and it is recorded", {
  timeout: 60_000,
}, async () => {
  const { blocks, damping, selection, measured } = await selectIndex(input, options);
  const best = Math.max(...measured.map(({ lds }) => lds));
  const chosen = measured.find((m) => m.blocks === blocks && m.damping * input.lambda === damping)!;
  expect(chosen.lds).toBeGreaterThanOrEqual(best - 0.002);
  expect(best).toBeGreaterThan(0.3);
  expect(selection).toEqual({ candidates: 10, queries: 8, subsets: 6, ldsPpm: Math.round(chosen.lds * 1e6) });
});

test("selectIndex: without questions there is nothing to measure on", async () => {
  await expect(selectIndex({ ...input, questions: new Float64Array(0) })).rejects.toThrow("at least one held-out");
});

test("rankCorrelation: order alone counts, ties share a rank, a constant says nothing", () => {
  expect(rankCorrelation([1, 5, 9], [2, 3, 100])).toBe(1);
  expect(rankCorrelation([1, 5, 9], [7, 3, 1])).toBe(-1);
  expect(rankCorrelation([1, 1, 2], [1, 2, 3])).toBeCloseTo(Math.sqrt(0.75), 12);
  expect(rankCorrelation([4, 4, 4], [1, 2, 3])).toBe(0);
});
