import { expect, test } from "vitest";
import { contributorSubsets, randomSubsets, without } from "./subsets.ts";

test("random subsets: the asked share, ascending, without repetition, different from each other", () => {
  const subsets = randomSubsets(100, 0.9, 3, "subsets");
  for (const rows of subsets) {
    expect(rows).toHaveLength(90);
    expect(rows).toEqual([...new Set(rows)].sort((a, b) => a - b));
  }
  expect(new Set(subsets.map(String)).size).toBe(3);
});

test("contributor subsets: all rows of half of the contributors", () => {
  const contributor = Int32Array.from({ length: 40 }, (_, i) => i % 8);
  for (const rows of contributorSubsets(contributor, 8, 5, "contributors")) {
    const kept = new Set(rows.map((row) => contributor[row]));
    expect(kept.size).toBe(4);
    expect(rows).toHaveLength(20);
  }
});

test("without: every other row", () => {
  expect(without(5, [1, 3])).toEqual([0, 2, 4]);
});
