import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { int8Exponent, int8Mantissas, int32Exponent, SMALLEST_EXPONENT } from "./quantise.ts";

describe("int8", () => {
  test("behavior: mantissas stay within +-127 and one half of a step of the value", () => {
    const finite = fc.double({ min: -100, max: 100, noNaN: true });
    fc.assert(
      fc.property(fc.array(finite, { minLength: 1, maxLength: 20 }), (list) => {
        const values = Float64Array.from(list);
        const exponent = int8Exponent(values);
        const step = 2 ** exponent;
        for (const [i, m] of int8Mantissas(values, exponent).entries()) {
          expect(Math.abs(m)).toBeLessThanOrEqual(127);
          expect(Math.abs(m * step - values[i]!)).toBeLessThanOrEqual(step);
        }
      }),
      { seed: 3 },
    );
  });

  test("behavior: the largest value uses seven bits", () => {
    const values = Float64Array.of(0.3, -0.011);
    expect([...int8Mantissas(values, int8Exponent(values))]).toEqual([77, -3]);
  });

  test("behavior: zeros have the smallest exponent", () => {
    expect(int8Exponent(new Float64Array(3))).toBe(SMALLEST_EXPONENT);
  });
});

test("int32Exponent keeps values below 2^30", () => {
  for (const x of [1, 49_999, 1e-9, 2 ** 29]) {
    const scaled = x / 2 ** int32Exponent(Float64Array.of(x));
    expect(scaled).toBeGreaterThanOrEqual(2 ** 29);
    expect(scaled).toBeLessThan(2 ** 30);
  }
});
