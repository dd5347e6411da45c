import { taggedHash, u64be } from "../../chain/crypto/tagged.ts";
import { InfluenceError } from "./errors.ts";
import { BLOCK_WORDS, WordStream } from "./word-stream.ts";

/** The two primes of a sketch (DESIGN.md "Proof of own work"). */
export const PRIME_A = 2 ** 31 - 1;
export const PRIME_B = 2 ** 31 - 19;
/** Seeds of one pass: the own one and a committee's peers, with room. */
const MOST_SEEDS = 64;
/** Products of a 31-bit residue and a 16-bit half stay below 2^47: 64 of them below 2^53. */
const TERMS_BETWEEN_REDUCTIONS = 64;

export interface Sketch {
  /** Modulo 2^31 - 1. */
  readonly a: number;
  /** Modulo 2^31 - 19. */
  readonly b: number;
}

/** The seed of one validator's sketch of one claim: unknown to everybody until the beacon of its seed height. */
export function sketchSeed(of: {
  readonly beacon: Uint8Array;
  readonly claim: Uint8Array;
  readonly validator: Uint8Array;
}): Uint8Array {
  return taggedHash("openledger/sketch/1", of.beacon, of.claim, of.validator);
}

/**
 * Witness values from `first` on modulo a prime, in 0 .. prime - 1. The quotient is exact: of a safe integer it is below
 * 2^22 + 1 and, unless whole, 1 / prime away from the next integer, further than float64 rounds there.
 */
function residues(witness: Float64Array, first: number, prime: number, out: Float64Array): void {
  for (let i = 0; i < out.length; i++) {
    const g = witness[first + i]!;
    if (!Number.isSafeInteger(g)) {
      throw new InfluenceError("not-finite", `witness value ${first + i} is not a safe integer`);
    }
    const r = g - Math.trunc(g / prime) * prime;
    out[i] = r + (prime & (r >> 31));
  }
}

/** sum r_i g_i modulo one prime with r_i = high_i 2^16 + low_i: both halves' sums are exact in float64. */
class ModularSum {
  private readonly prime: number;
  private high = 0;
  private low = 0;

  constructor(prime: number) {
    this.prime = prime;
  }

  /** Adds one term a word. */
  add(words: Uint32Array, values: Float64Array): void {
    const { prime } = this;
    let { high, low } = this;
    for (let start = 0; start < words.length; start += TERMS_BETWEEN_REDUCTIONS) {
      const end = Math.min(words.length, start + TERMS_BETWEEN_REDUCTIONS);
      for (let i = start; i < end; i++) {
        const word = words[i]!;
        const value = values[i]!;
        high += (word >>> 16) * value;
        low += (word & 0xffff) * value;
      }
      high %= prime;
      low %= prime;
    }
    this.high = high;
    this.low = low;
  }

  total(): number {
    return (this.high * 65536 + this.low) % this.prime;
  }
}

/**
 * Sketches of one witness under several seeds: sum r_i g_i modulo both primes, r_i the successive 32-bit big-endian
 * words of SHA-256(seed, counter), counter a big-endian uint64 from 0. Block by block, so that a witness of millions
 * of numbers passes through the processor's cache once.
 * Throws InfluenceError: bad-shape, not-finite.
 */
export function sketches(witness: Float64Array, seeds: readonly Uint8Array[]): Sketch[] {
  if (seeds.length > MOST_SEEDS) throw new InfluenceError("bad-shape", `${seeds.length} seeds; at most ${MOST_SEEDS}`);
  const [inA, inB] = [new Float64Array(BLOCK_WORDS), new Float64Array(BLOCK_WORDS)];
  const sums = seeds.map((seed) => {
    return { stream: new WordStream(seed), a: new ModularSum(PRIME_A), b: new ModularSum(PRIME_B) };
  });
  for (let first = 0; first < witness.length; first += BLOCK_WORDS) {
    const count = Math.min(BLOCK_WORDS, witness.length - first);
    residues(witness, first, PRIME_A, inA.subarray(0, count));
    residues(witness, first, PRIME_B, inB.subarray(0, count));
    for (const { stream, a, b } of sums) {
      const words = stream.block(first, count);
      a.add(words, inA);
      b.add(words, inB);
    }
  }
  return sums.map(({ a, b }) => ({ a: a.total(), b: b.total() }));
}

/** 8 bytes: a, then b, big-endian. */
export function encodeSketch(sketch: Sketch): Uint8Array {
  return u64be(BigInt(sketch.a) * 2n ** 32n + BigInt(sketch.b));
}

/** Throws InfluenceError "bad-bytes" for other than 8 bytes or a value that is not reduced. */
export function decodeSketch(bytes: Uint8Array): Sketch {
  if (bytes.length !== 8) throw new InfluenceError("bad-bytes", `sketch: ${bytes.length} bytes instead of 8`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, 8);
  const sketch = { a: view.getUint32(0), b: view.getUint32(4) };
  if (sketch.a >= PRIME_A || sketch.b >= PRIME_B) throw new InfluenceError("bad-bytes", "sketch: not reduced");
  return sketch;
}
