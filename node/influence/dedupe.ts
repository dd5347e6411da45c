import { normaliseText } from "./normalise.ts";

/** Width of a shingle in code points. A shorter text is its own only shingle. */
const SHINGLE = 3;

/** Which earlier item every item repeats, for the items of one snapshot in originality order. */
export interface Clusters {
  /** First item of the item's cluster; the item itself when it matches nothing earlier. */
  readonly owner: Int32Array;
  /** Earliest item that the item matches, or -1. */
  readonly match: Int32Array;
  readonly clusters: number;
}

/** Shingle sets as ascending ids; ids are ranks by (rarity, first appearance), so a set's prefix is its rarest part. */
interface ShingleSets {
  readonly sets: readonly Int32Array[];
  readonly distinct: number;
}

/** The distinct 3-shingles of a text's normal form. */
export function shinglesOf(text: string): Set<string> {
  const points = [...normaliseText(text)];
  const shingles = new Set<string>();
  if (points.length > 0 && points.length < SHINGLE) shingles.add(points.join(""));
  for (let i = 0; i + SHINGLE <= points.length; i++) shingles.add(points[i]! + points[i + 1]! + points[i + 2]!);
  return shingles;
}

function shingleSets(texts: readonly string[]): ShingleSets {
  const ids = new Map<string, number>();
  const frequency: number[] = [];
  const raw = texts.map((text) => {
    const set: number[] = [];
    for (const shingle of shinglesOf(text)) {
      const id = ids.get(shingle) ?? ids.size;
      if (id === ids.size) ids.set(shingle, id);
      frequency[id] = (frequency[id] ?? 0) + 1;
      set.push(id);
    }
    return set;
  });
  const byRarity = frequency.map((_, id) => id).sort((a, b) => frequency[a]! - frequency[b]! || a - b);
  const rank = new Int32Array(ids.size);
  for (const [position, id] of byRarity.entries()) rank[id] = position;
  return { sets: raw.map((set) => Int32Array.from(set, (id) => rank[id]!).sort()), distinct: ids.size };
}

/** Exactly 10 x |intersection| >= 7 x |union|, that is 17 x |intersection| >= 7 x (|a| + |b|). */
function near(a: Int32Array, b: Int32Array): boolean {
  const needed = Math.ceil((7 * (a.length + b.length)) / 17);
  let missesLeftA = a.length - needed;
  let missesLeftB = b.length - needed;
  if (missesLeftA < 0 || missesLeftB < 0) return false;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const x = a[i]!;
    const y = b[j]!;
    if (x < y && missesLeftA-- === 0) return false;
    if (y < x && missesLeftB-- === 0) return false;
    if (x <= y) i++;
    if (y <= x) j++;
  }
  return true;
}

/**
 * A match shares at least ceil(0.7 |x|) shingles, so among the first |x| - ceil(0.7 |x|) + 1 of either set (in one
 * common order) there is a shared one: looking only there loses nothing (prefix filtering, Chaudhuri et al. 2006).
 */
function prefixLength(size: number): number {
  return size - Math.ceil((7 * size) / 10) + 1;
}

/**
 * DESIGN.md "Duplicates": an item belongs to the cluster of the earliest earlier item within Jaccard 0.7 of it,
 * labels ignored, without merging. Candidates are found exhaustively, so the answer is exact. Items must come in
 * originality order and be accepted ones.
 */
export function clusters(texts: readonly string[]): Clusters {
  const { sets, distinct } = shingleSets(texts);
  const holders: number[][] = Array.from({ length: distinct }, () => []);
  const withoutShingles: number[] = [];
  const owner = new Int32Array(texts.length);
  const match = new Int32Array(texts.length).fill(-1);
  const seen = new Int32Array(texts.length).fill(-1);
  let count = 0;
  for (const [item, set] of sets.entries()) {
    const prefix = set.subarray(0, prefixLength(set.length));
    let earliest = set.length === 0 ? (withoutShingles[0] ?? -1) : -1;
    for (const shingle of prefix) {
      for (const candidate of holders[shingle]!) {
        if (earliest >= 0 && candidate >= earliest) break;
        if (seen[candidate] === item) continue;
        seen[candidate] = item;
        if (near(sets[candidate]!, set)) earliest = candidate;
      }
    }
    match[item] = earliest;
    owner[item] = earliest < 0 ? item : owner[earliest]!;
    if (earliest < 0) count++;
    if (set.length === 0) withoutShingles.push(item);
    for (const shingle of prefix) holders[shingle]!.push(item);
  }
  return { owner, match, clusters: count };
}

/** 48 bits of a polynomial hash over the code points: two 24-bit halves under different odd multipliers. */
function shingleHash(shingle: string): number {
  let low = 0x9dc5;
  let high = 0x811c;
  for (const char of shingle) {
    const point = char.codePointAt(0) ?? 0;
    low = (Math.imul(low ^ point, 0x01000193) ^ (low >>> 11)) >>> 0;
    high = (Math.imul(high ^ point, 0x85ebca6b) ^ (high >>> 13)) >>> 0;
  }
  return (high & 0xffffff) * 0x1000000 + (low & 0xffffff);
}

const CHECKSUM_MODULUS = 2 ** 31 - 1;

/**
 * The witness of a snapshot claim: per item its shingle count and the sum of its shingle hashes modulo 2^31 - 1.
 * Only somebody who read every text knows them, and no claim carries them.
 */
export function snapshotWitness(texts: readonly string[]): Float64Array {
  const witness = new Float64Array(2 * texts.length);
  for (const [item, text] of texts.entries()) {
    const shingles = shinglesOf(text);
    let checksum = 0;
    for (const shingle of shingles)
      checksum = (checksum + (shingleHash(shingle) % CHECKSUM_MODULUS)) % CHECKSUM_MODULUS;
    witness[2 * item] = shingles.size;
    witness[2 * item + 1] = checksum;
  }
  return witness;
}
