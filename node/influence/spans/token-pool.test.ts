import fc from "fast-check";
import { expect, test } from "vitest";
import { ONE_SHARE } from "../types.ts";
import { corpusInMemory } from "./corpus.ts";
import { attributeTokens } from "./token-pool.ts";

const filler = Array.from({ length: 60 }, (_, d) => Array.from({ length: 20 }, (_, i) => (7 * d + i * i) % 50));
const ownersOf = (count: number) => Array.from({ length: count }, (_, d) => ({ contribution: d % 7, item: d }));
const attribute = (documents: readonly (readonly number[])[], answer: readonly number[]) =>
  attributeTokens(corpusInMemory(documents, { vocabulary: 100 }), ownersOf(documents.length), answer);

test("the first owner of a span has its credit; a later copy has none", () => {
  const rare = [60, 61, 62, 63, 64, 65];
  const once = attribute([...filler, rare], [1, 2, ...rare]);
  const copied = attribute([...filler, rare, rare, rare], [1, 2, ...rare]);
  expect(once.credits.map(({ document }) => document)).toEqual([60]);
  expect(copied.credits.map(({ document }) => document)).toEqual([60]);
  expect(copied.settlement.entries).toEqual([{ contribution: 4, item: 60, weight: ONE_SHARE }]);
  expect(copied.spans[0]?.documents).toEqual([60, 61, 62]);
});

test("a token counts once, for the rarest span that covers it", () => {
  const long = [60, 61, 62, 63, 64, 65, 66];
  const overlapping = [65, 66, 67, 68, 69, 70];
  const answer = [...long, 67, 68, 69, 70, ...Array.from({ length: 12 }, () => 0)];
  const { spans, credits } = attribute([...filler, long, overlapping], answer);
  expect(spans.map(({ start, end }) => [start, end])).toEqual([
    [0, 7],
    [5, 11],
  ]);
  const [first, second] = credits;
  expect(first?.credit).toBe(BigInt(spans[0]!.rarity));
  // Tokens 65 and 66 occur twice: one bit less than the others.
  const bit = 2n ** 16n;
  expect(second?.credit).toBe((4n * (BigInt(spans[0]!.rarity) + 2n * bit)) / 7n);
});

test("nothing rare and nothing said: all of it is unattributed", () => {
  for (const answer of [[], [0], [99, 98]]) {
    const { settlement } = attribute(filler, answer);
    expect(settlement).toEqual({ entries: [], unattributed: ONE_SHARE, capExcess: 0n, eligibleClusters: 0 });
  }
});

test("parts always sum to one share", () => {
  const tokens = fc.array(fc.integer({ min: 0, max: 99 }), { maxLength: 60 });
  fc.assert(
    fc.property(
      fc.array(tokens, { minLength: 1, maxLength: 20 }),
      fc.array(fc.nat(19), { maxLength: 8 }),
      (docs, of) => {
        const answer = of.flatMap((d) => docs[d % docs.length]!.slice(0, 20));
        const { settlement } = attribute([...filler, ...docs], answer);
        const paid = settlement.entries.reduce((sum, { weight }) => sum + weight, 0n);
        expect(paid + settlement.unattributed + settlement.capExcess).toBe(ONE_SHARE);
      },
    ),
  );
});
