import { createHash } from "node:crypto";

/** A seeded stream of uniform numbers: SHA-256 in counter mode, the same on every machine. */
export class SeededStream {
  readonly #seed: string;
  #counter = 0;
  #words: number[] = [];

  constructor(seed: string) {
    this.#seed = seed;
  }

  /** Uniform in [0, 1). */
  next(): number {
    if (this.#words.length === 0) {
      const digest = createHash("sha256")
        .update(`${this.#seed}/${this.#counter++}`)
        .digest();
      for (let at = 0; at < 32; at += 4) this.#words.push(digest.readUInt32BE(at));
    }
    return (this.#words.pop() as number) / 2 ** 32;
  }

  /** An integer in 0 .. limit - 1. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  /** One of the values. */
  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T;
  }
}

/** A seeded permutation (Fisher-Yates). */
export function shuffled<T>(values: readonly T[], seed: string): T[] {
  const stream = new SeededStream(seed);
  const order = [...values];
  for (let i = order.length - 1; i > 0; i--) {
    const j = stream.below(i + 1);
    [order[i], order[j]] = [order[j] as T, order[i] as T];
  }
  return order;
}

/** A number in [0, 1) that is a function of the text alone. */
export function fraction(text: string): number {
  return createHash("sha256").update(text).digest().readUInt32BE(0) / 2 ** 32;
}
