import { expect, test } from "vitest";
import { isSelectionQuick, selectionWork } from "./selection-cost.ts";

test("work grows with classes and dims, not with rows beyond the sample", () => {
  const size = { rows: 2_000, classes: 8, dims: 512 };
  expect(selectionWork({ ...size, rows: 100_000 })).toBe(selectionWork(size));
  expect(selectionWork({ ...size, classes: 16 })).toBe(2 * selectionWork(size));
  expect(selectionWork({ ...size, dims: 1_024 })).toBeGreaterThan(3 * selectionWork(size));
});

test("a handful of classes is quick, thousands are not", () => {
  expect(isSelectionQuick({ rows: 600, classes: 8, dims: 512 })).toBe(true);
  expect(isSelectionQuick({ rows: 600, classes: 4_096, dims: 512 })).toBe(false);
});
