import { taggedHash, u64be } from "../../chain/crypto/tagged.ts";
import { InfluenceError } from "./errors.ts";
import { WordStream } from "./word-stream.ts";

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
  return Float64Array.from(witness, (g, i) => {
    if (!Number.isSafeInteger(g)) throw new InfluenceError("not-finite", `witness value ${i} is not a safe integer`);
    const r = g % prime;
    return r < 0 ? r + prime : r;
  });
}

/** sum r_i g_i mod prime with r_i = high_i 2^16 + low_i: both halves' sums exact in float64. */
function combine(words: Uint32Array, values: Float64Array, prime: number): number {
  let high = 0;
  let low = 0;
  for (let start = 0; start < values.length; start += TERMS_BETWEEN_REDUCTIONS) {
    const end = Math.min(values.length, start + TERMS_BETWEEN_REDUCTIONS);
    for (let i = start; i < end; i++) {
      const word = words[i]!;
      const value = values[i]!;
      high += (word >>> 16) * value;
      low += (word & 0xffff) * value;
    }
    high %= prime;
    low %= prime;
  }
  return (high * 65536 + low) % prime;
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
    const words = new WordStream(seed).take(witness.length);
    return { a: combine(words, inA, PRIME_A), b: combine(words, inB, PRIME_B) };
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
