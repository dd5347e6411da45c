import { createHash } from "node:crypto";

/** A seeded stream of uniform numbers in [0, 1): SHA-256 in counter mode, the same on every machine. */
export class SeededStream {
  private readonly seed: string;
  private counter = 0;
  private words: number[] = [];

  constructor(seed: string) {
    this.seed = seed;
  }

  next(): number {
    if (this.words.length === 0) {
      const digest = createHash("sha256")
        .update(`${this.seed}/${this.counter++}`)
        .digest();
      for (let at = 0; at < 32; at += 4) this.words.push(digest.readUInt32BE(at));
    }
    return this.words.pop()! / 2 ** 32;
  }

  /** An integer in 0 .. limit - 1. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }
}

/** A seeded permutation of 0 .. count - 1 (Fisher-Yates). */
export function seededOrder(count: number, seed: string): number[] {
  const stream = new SeededStream(seed);
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = stream.below(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
