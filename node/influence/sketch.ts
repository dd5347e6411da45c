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

/** Witness values modulo a prime, in 0 .. prime - 1. */
function residues(witness: Float64Array, prime: number): Float64Array {
  const out = new Float64Array(witness.length);
  for (let i = 0; i < witness.length; i++) {
    const g = witness[i]!;
    if (!Number.isSafeInteger(g)) throw new InfluenceError("not-finite", `witness value ${i} is not a safe integer`);
    const r = g > -prime && g < prime ? g : g % prime;
    out[i] = r < 0 ? r + prime : r;
  }
  return out;
}

/** sum r_i g_i modulo one prime with r_i = high_i 2^16 + low_i: both halves' sums are exact in float64. */
class ModularSum {
  private readonly prime: number;
  private readonly values: Float64Array;
  private high = 0;
  private low = 0;

  constructor(prime: number, values: Float64Array) {
    this.prime = prime;
    this.values = values;
  }

  /** Adds the terms from `first` on, one a word. */
  add(words: Uint32Array, first: number): void {
    const { values, prime } = this;
    let { high, low } = this;
    for (let start = 0; start < words.length; start += TERMS_BETWEEN_REDUCTIONS) {
      const end = Math.min(words.length, start + TERMS_BETWEEN_REDUCTIONS);
      for (let i = start; i < end; i++) {
        const word = words[i]!;
        const value = values[first + i]!;
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
 * words of SHA-256(seed, counter), counter a big-endian uint64 from 0.
 * Throws InfluenceError: bad-shape, not-finite.
 */
export function sketches(witness: Float64Array, seeds: readonly Uint8Array[]): Sketch[] {
  if (seeds.length > MOST_SEEDS) throw new InfluenceError("bad-shape", `${seeds.length} seeds; at most ${MOST_SEEDS}`);
  const inA = residues(witness, PRIME_A);
  const inB = residues(witness, PRIME_B);
  return seeds.map((seed) => {
    const stream = new WordStream(seed);
    const a = new ModularSum(PRIME_A, inA);
    const b = new ModularSum(PRIME_B, inB);
    for (let first = 0; first < witness.length; first += BLOCK_WORDS) {
      const words = stream.block(first, Math.min(BLOCK_WORDS, witness.length - first));
      a.add(words, first);
      b.add(words, first);
    }
    return { a: a.total(), b: b.total() };
  });
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
