import { expect, test } from "vitest";
import { median, quantile, spearman } from "./statistics.ts";

test("quantiles are nearest ranks", () => {
  const values = [5, 1, 4, 2, 3];
  expect([median(values), quantile(values, 0), quantile(values, 0.95), quantile(values, 1)]).toEqual([3, 1, 5, 5]);
});

test("spearman: monotone is 1, reversed -1, constant 0, ties share ranks", () => {
  expect(spearman([1, 2, 3], [10, 20, 1000])).toBeCloseTo(1);
  expect(spearman([1, 2, 3], [3, 2, 1])).toBeCloseTo(-1);
  expect(spearman([1, 2, 3], [7, 7, 7])).toBe(0);
  expect(spearman([1, 1, 2], [1, 1, 5])).toBeCloseTo(1);
});
