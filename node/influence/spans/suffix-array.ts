/**
 * Suffix array of integers by induced sorting (SA-IS; Nong, Zhang and Chan 2009, "Linear suffix array construction by
 * almost pure induced-sorting"): linear time, 4-byte words, the same result on every machine.
 *
 * Suffixes are compared as if the text ended in a symbol smaller than every other one.
 */

/** Texts up to this many symbols are sorted by comparison: below it induced sorting costs more than it saves. */
const SMALL = 16;

/** `text[i]` in [0, symbols); returns the starts of the suffixes in ascending order. */
export function suffixArray(text: Int32Array, symbols: number): Int32Array {
  const n = text.length;
  if (n <= SMALL) return Int32Array.from(text.keys()).sort((a, b) => compareSuffixes(text, a, b));
  const isS = smallerTypes(text);
  const buckets = bucketsOf(text, symbols, isS);
  const lms = lmsPositions(isS);
  const sorted = new Int32Array(n);
  induce(text, isS, buckets, lms, sorted);
  if (lms.length > 0) induce(text, isS, buckets, sortLms(text, lms, sorted), sorted);
  return sorted;
}

function compareSuffixes(text: Int32Array, a: number, b: number): number {
  const n = text.length;
  for (let i = a, j = b; i < n && j < n; i++, j++) if (text[i] !== text[j]) return text[i]! - text[j]!;
  return b - a;
}

/** 1 where a suffix is smaller than the next one (S type), 0 where it is larger (L type). */
function smallerTypes(text: Int32Array): Uint8Array {
  const isS = new Uint8Array(text.length);
  for (let i = text.length - 2; i >= 0; i--) {
    isS[i] = text[i]! < text[i + 1]! || (text[i] === text[i + 1] && isS[i + 1] === 1) ? 1 : 0;
  }
  return isS;
}

/** An S suffix behind an L suffix. */
function isLms(isS: Uint8Array, i: number): boolean {
  return i > 0 && isS[i] === 1 && isS[i - 1] === 0;
}

function lmsPositions(isS: Uint8Array): Int32Array {
  let count = 0;
  for (let i = 1; i < isS.length; i++) if (isLms(isS, i)) count++;
  const positions = new Int32Array(count);
  for (let i = 1, at = 0; i < isS.length; i++) if (isLms(isS, i)) positions[at++] = i;
  return positions;
}

/** Per symbol: where its bucket begins, and where the S suffixes begin in it. */
interface Buckets {
  readonly starts: Int32Array;
  readonly smallStarts: Int32Array;
}

function bucketsOf(text: Int32Array, symbols: number, isS: Uint8Array): Buckets {
  const starts = new Int32Array(symbols + 1);
  const large = new Int32Array(symbols);
  for (let i = 0; i < text.length; i++) {
    starts[text[i]! + 1]! += 1;
    if (isS[i] === 0) large[text[i]!]! += 1;
  }
  for (let c = 0; c < symbols; c++) starts[c + 1]! += starts[c]!;
  return { starts, smallStarts: large.map((count, c) => starts[c]! + count) };
}

/** Places LMS suffixes in the given order, then L suffixes from the left and S suffixes from the right. */
function induce(text: Int32Array, isS: Uint8Array, buckets: Buckets, lms: Int32Array, out: Int32Array): void {
  const n = text.length;
  out.fill(-1);
  const small = buckets.smallStarts.slice();
  for (const at of lms) out[small[text[at]!]!++] = at;
  const heads = buckets.starts.slice();
  out[heads[text[n - 1]!]!++] = n - 1;
  for (let i = 0; i < n; i++) {
    const before = out[i]! - 1;
    if (before >= 0 && isS[before] === 0) out[heads[text[before]!]!++] = before;
  }
  const tails = buckets.starts.slice(1);
  for (let i = n - 1; i >= 0; i--) {
    const before = out[i]! - 1;
    if (before >= 0 && isS[before] === 1) out[--tails[text[before]!]!] = before;
  }
}

/** LMS suffixes in true order: substrings between them are named by rank, and the names are sorted recursively. */
function sortLms(text: Int32Array, lms: Int32Array, induced: Int32Array): Int32Array {
  const rank = new Int32Array(text.length).fill(-1);
  for (const [i, at] of lms.entries()) rank[at] = i;
  const names = new Int32Array(lms.length);
  let name = 0;
  let previous = -1;
  for (const at of induced) {
    const i = rank[at]!;
    if (i < 0) continue;
    if (previous >= 0 && !sameSubstring(text, lms, previous, i)) name++;
    names[i] = name;
    previous = i;
  }
  return suffixArray(names, name + 1).map((i) => lms[i]!);
}

/** Equal symbols from one LMS position through the next one; the last substring ends in the unwritten smallest symbol. */
function sameSubstring(text: Int32Array, lms: Int32Array, i: number, j: number): boolean {
  if (i + 1 >= lms.length || j + 1 >= lms.length) return false;
  const length = lms[i + 1]! - lms[i]!;
  if (lms[j + 1]! - lms[j]! !== length) return false;
  for (let k = 0; k <= length; k++) if (text[lms[i]! + k] !== text[lms[j]! + k]) return false;
  return true;
}
