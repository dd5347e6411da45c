import { sha256Concat } from "../../../chain/crypto/hash.ts";
import { u32be, utf8Bytes } from "../../../chain/crypto/tagged.ts";
import { BLOCK_WORDS, WordStream } from "../../influence/word-stream.ts";

/** Seed of one purpose of a job, so that no two uses of its seed share words. */
export function jobSeed(seed: Uint8Array, purpose: string, number = 0): Uint8Array {
  return sha256Concat(utf8Bytes(`openledger/job/${purpose}`), seed, u32be(number));
}

/** Successive 32-bit words of a seed. */
export function* words(seed: Uint8Array): Generator<number, never> {
  const stream = new WordStream(seed);
  for (let first = 0; ; first += BLOCK_WORDS) yield* stream.block(first, BLOCK_WORDS).slice();
}

/**
 * The order of an epoch's samples: Fisher and Yates from the end, each place drawn as floor(word x places / 2^32), the
 * words those of SHA-256(sha256(tag, seed, epoch), counter). The bias of at most places / 2^32 is part of the rule.
 */
export function epochOrder(seed: Uint8Array, epoch: number, samples: number): Uint32Array {
  const order = Uint32Array.from({ length: samples }, (_, i) => i);
  const drawn = words(jobSeed(seed, "order", epoch));
  for (let last = samples - 1; last > 0; last--) {
    const at = Math.floor((drawn.next().value * (last + 1)) / 2 ** 32);
    const moved = order[at]!;
    order[at] = order[last]!;
    order[last] = moved;
  }
  return order;
}
