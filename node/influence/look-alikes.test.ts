import { describe, expect, test } from "vitest";
import { SeededStream } from "../../test/bench/random.ts";
import { chooseCosines, lookAlikes } from "./look-alikes.ts";
import type { LookRow } from "./row-pairs.ts";
import { COSINE_ONE, DISTANCE_ONE, LIKENESS } from "./types.ts";

const DIMS = 32;
const COSINES = { embedding: 870, gradient: 819 };

function vector(seed: string): number[] {
  const stream = new SeededStream(seed);
  return Array.from({ length: DIMS }, () => stream.below(200) - 100);
}

/** A vector at the given cosine of another, as far as integers allow. */
function near(from: readonly number[], cosine: number, seed: string): number[] {
  const other = vector(seed);
  const norm = (v: readonly number[]) => Math.sqrt(v.reduce((sum, x) => sum + x * x, 0));
  const along = other.reduce((sum, x, k) => sum + x * from[k]!, 0) / norm(from) ** 2;
  const rest = other.map((x, k) => x - along * from[k]!);
  const turn = (Math.sqrt(1 - cosine ** 2) * norm(from)) / norm(rest);
  return from.map((x, k) => Math.round((cosine * x + turn * rest[k]!) * 0.5));
}

function row(h: readonly number[], entry: number, change: Partial<LookRow> = {}): LookRow {
  return { h: Int8Array.from(h), d: Int8Array.of(-90, 50, 40), entry, ...change };
}

const a = vector("a");

/** The definition, pair by pair. */
function naive(rows: readonly LookRow[]): number[] {
  const order = rows.map((_, i) => i).sort((x, y) => rows[x]!.entry - rows[y]!.entry);
  const cosine = (x: Int8Array, y: Int8Array) => {
    const dot = (u: Int8Array, v: Int8Array) => u.reduce((sum, value, k) => sum + value * v[k]!, 0);
    return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
  };
  return rows.map((own, i) => {
    const earlier = order.slice(0, order.indexOf(i));
    const isLike = (other: LookRow) => {
      const h = cosine(own.h, other.h) * COSINE_ONE;
      return h >= COSINES.embedding || h * cosine(own.d, other.d) >= COSINES.gradient;
    };
    return earlier.find((other) => isLike(rows[other]!)) ?? -1;
  });
}

describe("lookAlikes", () => {
  test("default: an item near an earlier one joins its cluster, whatever its label", () => {
    const rows = [row(a, 0), row(near(a, 0.93, "x"), 1, { d: Int8Array.of(70, -90, 20) }), row(vector("b"), 2)];
    const { owner, likeness } = lookAlikes(rows, COSINES);
    expect([...owner]).toEqual([0, 0, 2]);
    expect([...likeness]).toEqual([LIKENESS.none, LIKENESS.embedding, LIKENESS.none]);
  });

  test("behavior: between the thresholds only the same residual makes a look-alike", () => {
    const rows = [row(a, 0), row(near(a, 0.82, "x"), 1), row(near(a, 0.82, "y"), 2, { d: Int8Array.of(70, -90, 20) })];
    const { likeness } = lookAlikes(rows, COSINES);
    expect([...likeness]).toEqual([LIKENESS.none, LIKENESS.gradient, LIKENESS.none]);
  });

  test("behavior: originality order decides, not the order of rows", () => {
    const rows = [row(near(a, 0.93, "x"), 7), row(a, 3)];
    expect([...lookAlikes(rows, COSINES).owner]).toEqual([1, 1]);
  });

  test("behavior: a copy of a merged item joins the first owner's cluster: any earlier item counts", () => {
    const second = near(a, 0.9, "x");
    const third = near(second, 0.9, "z");
    const { owner, match } = lookAlikes(
      [row(a, 0), row(second, 1), row(third, 2, { d: Int8Array.of(70, -90, 20) })],
      COSINES,
    );
    expect(match[2]).toBe(1);
    expect(owner[2]).toBe(0);
  });

  test("behavior: the kernel's answer is that of the definition, over several batches", () => {
    const rows = Array.from({ length: 45 }, (_, i) => {
      const base = vector(`base ${i % 9}`);
      return row(i < 9 ? base : near(base, 0.78 + 0.005 * i, `r${i}`), (i * 17) % 45);
    });
    const expected = naive(rows);
    expect(expected.filter((match) => match >= 0).length).toBeGreaterThan(10);
    expect([...lookAlikes(rows, COSINES).match]).toEqual(expected);
  });
});

describe("originality", () => {
  const of = (cosine: number) => lookAlikes([row(a, 0), row(near(a, cosine, "x"), 1)], COSINES).originality[1]!;

  test("default: in full up to cosine 0.55, falling to nothing at the threshold", () => {
    expect([of(0.3), of(0.54)]).toEqual([65535, 65535]);
    expect(of(0.67) / 65535).toBeGreaterThan(0.4);
    expect(of(0.67) / 65535).toBeLessThan(0.6);
    expect(of(0.79) / 65535).toBeLessThan(0.08);
    expect(of(0.9)).toBe(0);
  });

  test("behavior: the earlier item keeps its own in full", () => {
    expect(lookAlikes([row(a, 0), row(near(a, 0.7, "x"), 1)], COSINES).originality[0]).toBe(65535);
  });
});

test("chooseCosines: 0.85 and 0.80 where neighbours lie apart, closer where all of them are close", () => {
  expect(chooseCosines({ embedding: 0.38 * DISTANCE_ONE, gradient: 0.5 * DISTANCE_ONE })).toEqual(COSINES);
  const dense = chooseCosines({
    embedding: Math.round(0.05 * DISTANCE_ONE),
    gradient: Math.round(0.08 * DISTANCE_ONE),
  });
  expect(dense.embedding / COSINE_ONE).toBeCloseTo(0.98, 2);
  expect(dense.gradient / COSINE_ONE).toBeCloseTo(0.96, 2);
  expect(chooseCosines({ embedding: 0, gradient: 0 })).toEqual({ embedding: COSINE_ONE, gradient: COSINE_ONE });
});
