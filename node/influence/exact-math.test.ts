import { describe, expect, test } from "vitest";
import { expNegative, naturalLog, powerOfTwo, softmaxInPlace } from "./exact-math.ts";

const ULPS = 4 * Number.EPSILON;

describe("expNegative", () => {
  test("is within a few ulp of the true value", () => {
    for (let x = 0; x > -700; x -= 0.37) {
      expect(Math.abs(expNegative(x) / Math.exp(x) - 1)).toBeLessThan(ULPS);
    }
  });

  test("behavior: exact at 0, zero far below, zero for NaN", () => {
    expect([expNegative(0), expNegative(-709), expNegative(-1e9), expNegative(Number.NaN)]).toEqual([1, 0, 0, 0]);
  });
});

test("naturalLog is within a few ulp", () => {
  for (const x of [1, 2, 0.5, 77, 1e-300, 1e300, 1.0000001, 0.9999999, Math.PI]) {
    expect(Math.abs(naturalLog(x) - Math.log(x))).toBeLessThanOrEqual(ULPS * Math.max(Math.abs(Math.log(x)), 2 ** -24));
  }
});

test("powerOfTwo", () => {
  for (const k of [-1022, -60, -1, 0, 1, 53, 1023]) expect(powerOfTwo(k)).toBe(2 ** k);
});

test("softmaxInPlace: sums to one, ignores a common shift", () => {
  const values = Float64Array.of(1000, 1001, 999);
  softmaxInPlace(values);
  const shifted = Float64Array.of(0, 1, -1);
  softmaxInPlace(shifted);
  expect(values).toEqual(shifted);
  expect(values[0]! + values[1]! + values[2]!).toBeCloseTo(1, 14);
});
