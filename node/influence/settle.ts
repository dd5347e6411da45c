import { InfluenceError } from "./errors.ts";
import { STANDING } from "./standing.ts";
import { GATE_ONE, ONE_SHARE, OVERLAP_ONE, type Settlement } from "./types.ts";

/**
 * The best clusters of a query are paid by how far they exceed the one after them, as in an auction of equal lots: an item
 * that another would replace as well is worth no more than the difference, and to split one item into several loses. DESIGN.md
 * has the best 32 in proportion: among those, five paraphrases of an item earned 1.4 times the item.
 */
export const TOP_CLUSTERS = 15;
/** Cap of one cluster's share: max(20 %, 2 / n) of n eligible clusters (ECONOMY.md "Fee split"). */
const CAP_FRACTION = { numerator: 1n, denominator: 5n };
const CAP_PARTS = 2n;

/** Length of the list of candidates at which the floor is raised. */
const MOST_CANDIDATES = 256;
/** Relative error of a few float64 operations, generously. */
const ROUNDING = 2 ** -45;

/** What settlement reads of the rows, in index order; one row is one cluster. */
export interface SettleRows {
  /** uint16 fixed point. */
  readonly gate: ArrayLike<number>;
  /** uint16 fixed point of the norm clip; nothing is clipped when absent. */
  readonly clip?: ArrayLike<number>;
  /** uint16 fixed point; 1 when absent. */
  readonly originality?: ArrayLike<number>;
  /** Earlier row whose score each row repeats in part, and that part in units of 1 / OVERLAP_ONE; none when absent. */
  readonly reference?: ArrayLike<number>;
  readonly overlap?: ArrayLike<number>;
  /** gate x clip x originality where the standing is paid, else 0: kept ready by a resident model. */
  readonly factor?: Float64Array;
  /** STANDING; every row may be paid when absent. */
  readonly standing?: ArrayLike<number>;
  /** uint16 fixed point: how far the row is from the query itself; 1 when absent. Asked for the top rows only. */
  readonly novelty?: (row: number) => number;
  readonly contribution: ArrayLike<number>;
  readonly item: ArrayLike<number>;
}

/** Every integer between one row's score and its weight. */
export interface ExplainedEntry {
  readonly row: number;
  readonly score: bigint;
  readonly gate: bigint;
  readonly clip: bigint;
  readonly originality: bigint;
  /** The earlier row that it repeats in part (its own number when none), that row's score, and the part. */
  readonly reference: number;
  readonly earlierScore: bigint;
  readonly overlap: bigint;
  readonly novelty: bigint;
  /** ((score x OVERLAP_ONE - overlap x max(0, earlierScore)) x gate x clip x originality - floor) x novelty. */
  readonly credit: bigint;
  /** Units of 10^-18 before the cap. */
  readonly share: bigint;
  /** Units of 10^-18 that are paid. */
  readonly weight: bigint;
}

export interface SettlementExplanation {
  readonly settlement: Settlement;
  readonly entries: readonly ExplainedEntry[];
  readonly totalCredit: bigint;
  /** Credit of the best cluster that is not paid, before novelty. */
  readonly floor: bigint;
  readonly cap: bigint;
}

interface Credit {
  readonly row: number;
  readonly novelty: bigint;
  readonly credit: bigint;
}

/** What is left of a score in float64 and how far rounding may have moved it; both times the row's factor. */
function floatCredit(scores: ArrayLike<number>, { reference, overlap }: SettleRows, row: number, factor: number) {
  const own = scores[row]! * factor;
  if (!reference || !overlap || overlap[row] === 0) return { own, slack: own * ROUNDING };
  const repeated = (overlap[row]! / OVERLAP_ONE) * Math.max(0, scores[reference[row]!]!) * factor;
  return { own: own - repeated, slack: (own + repeated) * ROUNDING };
}

