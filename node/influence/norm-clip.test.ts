import { expect, test } from "vitest";
import { GRID_ONE } from "./grid.ts";
import { clipOf, normLimitOf } from "./norm-clip.ts";
import { GATE_ONE } from "./types.ts";

/** |p - y| = 2^exponent x 5. */
const row = (dExponent: number) => ({ d: Int8Array.of(-3, 4, 0), dExponent });
const rows = [row(-5), row(-5), row(-5), row(-3)];

test("default: the limit is twice the mean norm", () => {
  expect(normLimitOf(rows)).toBe(2 * ((3 * 5 * 2 ** -5 + 5 * 2 ** -3) / 4) * GRID_ONE);
});

test("behavior: what exceeds the limit counts as much as the limit, the rest in full", () => {
  const limit = normLimitOf(rows);
  expect(clipOf(row(-5), limit)).toBe(GATE_ONE);
  expect(clipOf(row(-3), limit)).toBe(Math.floor((limit * GATE_ONE) / (5 * 2 ** -3 * GRID_ONE)));
});

test("behavior: a model that is sure of nine rows in ten still counts the tenth for a fifth of its norm", () => {
  const sure = Array.from({ length: 9 }, () => ({ d: Int8Array.of(0, 0, 0), dExponent: -9 }));
  const all = [...sure, row(-3)];
  expect(clipOf(row(-3), normLimitOf(all)) / GATE_ONE).toBeCloseTo(0.2, 4);
});

test("edge: no rows, and rows without residual: at least one unit", () => {
  expect(normLimitOf([])).toBe(1);
  expect(normLimitOf([{ d: Int8Array.of(0), dExponent: 0 }])).toBe(1);
});
