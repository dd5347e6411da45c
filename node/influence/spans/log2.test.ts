import fc from "fast-check";
import { expect, test } from "vitest";
import { log2Fixed, RARITY_BITS } from "./log2.ts";

test("powers of two are exact", () => {
  for (let k = 0; k < 32; k++) expect(log2Fixed(2 ** k)).toBe(k * 2 ** RARITY_BITS);
});

test("every value is within one unit below the true one", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 32 - 1 }), (n) => {
      const difference = Math.log2(n) * 2 ** RARITY_BITS - log2Fixed(n);
      expect(difference).toBeGreaterThan(-1e-6);
      expect(difference).toBeLessThan(2);
    }),
  );
});

test("it never falls as n grows", () => {
  for (let n = 1; n < 5_000; n++) expect(log2Fixed(n + 1)).toBeGreaterThanOrEqual(log2Fixed(n));
});