/** The first row from `from` on whose score times factor exceeds `least`; a million rows pass through this loop. */
function above(scores: ArrayLike<number>, factor: Float64Array, least: number, from: number): number {
  let row = from;
  while (row < factor.length && !(scores[row]! * factor[row]! > least)) row++;
  return row;
}

/** Rows whose credit may be among the largest, in one pass: `least` bounds the last of these from below and rises. */
function candidates(scores: ArrayLike<number>, rows: SettleRows, factor: Float64Array): number[] {
  let found: { row: number; lower: number; upper: number }[] = [];
  let least = 0;
  let full = MOST_CANDIDATES;
  for (let row = above(scores, factor, least, 0); row < factor.length; row = above(scores, factor, least, row + 1)) {
    const { own, slack } = floatCredit(scores, rows, row, factor[row]!);
    if (!(own + slack > least)) continue;
    found.push({ row, lower: own - slack, upper: own + slack });
    if (found.length < full) continue;
    const lowers = Float64Array.from(found, ({ lower }) => lower).sort();
    least = Math.max(0, lowers[lowers.length - TOP_CLUSTERS - 1]!);
    found = found.filter(({ upper }) => upper > least);
    full = Math.max(MOST_CANDIDATES, 2 * found.length);
  }
  return found.map(({ row }) => row);
}

/** gate x clip x originality of every row that may be paid, 0 of another: exact, below 2^48. */
export function payFactors(rows: Omit<SettleRows, "contribution" | "item">, out: Float64Array): Float64Array {
  const { gate, clip, originality, standing } = rows;
  for (let row = 0; row < gate.length; row++) {
    const isPaid = !standing || standing[row] === STANDING.paid;
    out[row] = isPaid ? gate[row]! * (clip ? clip[row]! : GATE_ONE) * (originality ? originality[row]! : GATE_ONE) : 0;
  }
  return out;
}

/** What a row's score says beyond the earlier row that it repeats, in units of 1 / OVERLAP_ONE; negative where it says less. */
function ownScore(scores: ArrayLike<number>, { reference, overlap }: SettleRows, row: number): bigint {
  const own = BigInt(scores[row]!) * BigInt(OVERLAP_ONE);
  const earlier = scores[reference?.[row] ?? row]!;
  return earlier > 0 && overlap ? own - BigInt(overlap[row]!) * BigInt(earlier) : own;
}

/** A row's credit before floor and novelty if its standing were paid: what `explain` compares a withheld row by. */
export function creditOf(scores: ArrayLike<number>, rows: SettleRows, row: number): bigint {
  if (scores[row]! <= 0) return 0n;
  const factor = [rows.gate, rows.clip, rows.originality].reduce((all, of) => all * BigInt(of?.[row] ?? GATE_ONE), 1n);
  const credit = ownScore(scores, rows, row) * factor;
  return credit > 0n ? credit : 0n;
}

/**
 * Rows of the largest credits, largest first, ties to the earlier row, less the first credit that is not paid, each times
 * its novelty; those left with nothing drop out. Credits exceed 2^53, so candidates are first narrowed in float64 with a
 * margin and then compared exactly.
 */
function topCredits(scores: ArrayLike<number>, rows: SettleRows): { readonly top: Credit[]; readonly floor: bigint } {
  const factor = rows.factor ?? payFactors(rows, new Float64Array(scores.length));
  const found = candidates(scores, rows, factor).map((row) => ({
    row,
    credit: ownScore(scores, rows, row) * BigInt(factor[row]!),
  }));
  found.sort((a, b) => (a.credit === b.credit ? a.row - b.row : a.credit < b.credit ? 1 : -1));
  const after = found[TOP_CLUSTERS]?.credit ?? 0n;
  const floor = after > 0n ? after : 0n;
  const top = found.slice(0, TOP_CLUSTERS).map(({ row, credit }) => {
    const novelty = BigInt(rows.novelty?.(row) ?? GATE_ONE);
    return { row, novelty, credit: (credit - floor) * novelty };
  });
  return { top: top.filter(({ credit }) => credit > 0n), floor };
}

