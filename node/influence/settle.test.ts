import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clusterCap, explainSettlement, settle, TOP_CLUSTERS } from "./settle.ts";
import { ONE_SHARE, OVERLAP_ONE, type Settlement } from "./types.ts";

function rowsOf(count: number, gate: (i: number) => number = () => 65535) {
  const indices = Array.from({ length: count }, (_, i) => i);
  return { gate: indices.map(gate), contribution: indices.map((i) => i % 5), item: indices };
}

function total(settlement: Settlement): bigint {
  return settlement.entries.reduce((sum, { weight }) => sum + weight, settlement.unattributed + settlement.capExcess);
}

interface Repeats {
  readonly reference: readonly number[];
  readonly overlap: readonly number[];
}

/** The definition without any shortcut: paid rows and how far each exceeds the first that is not. */
function naive(scores: readonly number[], gate: readonly number[], repeats?: Repeats): [number, bigint][] {
  const own = (row: number) => {
    const earlier = repeats ? Math.max(0, scores[repeats.reference[row]!]!) : 0;
    return BigInt(OVERLAP_ONE) * BigInt(scores[row]!) - BigInt(repeats?.overlap[row] ?? 0) * BigInt(earlier);
  };
  const credits = scores
    .map((score, row) => ({ row, credit: score > 0 ? own(row) * BigInt(gate[row]!) * 65535n * 65535n : 0n }))
    .filter(({ credit }) => credit > 0n)
    .sort((a, b) => (a.credit === b.credit ? a.row - b.row : a.credit < b.credit ? 1 : -1));
  const floor = credits[TOP_CLUSTERS]?.credit ?? 0n;
  const paid = credits
    .slice(0, TOP_CLUSTERS)
    .map(({ row, credit }): [number, bigint] => [row, (credit - floor) * 65535n]);
  return paid.filter(([, credit]) => credit > 0n);
}

