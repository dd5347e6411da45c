import { SeededStream, seededOrder } from "../../bench/random.ts";

/** A seeded linear map to fewer dimensions that keeps inner products. */
export interface Projection {
  readonly width: number;
  /** Projects `input`, which is overwritten with zeros beyond its length and scratch values. */
  project(input: Float64Array): Float64Array;
  /** Length that `input` must have: a power of two. */
  readonly padded: number;
}

/** In place, unnormalised. */
export function walshHadamard(values: Float64Array): void {
  for (let half = 1; half < values.length; half *= 2) {
    for (let start = 0; start < values.length; start += 2 * half) {
      for (let i = start; i < start + half; i++) {
        const [a, b] = [values[i]!, values[i + half]!];
        values[i] = a + b;
        values[i + half] = a - b;
      }
    }
  }
}

/**
 * The subsampled randomised Hadamard transform: seeded signs, a Walsh-Hadamard transform, `width` seeded coordinates.
 * A Johnson-Lindenstrauss map at n log n instead of n x width (Ailon and Chazelle 2009; Tropp, arXiv 1011.1595).
 */
export function hadamardProjection(size: number, width: number, seed: string): Projection {
  let padded = 1;
  while (padded < size) padded *= 2;
  const stream = new SeededStream(`${seed}-signs`);
  const signs = Int8Array.from({ length: size }, () => (stream.next() < 0.5 ? -1 : 1));
  const kept = seededOrder(padded, `${seed}-places`).slice(0, Math.min(width, padded));
  const scale = 1 / Math.sqrt(kept.length);
  return {
    width: kept.length,
    padded,
    project(input) {
      for (let i = 0; i < size; i++) input[i]! *= signs[i]!;
      input.fill(0, size);
      walshHadamard(input);
      return Float64Array.from(kept, (place) => input[place]! * scale);
    },
  };
}
