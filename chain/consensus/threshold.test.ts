import { expect, test } from "vitest";
import { isQuorum, isSkip } from "./threshold.ts";

test.each([
  [1, 1, true],
  [2, 3, false],
  [3, 4, true],
  [2, 4, false],
  [6, 9, false],
  [7, 9, true],
  [67, 100, true],
  [66, 100, false],
  [2 ** 50 - 1, 2 ** 50, true],
])("%d of %d is a quorum: %s", (power, total, expected) => {
  expect(isQuorum(power, total)).toBe(expected);
});

test.each([
  [1, 3, false],
  [2, 3, true],
  [1, 4, false],
  [2, 4, true],
  [33, 100, false],
  [34, 100, true],
])("%d of %d is worth following: %s", (power, total, expected) => {
  expect(isSkip(power, total)).toBe(expected);
});
