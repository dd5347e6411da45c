import { describe, expect, test } from "vitest";
import { bondAt } from "./bond.ts";
import { MAX_WINDOW_CONTRIBUTIONS } from "./limits.ts";
import { DEFAULT_PARAMS } from "./params.ts";

describe("the bond of a window's next commitment", () => {
  test.each([
    [0, 1_000_000n],
    [1, 1_031_494n],
    [32, 2_250_000n],
    [64, 4_000_000n],
    [128, 9_000_000n],
    [255, 24_843_994n],
  ])("with %i before it is %i", (queue, bond) => {
    expect(bondAt(DEFAULT_PARAMS, queue)).toBe(bond);
  });

  test("is b0 (1 + q/q*)^2 rounded down, for every queue, target and base", () => {
    for (const queueTarget of [1, 3, 64, MAX_WINDOW_CONTRIBUTIONS]) {
      for (const contributionBond of ["1", "7", "1000000"]) {
        for (let queue = 0; queue <= MAX_WINDOW_CONTRIBUTIONS; queue += 31) {
          const bond = bondAt({ ...DEFAULT_PARAMS, queueTarget, contributionBond }, queue);
          const exact = BigInt(contributionBond) * BigInt(queueTarget + queue) ** 2n;
          const square = BigInt(queueTarget) ** 2n;
          expect(bond * square <= exact && exact < (bond + 1n) * square).toBe(true);
        }
      }
    }
  });

  test("filling a window alone locks ten times what its places cost at the base", () => {
    const places = DEFAULT_PARAMS.maxContributionsPerWindow;
    let locked = 0n;
    for (let queue = 0; queue < places; queue++) locked += bondAt(DEFAULT_PARAMS, queue);
    expect(locked).toBeGreaterThan(10n * BigInt(places) * BigInt(DEFAULT_PARAMS.contributionBond));
  });
});
