import { shinglesOf } from "../dedupe.ts";
import { log2Fixed, RARITY_BITS } from "../spans/log2.ts";
import { DISTANCE_ONE } from "../types.ts";
import { MOST_HOLDERS } from "./limits.ts";

/** Rarities count in units of 2^-8 bits: products of two, over all shingles of a book, stay below 2^53. */
const WEIGHT_SHIFT = RARITY_BITS - 8;

/** Rows that hold a shingle, in the order of the texts. */
function holdersOf(sets: readonly ReadonlySet<string>[]): Map<string, number[]> {
  const holders = new Map<string, number[]>();
  for (const [i, set] of sets.entries()) {
    for (const shingle of set) {
      const known = holders.get(shingle);
      if (known) known.push(i);
      else holders.set(shingle, [i]);
    }
  }
  return holders;
}

/**
 * How near every text comes to the nearest earlier one: cosine of their shingles, each weighted by its rarity among the
 * texts, log2(texts / holders); units of 1 / DISTANCE_ONE. What more than MOST_HOLDERS texts hold says nothing about any.
 * Where shingle clusters ask for the same text, this sees the same text with other words in it.
 */
export function textLikeness(texts: readonly string[]): Uint16Array {
  const sets = texts.map(shinglesOf);
  const holders = holdersOf(sets);
  const whole = log2Fixed(Math.max(1, texts.length));
  const weightOf = (count: number) => (count > MOST_HOLDERS ? 0 : (whole - log2Fixed(count)) >> WEIGHT_SHIFT);
  const norms = Float64Array.from(sets, (set) => {
    let squares = 0;
    for (const shingle of set) squares += weightOf(holders.get(shingle)!.length) ** 2;
    return Math.sqrt(squares);
  });
  const products = new Float64Array(texts.length);
  return Uint16Array.from(sets, (set, i) => {
    const met = new Set<number>();
    for (const shingle of set) {
      const held = holders.get(shingle)!;
      const weight = weightOf(held.length);
      if (weight === 0) continue;
      for (const j of held) {
        if (j >= i) break;
        if (!met.has(j)) products[j] = 0;
        met.add(j);
        products[j]! += weight * weight;
      }
    }
    let nearest = 0;
    for (const j of met) nearest = Math.max(nearest, products[j]! / (norms[i]! * norms[j]!));
    return Math.min(DISTANCE_ONE, Math.floor(nearest * DISTANCE_ONE));
  });
}
