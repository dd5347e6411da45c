import type { Segment } from "./segment.ts";
import type { Words } from "./words.ts";

/** Where a sequence of tokens stands in the sorted suffixes: [from, to). */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Symbols that a suffix and the query share; token ids of the query, ids + 1 in the segment. */
function shared(words: Words, suffix: number, query: ArrayLike<number>, start: number, end: number): number {
  let k = 0;
  while (start + k < end && suffix + k < words.length && words.at(suffix + k) === query[start + k]! + 1) k++;
  return k;
}

/** First place whose suffix is not below query[start, end); with `after`, the first one that is above all it begins. */
function bound(segment: Segment, query: ArrayLike<number>, start: number, end: number, after: boolean): number {
  const { words, suffixes } = segment;
  let low = 0;
  let high = suffixes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const suffix = suffixes.at(middle);
    const k = shared(words, suffix, query, start, end);
    const begins = start + k === end;
    const below = begins ? after : suffix + k >= words.length || words.at(suffix + k) < query[start + k]! + 1;
    if (below) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Length of the longest piece of the query from `start` that occurs in the segment. */
export function longestMatch(segment: Segment, query: ArrayLike<number>, start: number, end = query.length): number {
  const place = bound(segment, query, start, end, false);
  let longest = 0;
  for (const near of [place - 1, place]) {
    if (near < 0 || near >= segment.suffixes.length) continue;
    longest = Math.max(longest, shared(segment.words, segment.suffixes.at(near), query, start, end));
  }
  return longest;
}

/** All suffixes that begin with query[start, end). */
export function occurrences(segment: Segment, query: ArrayLike<number>, start: number, end: number): Range {
  const from = bound(segment, query, start, end, false);
  return { from, to: bound(segment, query, start, end, true) };
}

/** Number of the document that word `at` lies in. */
export function documentOf(segment: Segment, at: number): number {
  const { starts } = segment;
  let low = 0;
  let high = starts.length - 1;
  while (low + 1 < high) {
    const middle = (low + high) >>> 1;
    if (starts.at(middle) <= at) low = middle;
    else high = middle;
  }
  return segment.firstDocument + low;
}
