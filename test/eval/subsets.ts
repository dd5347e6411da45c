import { seededOrder } from "../bench/random.ts";

/** Rows that a retraining keeps, ascending. */
export type Subset = readonly number[];

/** `count` seeded subsets of a share of the rows, drawn without replacement. */
export function randomSubsets(rows: number, share: number, count: number, seed: string): Subset[] {
  const kept = Math.round(rows * share);
  return Array.from({ length: count }, (_, m) =>
    seededOrder(rows, `${seed}-${m}`)
      .slice(0, kept)
      .sort((a, b) => a - b),
  );
}

/** `count` seeded subsets of half of the contributors, with all of their rows. */
export function contributorSubsets(
  contributor: Int32Array,
  contributors: number,
  count: number,
  seed: string,
): Subset[] {
  return Array.from({ length: count }, (_, m) => {
    const kept = new Set(seededOrder(contributors, `${seed}-${m}`).slice(0, Math.round(contributors / 2)));
    return Array.from(contributor, (_, row) => row).filter((row) => kept.has(contributor[row]!));
  });
}

/** All rows but these, ascending. */
export function without(rows: number, dropped: Iterable<number>): Subset {
  const gone = new Set(dropped);
  return Array.from({ length: rows }, (_, i) => i).filter((i) => !gone.has(i));
}
