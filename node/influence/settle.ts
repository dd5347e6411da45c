import { InfluenceError } from "./errors.ts";
import { STANDING } from "./standing.ts";
import { GATE_ONE, ONE_SHARE, type Settlement } from "./types.ts";

/** Clusters that one query pays (DESIGN.md "Influence"). */
export const TOP_CLUSTERS = 32;
/** Cap of one cluster's share: max(20 %, 2 / n) of n eligible clusters (ECONOMY.md "Fee split"). */
const CAP_FRACTION = { numerator: 1n, denominator: 5n };
const CAP_PARTS = 2n;

/** Length of the list of candidates at which the floor is raised. */
const MOST_CANDIDATES = 256;

/** What settlement reads of the rows, in index order; one row is one cluster. */
export interface SettleRows {
  /** uint16 fixed point. */
  readonly gate: ArrayLike<number>;
  /** uint16 fixed point of the norm clip; nothing is clipped when absent. */
  readonly clip?: ArrayLike<number>;
  /** uint16 fixed point; 1 when absent. */
  readonly originality?: ArrayLike<number>;
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
  readonly novelty: bigint;
  /** max(0, score) x gate x clip x originality x novelty. */
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
  readonly cap: bigint;
}

interface Credit {
  readonly row: number;
  readonly novelty: bigint;
  readonly credit: bigint;
}

/**
 * Rows whose value may be among the 32 largest, in one pass: `floor` is a lower bound of the 32nd largest so far, less
 * what rounding to float64 may hide, and rises whenever the list is full.
 */
function candidates(scores: ArrayLike<number>, factor: Float64Array): number[] {
  let rows: number[] = [];
  let floor = 0;
  let full = MOST_CANDIDATES;
  for (let row = 0; row < factor.length; row++) {
    const value = scores[row]! * factor[row]!;
    if (!(value > floor)) continue;
    rows.push(row);
    if (rows.length < full) continue;
    const values = Float64Array.from(rows, (i) => scores[i]! * factor[i]!).sort();
    floor = values[values.length - TOP_CLUSTERS]! * (1 - 2 ** -40);
    rows = rows.filter((i) => scores[i]! * factor[i]! > floor);
    full = Math.max(MOST_CANDIDATES, 2 * rows.length);
  }
  return rows;
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

/**
 * Rows of the largest positive score x gate x clip x originality, largest first, ties to the earlier row, then each times its
 * novelty; those left with nothing drop out. A product of a safe integer and three uint16 exceeds 2^53, so candidates
 * are first narrowed in float64 with a margin and then compared exactly.
 */
function topCredits(scores: ArrayLike<number>, rows: SettleRows): Credit[] {
  const factor = rows.factor ?? payFactors(rows, new Float64Array(scores.length));
  const found = candidates(scores, factor).map((row) => ({
    row,
    credit: BigInt(scores[row]!) * BigInt(factor[row]!),
  }));
  found.sort((a, b) => (a.credit === b.credit ? a.row - b.row : a.credit < b.credit ? 1 : -1));
  const top = found.slice(0, TOP_CLUSTERS).map(({ row, credit }) => {
    const novelty = BigInt(rows.novelty?.(row) ?? GATE_ONE);
    return { row, novelty, credit: credit * novelty };
  });
  return top.filter(({ credit }) => credit > 0n);
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

/** The settlement with every factor of every integer. */
export function explainSettlement(scores: ArrayLike<number>, rows: SettleRows): SettlementExplanation {
  if (
    rows.gate.length !== scores.length ||
    rows.contribution.length !== scores.length ||
    rows.item.length !== scores.length
  ) {
    throw new InfluenceError("bad-shape", `settlement: ${scores.length} scores for ${rows.gate.length} rows`);
  }
  const top = topCredits(scores, rows);
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
  return { settlement, entries, totalCredit, cap };
}

/**
 * Scores to a settlement vector (DESIGN.md section 5, ECONOMY.md "Fee split"): positive part times label gate and
 * norm clip and originality, look-alikes and harmful rows out, top 32 clusters, novelty, floor and largest remainder, cap.
 * entries + unattributed + capExcess = 10^18 exactly.
 */
export function settle(scores: ArrayLike<number>, rows: SettleRows): Settlement {
  return explainSettlement(scores, rows).settlement;
}