/** Floor shares that sum to 10^18: what is left goes by one unit to the largest remainders, ties to the earlier. */
export function sharesOf(credits: readonly bigint[], total: bigint): bigint[] {
  const floors = credits.map((credit) => (credit * ONE_SHARE) / total);
  let left = ONE_SHARE - floors.reduce((a, b) => a + b, 0n);
  const order = credits.map((credit, i) => ({ i, remainder: (credit * ONE_SHARE) % total }));
  order.sort((a, b) => (a.remainder === b.remainder ? a.i - b.i : a.remainder < b.remainder ? 1 : -1));
  for (const { i } of order) {
    if (left === 0n) break;
    floors[i]! += 1n;
    left -= 1n;
  }
  return floors;
}

/** max(20 %, 2 / n) of a whole share, at most all of it; rounded down. */
export function clusterCap(clusters: number): bigint {
  if (clusters === 0) return ONE_SHARE;
  const fifth = (ONE_SHARE * CAP_FRACTION.numerator) / CAP_FRACTION.denominator;
  const parts = (ONE_SHARE * CAP_PARTS) / BigInt(clusters);
  const cap = fifth > parts ? fifth : parts;
  return cap < ONE_SHARE ? cap : ONE_SHARE;
}

function repeatedBy(scores: ArrayLike<number>, { reference, overlap }: SettleRows, row: number) {
  const earlier = reference?.[row] ?? row;
  return { reference: earlier, earlierScore: BigInt(scores[earlier]!), overlap: BigInt(overlap?.[row] ?? 0) };
}

/** The settlement with every factor of every integer. */
export function explainSettlement(scores: ArrayLike<number>, rows: SettleRows): SettlementExplanation {
  if (
    rows.gate.length !== scores.length ||
    rows.contribution.length !== scores.length ||
    rows.item.length !== scores.length
  ) {
    throw new InfluenceError("bad-shape", `settlement: ${scores.length} scores for ${rows.gate.length} rows`);
  }
  const { top, floor } = topCredits(scores, rows);
  const cap = clusterCap(top.length);
  const totalCredit = top.reduce((sum, { credit }) => sum + credit, 0n);
  const shares =
    top.length === 0
      ? []
      : sharesOf(
          top.map(({ credit }) => credit),
          totalCredit,
        );
  const entries = top.map(({ row, credit, novelty }, i) => ({
    ...{ row, credit, novelty, score: BigInt(scores[row]!), gate: BigInt(rows.gate[row]!) },
    ...{ clip: BigInt(rows.clip?.[row] ?? GATE_ONE), originality: BigInt(rows.originality?.[row] ?? GATE_ONE) },
    ...repeatedBy(scores, rows, row),
    ...{ share: shares[i]!, weight: shares[i]! < cap ? shares[i]! : cap },
  }));
  const paid = entries.reduce((sum, { weight }) => sum + weight, 0n);
  const settlement: Settlement = {
    entries: entries.map(({ row, weight }) => ({
      contribution: rows.contribution[row]!,
      item: rows.item[row]!,
      weight,
    })),
    unattributed: top.length === 0 ? ONE_SHARE : 0n,
    capExcess: top.length === 0 ? 0n : ONE_SHARE - paid,
    eligibleClusters: top.length,
  };
  return { settlement, entries, totalCredit, floor, cap };
}

/**
 * Scores to a settlement vector (DESIGN.md section 5, ECONOMY.md "Fee split"): positive part less what an earlier row said
 * already, times label gate and norm clip, look-alikes and harmful rows out, the best clusters by how far they exceed the
 * next, novelty, floor and largest remainder, cap. entries + unattributed + capExcess = 10^18 exactly.
 */
export function settle(scores: ArrayLike<number>, rows: SettleRows): Settlement {
  return explainSettlement(scores, rows).settlement;
}
