import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { absolute, clamp, divCeil, divFloor, divRound, isqrt, mulDivCeil, mulDivFloor, toSafeNumber } from "./int.ts";

fc.configureGlobal({ seed: 7 });

const any = fc.bigInt({ min: -(2n ** 300n), max: 2n ** 300n });
const nonZero = any.filter((value) => value !== 0n);

describe("integer arithmetic", () => {
  test("floor and ceiling bracket the quotient, for every sign", () => {
    fc.assert(
      fc.property(any, nonZero, (a, b) => {
        const remainder = a - divFloor(a, b) * b;
        expect(absolute(remainder) < absolute(b)).toBe(true);
        expect(remainder === 0n || remainder < 0n === b < 0n).toBe(true);
        expect(divCeil(a, b) - divFloor(a, b)).toBe(remainder === 0n ? 0n : 1n);
      }),
    );
    expect([divFloor(-7n, 2n), divCeil(-7n, 2n), divFloor(7n, -2n), divCeil(7n, -2n)]).toEqual([-4n, -3n, -4n, -3n]);
  });

  test("rounding goes to the nearest integer, a half away from zero", () => {
    expect([divRound(5n, 2n), divRound(-5n, 2n), divRound(4n, 3n), divRound(-5n, 3n), divRound(5n, -2n)]).toEqual([
      3n,
      -3n,
      1n,
      -2n,
      -3n,
    ]);
    fc.assert(
      fc.property(any, nonZero, (a, b) => {
        expect(2n * absolute(divRound(a, b) * b - a) <= absolute(b)).toBe(true);
      }),
    );
  });

  test("products are exact beyond 2^256", () => {
    const huge = 2n ** 256n - 1n;
    expect(mulDivFloor(huge, huge, huge)).toBe(huge);
    expect(mulDivCeil(huge, 2n, 3n)).toBe((2n * huge) / 3n);
    expect(mulDivCeil(huge, 1n, 2n) - mulDivFloor(huge, 1n, 2n)).toBe(1n);
  });

  test("division by zero is a typed error", () => {
    for (const divide of [divFloor, divCeil, divRound]) expect(() => divide(1n, 0n)).toThrow(/division by zero/);
  });

  test("isqrt is the floor of the square root", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 300n }), (value) => {
        const root = isqrt(value);
        expect(root * root <= value && (root + 1n) * (root + 1n) > value).toBe(true);
      }),
    );
    expect([0n, 1n, 2n, 3n, 4n, 8n, 9n].map(isqrt)).toEqual([0n, 1n, 1n, 1n, 2n, 2n, 3n]);
    expect(() => isqrt(-1n)).toThrow(/square root/);
  });

  test("conversion to numbers stops at 2^53 - 1", () => {
    expect(toSafeNumber(2n ** 53n - 1n)).toBe(Number.MAX_SAFE_INTEGER);
    expect(() => toSafeNumber(2n ** 53n)).toThrow(/beyond/);
    expect(() => toSafeNumber(-(2n ** 63n))).toThrow(/beyond/);
    expect(clamp(5n, 1n, 3n)).toBe(3n);
  });
});
