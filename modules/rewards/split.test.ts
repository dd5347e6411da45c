import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ONE } from "../../chain/math/fixed.ts";
import { sum } from "../../chain/math/int.ts";
import { DEFAULT_PARAMS } from "./params.ts";
import { contributorSplit, grossSplit } from "./split.ts";

const amounts = fc.bigInt({ min: 0n, max: 10n ** 24n });

describe("fee split", () => {
  test("follows ECONOMY.md: 20 / 6 / 6, and of the net 30 / 15 / 50 / 5", () => {
    expect(grossSplit(1_000_000n, DEFAULT_PARAMS)).toEqual({
      host: 200_000n,
      burn: 60_000n,
      treasury: 60_000n,
      model: 204_000n,
      attestors: 102_000n,
      contributors: 340_000n,
      curation: 34_000n,
    });
  });

  test("the parts of every fee sum to it (I3), each within one unit a level of its exact share", () => {
    fc.assert(
      fc.property(amounts, (fee) => {
        const split = grossSplit(fee, DEFAULT_PARAMS);
        expect(sum(Object.values(split))).toBe(fee);
        const exact = {
          host: 2_000n,
          burn: 600n,
          treasury: 600n,
          model: 2_040n,
          attestors: 1_020n,
          contributors: 3_400n,
          curation: 340n,
        };
        for (const [part, share] of Object.entries(exact)) {
          const difference = split[part as keyof typeof split] * 10_000n - fee * share;
          expect(difference > -20_000n && difference < 20_000n).toBe(true);
        }
      }),
    );
  });
});

describe("contributors' half", () => {
  const vectors = fc
    .record({
      weights: fc.array(fc.bigInt({ min: 1n, max: ONE / 40n }), { maxLength: 32 }),
      excess: fc.bigInt({ min: 0n, max: ONE / 10n }),
      eligibleClusters: fc.nat({ max: 40 }),
    })
    .map(({ weights: entries, excess: capExcess, eligibleClusters }) => ({
      entries,
      capExcess,
      eligibleClusters,
      unattributed: ONE - sum(entries) - capExcess,
    }));
  const fidelity = fc.bigInt({ min: 0n, max: ONE });

  test("entries, bounty and treasury sum to the half", () => {
    fc.assert(
      fc.property(amounts, fidelity, vectors, (half, faithful, vector) => {
        const split = contributorSplit(half, faithful, vector);
        expect(sum(split.entries) + split.bounty + split.treasury).toBe(half);
        expect([...split.entries, split.bounty, split.treasury].every((part) => part >= 0n)).toBe(true);
      }),
    );
  });

  test("a larger weight never earns less", () => {
    fc.assert(
      fc.property(amounts, fidelity, vectors, (half, faithful, vector) => {
        const { entries } = contributorSplit(half, faithful, vector);
        vector.entries.forEach((weight, i) => {
          for (let j = 0; j < i; j++)
            if (weight > (vector.entries[j] as bigint)) expect(entries[i]! >= entries[j]!).toBe(true);
        });
      }),
    );
  });

  test("one weight split over several items of one owner earns the same, but for a unit an item (I8)", () => {
    fc.assert(
      fc.property(
        amounts,
        fc.bigInt({ min: 2n, max: ONE / 2n }),
        fc.bigInt({ min: 1n, max: ONE / 4n }),
        (half, whole, part) => {
          const split = part < whole ? part : whole - 1n;
          const rest = { unattributed: ONE - whole, capExcess: 0n, eligibleClusters: 2 };
          const one = contributorSplit(half, ONE, { ...rest, entries: [whole] });
          const two = contributorSplit(half, ONE, { ...rest, entries: [whole - split, split] });
          const difference = sum(two.entries) - sum(one.entries);
          expect(difference >= -2n && difference <= 2n).toBe(true);
        },
      ),
    );
  });

  test("fidelity scales it: what the model can't vouch for goes to the bounty", () => {
    const vector = { entries: [ONE], unattributed: 0n, capExcess: 0n, eligibleClusters: 1 };
    expect(contributorSplit(1_000n, (ONE * 9n) / 10n, vector)).toEqual({ entries: [900n], bounty: 100n, treasury: 0n });
    expect(contributorSplit(1_000n, 0n, vector)).toEqual({ entries: [0n], bounty: 1_000n, treasury: 0n });
    expect(contributorSplit(1_000n, ONE * 2n, vector).entries).toEqual([1_000n]);
  });

  test("the cap's excess is the treasury's below ten eligible clusters, the bounty's from ten on", () => {
    const vector = { entries: [ONE / 2n], unattributed: ONE / 4n, capExcess: ONE / 4n };
    const of = (eligibleClusters: number) => contributorSplit(1_000n, ONE, { ...vector, eligibleClusters });
    expect(of(9)).toEqual({ entries: [500n], bounty: 250n, treasury: 250n });
    expect(of(10)).toEqual({ entries: [500n], bounty: 500n, treasury: 0n });
  });
});
