import { expect, test } from "vitest";
import { noveltyOf, queryMantissas } from "./novelty.ts";
import { DISTANCE_ONE, GATE_ONE } from "./types.ts";

/** A unit vector of two dimensions and zeros at this cosine of the first axis. */
const at = (cosine: number) => Float64Array.of(cosine, Math.sqrt(1 - cosine * cosine), 0, 0);
const units = (distance: number) => Math.round(distance * DISTANCE_ONE);
const header = { embeddingSpacing: units(0.36) };

/** Novelty of a row at this distance of the query and that of its nearest other row. */
const novelty = (toQuery: number, toRows: number) =>
  noveltyOf(queryMantissas(at(1)), { h: queryMantissas(at(1 - toQuery)), spacing: units(toRows) }, header) / GATE_ONE;

test("default: an item that is no closer to the query than to other items counts in full", () => {
  expect(novelty(0.4, 0.4)).toBe(1);
  expect(novelty(0.3, 0.4)).toBe(1);
  expect(novelty(0.02, 0.1)).toBe(1);
});

test("behavior: one that lies much closer to the query than to any other item earns nothing", () => {
  expect(novelty(0.05, 0.4)).toBe(0);
  expect(novelty(0.38, 0.6)).toBe(0);
  expect(novelty(0, 0.17)).toBeLessThan(0.2);
});

test("behavior: linear between", () => {
  const half = novelty(0.4 - 0.36 * 0.395, 0.4);
  expect(half).toBeGreaterThan(0.4);
  expect(half).toBeLessThan(0.6);
});

test("behavior: an item without features is not judged", () => {
  expect(noveltyOf(queryMantissas(at(1)), { h: new Int8Array(4), spacing: 0 }, header)).toBe(GATE_ONE);
});
