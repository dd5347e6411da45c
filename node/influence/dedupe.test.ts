import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { requireBanking77 } from "../../test/bench/dataset.ts";
import { describeShared } from "../../test/shared.ts";
import { clusters, shinglesOf, snapshotWitness } from "./dedupe.ts";

/** The rule as DESIGN.md words it, over all pairs. */
function naive(texts: readonly string[]) {
  const sets = texts.map(shinglesOf);
  const owner: number[] = [];
  const match = sets.map((set, i) =>
    sets.slice(0, i).findIndex((earlier) => {
      const both = [...set].filter((shingle) => earlier.has(shingle)).length;
      return 10 * both >= 7 * (set.size + earlier.size - both);
    }),
  );
  for (const [i, earliest] of match.entries()) owner.push(earliest < 0 ? i : owner[earliest]!);
  return { owner, match };
}

describe("clusters", () => {
  test("behavior: exactly the rule over all pairs, for random near-duplicates", () => {
    const word = fc.constantFrom("card", "cart", "where", "is", "my", "the", "lost", "?", "é", "");
    const text = fc.array(word, { maxLength: 6 }).map((words) => words.join(" "));
    fc.assert(
      fc.property(fc.array(text, { maxLength: 30 }), (texts) => {
        const result = clusters(texts);
        const expected = naive(texts);
        expect([...result.match]).toEqual(expected.match);
        expect([...result.owner]).toEqual(expected.owner);
        expect(result.clusters).toBe(expected.match.filter((earliest) => earliest < 0).length);
      }),
      { numRuns: 200, seed: 7 },
    );
  });

  test("behavior: a copy of a merged item does not escape: any earlier item counts, not only owners", () => {
    const base = "where is my new card please";
    const texts = [base, `${base} thanks`, `${base} thanks a lot`];
    const { match, owner } = clusters(texts);
    expect([...match]).toEqual([-1, 0, 1]);
    expect([...owner]).toEqual([0, 0, 0]);
  });

  test("behavior: the threshold is inclusive", () => {
    const seven = "abcdefghi";
    expect(shinglesOf(seven).size).toBe(7);
    expect([...clusters([`${seven}jkl`, seven]).match]).toEqual([-1, 0]);
    expect([...clusters([`${seven}jklm`, seven]).match]).toEqual([-1, -1]);
  });

  test("behavior: texts without shingles match each other only", () => {
    expect([...clusters(["", "card", " ", "ab", "AB"]).owner]).toEqual([0, 1, 0, 3, 3]);
  });

  test("behavior: no items, no clusters", () => {
    expect(clusters([])).toEqual({ owner: new Int32Array(0), match: new Int32Array(0), clusters: 0 });
  });
});

test("snapshotWitness: safe integers that depend on every text and not on the order of its shingles", () => {
  const witness = snapshotWitness(["where is my card", "WHERE  is my card", "where is my cart"]);
  expect(witness.every(Number.isSafeInteger)).toBe(true);
  expect([...witness.slice(0, 2)]).toEqual([...witness.slice(2, 4)]);
  expect(witness[5]).not.toBe(witness[1]);
});

describeShared("Banking77", () => {
  test("994 of 10,003 items in file order match an earlier one, all pairs agree on a part", () => {
    const texts = requireBanking77().train.map(({ text }) => text);
    const { clusters: count } = clusters(texts);
    expect(texts.length - count).toBe(994);
    const part = texts.slice(0, 600);
    expect([...clusters(part).match]).toEqual(naive(part).match);
  });
});