describe("settle", () => {
  test("behavior: parts sum to 10^18 and every entry is within the cap, for any scores", () => {
    const score = fc.integer({ min: -(2 ** 40), max: 2 ** 52 });
    fc.assert(
      fc.property(fc.array(score, { maxLength: 80 }), fc.integer({ min: 0, max: 65535 }), (scores, gate) => {
        const settlement = settle(
          scores,
          rowsOf(scores.length, (i) => (gate * (i + 1)) % 65536),
        );
        expect(total(settlement)).toBe(ONE_SHARE);
        expect(settlement.entries.length).toBe(settlement.eligibleClusters);
        for (const { weight } of settlement.entries)
          expect(weight).toBeLessThanOrEqual(clusterCap(settlement.eligibleClusters));
      }),
      { seed: 11 },
    );
  });

  test("behavior: among many rows with ties the paid ones are those of the plain definition", () => {
    const scores = Array.from({ length: 5000 }, (_, i) => ((i * 7919) % 4999) * 2 ** 39);
    const gate = (i: number) => 60_000 + (i % 3);
    const { entries } = explainSettlement(scores, rowsOf(scores.length, gate));
    const gates = scores.map((_, i) => gate(i));
    expect(entries.map(({ row, credit }) => [row, credit])).toEqual(naive(scores, gates));
    expect(entries.length).toBe(TOP_CLUSTERS);
  });

  test("behavior: what an earlier row says already is not paid again, exactly, for any scores and overlaps", () => {
    const row = fc.record({
      score: fc.integer({ min: -(2 ** 40), max: 2 ** 52 }),
      reference: fc.nat(),
      overlap: fc.integer({ min: 0, max: 65535 }),
    });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 60 }), (rows) => {
        const scores = rows.map(({ score }) => score);
        const repeats = {
          reference: rows.map(({ reference }) => reference % rows.length),
          overlap: rows.map(({ overlap }) => overlap),
        };
        const { entries, settlement } = explainSettlement(scores, { ...rowsOf(rows.length), ...repeats });
        const gates = scores.map(() => 65535);
        expect(entries.map(({ row: at, credit }) => [at, credit])).toEqual(naive(scores, gates, repeats));
        expect(total(settlement)).toBe(ONE_SHARE);
      }),
      { seed: 12, numRuns: 200 },
    );
  });

  test("behavior: an item split into five copies of a fifth each earns less than the item", () => {
    const others = Array.from({ length: 30 }, (_, i) => 1000 - 20 * i);
    const whole = settle([900, ...others], rowsOf(31)).entries.find(({ item }) => item === 0)!.weight;
    const parts = settle([180, 180, 180, 180, 180, ...others], rowsOf(35)).entries.filter(({ item }) => item < 5);
    expect(parts.reduce((sum, { weight }) => sum + weight, 0n)).toBeLessThan(whole);
  });

  test("behavior: nothing positive is unattributed", () => {
    const expected = { entries: [], unattributed: ONE_SHARE, capExcess: 0n, eligibleClusters: 0 };
    expect(
      settle(
        [-1, 0, 5],
        rowsOf(3, () => 0),
      ),
    ).toEqual(expected);
    expect(settle([], rowsOf(0))).toEqual(expected);
  });

  test("behavior: one cluster or two take all, eleven equal ones a fifth at most each", () => {
    expect(settle([7], rowsOf(1)).entries[0]!.weight).toBe(ONE_SHARE);
    expect(settle([7, 1], rowsOf(2)).capExcess).toBe(0n);
    const eleven = settle([1_000_000, ...new Array<number>(10).fill(1)], rowsOf(11));
    expect(eleven.entries[0]!.weight).toBe(ONE_SHARE / 5n);
    expect(eleven.capExcess).toBeGreaterThan(ONE_SHARE / 2n);
  });

  test("behavior: remainders go to the largest, ties to the earlier row", () => {
    const weights = settle([1, 1, 1], rowsOf(3)).entries.map(({ weight }) => weight);
    expect(weights).toEqual([333_333_333_333_333_334n, 333_333_333_333_333_333n, 333_333_333_333_333_333n]);
  });

  test("behavior: the gate scales credit", () => {
    const { entries } = settle(
      [100, 100, 100, 100, 100, 100],
      rowsOf(6, (i) => (i === 0 ? 65535 : 6553)),
    );
    expect(entries[0]!.item).toBe(0);
    expect(entries.slice(1).every(({ weight }) => weight < entries[0]!.weight)).toBe(true);
  });

  test("explainSettlement: every factor multiplies out", () => {
    const rows = {
      ...rowsOf(4),
      clip: [65535, 65535, 30_000, 9],
      originality: [65535, 8, 60_000, 9],
      novelty: (row: number) => 100 + row,
    };
    const { entries, totalCredit, cap } = explainSettlement([9, -4, 6, 3], rows);
    expect(entries.map(({ row, clip, novelty }) => [row, Number(clip), Number(novelty)])).toEqual([
      ...[
        [0, 65535, 100],
        [2, 30_000, 102],
        [3, 9, 103],
      ],
    ]);
    for (const { score, gate, clip, novelty, originality, credit, share, weight } of entries) {
      expect(credit).toBe(score * BigInt(OVERLAP_ONE) * gate * clip * originality * novelty);
      expect(share - (credit * ONE_SHARE) / totalCredit).toBeLessThanOrEqual(1n);
      expect(weight).toBe(share < cap ? share : cap);
    }
  });

  test("behavior: look-alikes, harmful rows and the query itself earn nothing", () => {
    const novelty = (row: number) => (row === 4 ? 0 : 65535);
    const rows = { ...rowsOf(5), standing: [0, 1, 2, 3, 0], novelty };
    expect(settle([5, 9, 9, 9, 9], rows).entries.map(({ item }) => item)).toEqual([0]);
  });

  test("behavior: columns of another length are refused", () => {
    expect(() => settle([1, 2], rowsOf(3))).toThrow("2 scores for 3 rows");
  });
});
