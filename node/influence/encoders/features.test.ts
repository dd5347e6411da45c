import { describe, expect, test } from "vitest";
import { encodeAll } from "../encoder.ts";
import { builtInEncoder } from "./built-in.ts";
import { pool, unitFeatures } from "./features.ts";
import { FEATURE_GRID_BITS } from "./limits.ts";

describe("unitFeatures", () => {
  test("default: a grid of integers, scaled to norm one", () => {
    const features = unitFeatures(Float64Array.of(3, -4, 0))!;
    expect(features.reduce((sum, x) => sum + x * x, 0)).toBeCloseTo(1, 14);
    const ratio = features[0]! / features[1]!;
    expect(ratio).toBe(
      Math.floor(0.6 * 2 ** FEATURE_GRID_BITS + 0.5) / Math.floor(-0.8 * 2 ** FEATURE_GRID_BITS + 0.5),
    );
  });

  test("behavior: last bits and scale of the raw vector do not matter", () => {
    const raw = Float64Array.from({ length: 384 }, (_, k) => Math.sin(k * 12.9898) * 43.7);
    const near = raw.map((x, k) => x * (1 + (k % 3) * 2 ** -52));
    expect(unitFeatures(near)).toEqual(unitFeatures(raw));
    expect(unitFeatures(raw.map((x) => 8 * x))).toEqual(unitFeatures(raw));
  });

  test("behavior: zero stays zero, what is not finite has no features", () => {
    expect(unitFeatures(new Float64Array(4))).toEqual(new Float64Array(4));
    expect(unitFeatures(Float64Array.of(1, Number.NaN))).toBeUndefined();
    expect(unitFeatures(Float64Array.of(1, Number.POSITIVE_INFINITY))).toBeUndefined();
  });
});

test("pooling reads the tokens, not the padding behind them", () => {
  const hidden = Float64Array.of(1, 2, 3, 4, 100, 100);
  expect(pool(hidden, 2, 2, "mean")).toEqual(Float64Array.of(2, 3));
  expect(pool(hidden, 2, 2, "cls")).toEqual(Float64Array.of(1, 2));
});

test("the built-in encoder is the same behind the common interface", async () => {
  const texts = Array.from({ length: 300 }, (_, i) => `question number ${i}`);
  const encoder = builtInEncoder("hashed-ngram-512");
  const reports: number[] = [];
  expect(await encoder.encodeAll(texts, (done) => reports.push(done))).toEqual(encodeAll(texts));
  expect(reports).toEqual([256, 300]);
  expect(() => builtInEncoder("word2vec")).toThrow("no encoder");
});
