import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ONE, shareOf, splitLargestRemainder, toShares } from "./fixed.ts";
import { sum } from "./int.ts";

fc.configureGlobal({ seed: 7 });

const weights = fc.array(fc.bigInt({ min: 0n, max: 10n ** 24n }), { minLength: 1, maxLength: 40 });
const total = fc.bigInt({ min: 0n, max: 10n ** 30n });

describe("splits by largest remainder", () => {
  test("parts sum to the whole and each is within one unit of its exact share", () => {
    fc.assert(
      fc.property(total, weights, (amount, list) => {
        const parts = splitLargestRemainder(amount, list);
        const whole = sum(list);
        expect(sum(parts)).toBe(whole === 0n ? 0n : amount);
        parts.forEach((part, i) => {
          const floor = whole === 0n ? 0n : (amount * list[i]!) / whole;
          expect(part === floor || part === floor + 1n).toBe(true);
        });
      }),
    );
  });

  test("a larger weight never gets less, and equal weights differ in favour of the lower index", () => {
    fc.assert(
      fc.property(total, weights, (amount, list) => {
        const parts = splitLargestRemainder(amount, list);
        for (let i = 0; i < list.length; i++) {
          for (let j = i + 1; j < list.length; j++) {
            if (list[i] === list[j]) expect(parts[i]! >= parts[j]!).toBe(true);
            if (list[i]! > list[j]!) expect(parts[i]! >= parts[j]!).toBe(true);
            if (list[i]! < list[j]!) expect(parts[i]! <= parts[j]!).toBe(true);
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  test("examples", () => {
    expect(splitLargestRemainder(100n, [1n, 1n, 1n])).toEqual([34n, 33n, 33n]);
    expect(splitLargestRemainder(10n, [3n, 3n, 4n])).toEqual([3n, 3n, 4n]);
    expect(splitLargestRemainder(1n, [1n, 2n])).toEqual([0n, 1n]);
    expect(splitLargestRemainder(7n, [0n, 0n])).toEqual([0n, 0n]);
    expect(splitLargestRemainder(7n, [])).toEqual([]);
    expect(() => splitLargestRemainder(-1n, [1n])).toThrow(/negative/);
    expect(() => splitLargestRemainder(1n, [2n, -1n])).toThrow(/negative/);
  });

  test("shares sum to exactly 10^18", () => {
    fc.assert(
      fc.property(weights, (list) => {
        if (sum(list) > 0n) expect(sum(toShares(list))).toBe(ONE);
      }),
    );
    expect(shareOf(1_000_001n, ONE / 2n)).toBe(500_000n);
    expect(() => shareOf(-1n, ONE)).toThrow(/share/);
  });
});
