import { InfluenceError } from "./errors.ts";
import { BLOCK_WORDS, GROUP_WORDS, type WordKernel, wordKernel } from "./kernel/sha4.ts";

export { BLOCK_WORDS };

const SEED_BYTES = 32;
/** Counters are 64 bits of which we use 32: 2^35 words, far beyond any witness. */
const MOST_WORDS = 2 ** 35;

/** One kernel a thread, made when first needed. */
let kernel: WordKernel | undefined;

/** The successive 32-bit big-endian words of SHA-256(seed || counter), counter a big-endian uint64 from 0. */
export class WordStream {
  private readonly seedWords: Uint32Array;

  constructor(seed: Uint8Array) {
    if (seed.length !== SEED_BYTES) throw new InfluenceError("bad-shape", `a seed has 32 bytes, not ${seed.length}`);
    const view = new DataView(seed.buffer, seed.byteOffset, SEED_BYTES);
    this.seedWords = Uint32Array.from({ length: SEED_BYTES / 4 }, (_, i) => view.getUint32(4 * i));
  }

  /** Words first .. first + count - 1, valid until the next call in this thread; `first` a multiple of BLOCK_WORDS. */
  block(first: number, count: number): Uint32Array {
    if (first % BLOCK_WORDS !== 0 || first >= MOST_WORDS || count > BLOCK_WORDS) {
      throw new InfluenceError("bad-shape", `no block of ${count} words from ${first}`);
    }
    kernel ??= wordKernel();
    kernel.seed.set(this.seedWords);
    kernel.fill(first / 8, Math.max(1, Math.ceil(count / GROUP_WORDS)));
    return kernel.out.subarray(0, count);
  }
}
