import { InfluenceError } from "../errors.ts";
import * as limits from "./limits.ts";
import { log2Fixed, RARITY_BITS } from "./log2.ts";
import { documentOf, longestMatch, occurrences } from "./search.ts";
import type { Segment } from "./segment.ts";

/** A piece of an answer that stands word for word in the corpus and in no longer such piece. */
export interface Span {
  /** Tokens [start, end) of the answer. */
  readonly start: number;
  readonly end: number;
  /** -log2 of its unigram probability, units of 2^-16 bits. */
  readonly rarity: number;
}

/** A span with the documents that hold it, first owner first: numbers of the corpus, ascending, at most 10. */
export interface CitedSpan extends Span {
  readonly documents: readonly number[];
  readonly occurrences: number;
}

/** Rarity of each token id, units of 2^-16 bits: log2(tokens of the corpus) - log2(its count). Never negative. */
export function rarities(segments: readonly Segment[], answer: ArrayLike<number>): { bits: number[]; tokens: number } {
  let tokens = 0;
  for (const { words, starts } of segments) tokens += words.length - (starts.length - 1);
  const whole = tokens === 0 ? 0 : log2Fixed(tokens);
  const bits = Array.from(answer, (token) => {
    let count = 0;
    for (const { counts } of segments) count += token < counts.length ? counts.at(token) : 0;
    return count === 0 ? whole : Math.max(0, whole - log2Fixed(count));
  });
  return { bits, tokens };
}

/** Maximal matching spans: from every start the longest match, unless it ends inside one that began earlier. */
export function maximalSpans(segments: readonly Segment[], answer: ArrayLike<number>): Span[] {
  if (answer.length > limits.MAX_ANSWER_TOKENS) {
    throw new InfluenceError(
      "bad-shape",
      `an answer of ${answer.length} tokens; at most ${limits.MAX_ANSWER_TOKENS} are attributed`,
    );
  }
  const { bits } = rarities(segments, answer);
  const spans: Span[] = [];
  let reached = 0;
  for (let start = 0; start < answer.length && reached < answer.length; start++) {
    let length = 0;
    for (const segment of segments) length = Math.max(length, longestMatch(segment, answer, start));
    const end = start + length;
    if (length === 0 || end <= reached) continue;
    reached = end;
    spans.push({ start, end, rarity: bits.slice(start, end).reduce((sum, b) => sum + b, 0) });
  }
  return spans;
}

/** Rarest first, ties to the earlier; only what is rarer than chance and not boilerplate; at most 5 % of the length. */
export function citedSpans(segments: readonly Segment[], answer: ArrayLike<number>): CitedSpan[] {
  const { tokens } = rarities(segments, answer);
  if (tokens === 0) return [];
  const least = log2Fixed(tokens) + limits.RARITY_MARGIN_BITS * 2 ** RARITY_BITS;
  const rare = maximalSpans(segments, answer).filter(({ rarity }) => rarity > least);
  rare.sort((a, b) => b.rarity - a.rarity || a.start - b.start);
  const { numerator, denominator } = limits.SPAN_PART;
  const most = Math.ceil((answer.length * numerator) / denominator);
  const cited: CitedSpan[] = [];
  for (const span of rare) {
    if (cited.length === most) break;
    const found = documentsOf(segments, answer, span);
    if (found) cited.push({ ...span, ...found });
  }
  return cited;
}

function documentsOf(
  segments: readonly Segment[],
  answer: ArrayLike<number>,
  { start, end }: Span,
): { documents: number[]; occurrences: number } | undefined {
  const ranges = segments.map((segment) => ({ segment, ...occurrences(segment, answer, start, end) }));
  const count = ranges.reduce((sum, { from, to }) => sum + to - from, 0);
  if (count > limits.MAX_OCCURRENCES) return undefined;
  const documents = new Set<number>();
  for (const { segment, from, to } of ranges) {
    for (let i = from; i < to; i++) documents.add(documentOf(segment, segment.suffixes.at(i)));
  }
  const first = [...documents].sort((a, b) => a - b).slice(0, limits.MAX_DOCUMENTS);
  return { documents: first, occurrences: count };
}
