import { describe, expect, test } from "vitest";
import { SeededStream } from "../../test/bench/random.ts";
import { overlapsOf, spacingOf } from "./spacing.ts";
import { DISTANCE_ONE, OVERLAP_ONE } from "./types.ts";

const DIMS = 32;

interface Row {
  readonly h: Int8Array;
  readonly hExponent: number;
  readonly d: Int8Array;
  readonly dExponent: number;
  readonly entry: number;
}

function row(h: readonly number[], entry: number, change: Partial<Row> = {}): Row {
  return { h: Int8Array.from(h), hExponent: -7, d: Int8Array.of(-90, 50, 40), dExponent: -7, entry, ...change };
}

function vector(seed: string): number[] {
  const stream = new SeededStream(seed);
  return Array.from({ length: DIMS }, () => stream.below(200) - 100);
}

const mixed = (a: readonly number[], b: readonly number[], part: number) =>
  a.map((x, k) => Math.round(part * x + (1 - part) * b[k]!));

const cosine = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  const dot = (u: ArrayLike<number>, v: ArrayLike<number>) => Array.from(u).reduce((sum, x, k) => sum + x * v[k]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
};

const crowd = Array.from({ length: 40 }, (_, i) =>
  row(mixed(vector(`c${i % 6}`), vector(`r${i}`), 0.6), (i * 17) % 40),
);

describe("spacingOf", () => {
  test("default: nearest rows and medians of the plain definition, over several batches", () => {
    const { nearest, embedding, gradient, reference, along } = spacingOf(crowd);
    const closest = (of: (a: Row, b: Row) => number, i: number, among: readonly number[]) =>
      Math.max(0, ...among.filter((j) => j !== i).map((j) => of(crowd[i]!, crowd[j]!)));
    const all = crowd.map((_, i) => i);
    const byFeatures = (a: Row, b: Row) => cosine(a.h, b.h);
    const byGradient = (a: Row, b: Row) => cosine(a.h, b.h) * cosine(a.d, b.d);
    const distance = (value: number) => (1 - value) * DISTANCE_ONE;
    const median = (of: typeof byFeatures) => all.map((i) => distance(closest(of, i, all))).sort((a, b) => a - b)[19]!;
    for (const i of all) expect(Math.abs(nearest[i]! - distance(closest(byFeatures, i, all)))).toBeLessThan(1.5);
    expect(Math.abs(embedding - median(byFeatures))).toBeLessThan(1.5);
    expect(Math.abs(gradient - median(byGradient))).toBeLessThan(1.5);
    for (const i of all) {
      const earlier = all.filter((j) => crowd[j]!.entry < crowd[i]!.entry);
      const best = closest(byGradient, i, earlier);
      if (reference[i] === i) expect(best).toBe(0);
      else expect(along[i]! / 1024).toBeCloseTo(best, 9);
    }
  });

  test("room: the distance to the third nearest less 0.28 medians, and at least that to the nearest", () => {
    const { nearest, room, embedding } = spacingOf(crowd);
    for (const [i, { h }] of crowd.entries()) {
      const others = crowd.filter((_, j) => j !== i).map((other) => Math.max(0, cosine(h, other.h)));
      const third = (1 - others.sort((a, b) => b - a)[2]!) * DISTANCE_ONE - 0.28 * embedding;
      expect(Math.abs(room[i]! - Math.max(nearest[i]!, third))).toBeLessThan(2.5);
    }
    expect(room.some((distance, i) => distance > nearest[i]!)).toBe(true);
  });

  test("behavior: two companions give a row no less room", () => {
    const far = vector("far away");
    const lone = spacingOf([...crowd, row(far, 40)]).room[40]!;
    const companions = [0.9, 0.8].map((part, i) => row(mixed(far, vector(`with ${i}`), part), 41 + i));
    const { nearest, room } = spacingOf([...crowd, row(far, 40), ...companions]);
    expect(nearest[40]!).toBeLessThan(0.1 * lone);
    expect(room[40]!).toBeGreaterThan(0.5 * lone);
  });

  test("behavior: the first row repeats nobody, and one row alone is apart from everything", () => {
    const { reference, nearest, embedding } = spacingOf([row(vector("a"), 3)]);
    expect([reference[0], nearest[0], embedding]).toEqual([0, DISTANCE_ONE, DISTANCE_ONE]);
    expect(spacingOf([]).nearest.length).toBe(0);
  });
});

describe("overlapsOf", () => {
  const overlapOf = (second: Partial<Row>, part: number) => {
    const [a, b] = [vector("a"), vector("b")];
    const rows = [
      ...crowd.map((each) => ({ ...each, entry: each.entry + 2 })),
      row(a, 0),
      row(mixed(a, b, part), 1, second),
    ];
    return overlapsOf(rows, spacingOf(rows))[41]! / OVERLAP_ONE;
  };

  test("default: a copy repeats all of its original's score, a stranger nothing", () => {
    expect(overlapOf({}, 1)).toBeCloseTo(1, 3);
    expect(overlapOf({}, 0)).toBe(0);
    expect(overlapOf({ d: Int8Array.of(50, -90, 40) }, 1)).toBe(0);
  });

  test("behavior: in proportion to the row's own gradient", () => {
    expect(overlapOf({ dExponent: -6 }, 1)).toBeCloseTo(2, 3);
    expect(overlapOf({ dExponent: -8 }, 1)).toBeCloseTo(0.5, 3);
  });

  test("behavior: fades out with distance", () => {
    const [near, further, far] = [overlapOf({}, 0.85), overlapOf({}, 0.6), overlapOf({}, 0.3)];
    expect(near).toBeGreaterThan(further);
    expect(further).toBeGreaterThanOrEqual(far);
    expect(far).toBe(0);
  });
});
