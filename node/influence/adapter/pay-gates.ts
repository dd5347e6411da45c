import { DISTANCE_ONE, GATE_ONE } from "../types.ts";
import { ORDER_ONE } from "./limits.ts";

/** What a row's payout gate is made of. */
export interface RowTraits {
  /** Word order of its text under the base (`wordOrders`); all zero where nobody measured it. */
  readonly order: number;
  /** `textLikeness`. */
  readonly textCosine: number;
  readonly contribution: number;
}

/** What is usual among the rows of an index: lower medians. */
export interface UsualTraits {
  readonly usualOrder: number;
  readonly usualCosine: number;
}

/** A base that gains less than this from word order knows too little of the language to judge anybody. */
const LEAST_ORDER = ORDER_ONE / 32;
/** A row counts up to this many usual word orders either way: a single word's letters have an order beyond all others. */
const MOST_ORDERS = 2;
/** Multiples of the usual cosine at which a row begins to repeat an earlier text, and does nothing else; within these cosines. */
const REPEATS = { begins: 2.5, whole: 3.5, leastBegin: 0.25, leastWhole: 0.4 };
/** The least usual cosine: below it texts have next to nothing in common, and multiples of it neither. */
const LEAST_COSINE = DISTANCE_ONE / 10;
/** Honest contributions come this many usual cosines near on average: their rows' mean is above their median. */
const USUAL_MEAN = 1.15;
/** Doubt up to which a contribution is paid in full, and from which on not at all. */
const DOUBT = { begins: 0.5, whole: 0.8 };

const fade = (from: number, to: number, x: number) => Math.max(0, Math.min(1, (to - x) / (to - from)));

function lowerMedian(values: readonly number[]): number {
  return Int32Array.from(values).sort()[Math.floor((values.length - 1) / 2)] ?? 0;
}

/** Cosines between which a row's pay fades. Where all texts are much alike, only what is nearer than halfway to a copy counts. */
function repeats({ usualCosine }: UsualTraits): { readonly begins: number; readonly whole: number } {
  const { begins, whole, leastBegin, leastWhole } = REPEATS;
  const halfway = (DISTANCE_ONE + usualCosine) / 2;
  const from = Math.min(Math.max(begins * usualCosine, leastBegin * DISTANCE_ONE), halfway);
  const to = Math.min(Math.max(whole * usualCosine, leastWhole * DISTANCE_ONE), DISTANCE_ONE);
  return { begins: from, whole: Math.max(to, from + 1) };
}

/** Means over the rows of every contribution. */
function records(rows: readonly RowTraits[], of: (row: RowTraits) => number): Map<number, number> {
  const sums = new Map<number, { sum: number; count: number }>();
  for (const row of rows) {
    const record = sums.get(row.contribution) ?? { sum: 0, count: 0 };
    sums.set(row.contribution, record);
    record.sum += of(row);
    record.count++;
  }
  return new Map([...sums].map(([contribution, { sum, count }]) => [contribution, sum / count]));
}

/**
 * Payout gates of all rows, uint16. One row of few words says little about itself, and a contribution of many says much. Doubt
 * adds up what its rows lack of the usual word order and what they come nearer to earlier texts than is usual: honest
 * contributions vary in either, those of junk and of paraphrases stand out in both. A row that repeats an earlier text is not
 * paid in any company.
 */
export function payGates(rows: readonly RowTraits[]): { readonly usual: UsualTraits; readonly gates: Uint16Array } {
  const usual: UsualTraits = {
    usualOrder: lowerMedian(rows.map(({ order }) => order)),
    usualCosine: lowerMedian(rows.map(({ textCosine }) => textCosine)),
  };
  const near = repeats(usual);
  const capped = ({ textCosine }: RowTraits) => Math.min(textCosine, near.whole);
  const most = MOST_ORDERS * usual.usualOrder;
  const bounded = ({ order }: RowTraits) => Math.max(-most, Math.min(most, order));
  const unit = Math.max(usual.usualCosine, LEAST_COSINE);
  const isJudge = usual.usualOrder >= LEAST_ORDER;
  const [order, cosine] = [records(rows, bounded), records(rows, capped)];
  const gates = Uint16Array.from(rows, (row) => {
    const own = fade(near.begins, near.whole, row.textCosine);
    const lack = isJudge ? Math.max(0, 1 - order.get(row.contribution)! / usual.usualOrder) : 0;
    const nearness = Math.max(0, cosine.get(row.contribution)! / unit - USUAL_MEAN);
    return Math.floor(own * fade(DOUBT.begins, DOUBT.whole, lack + nearness) * GATE_ONE);
  });
  return { usual, gates };
}
