import { concatBytes, sha256 } from "../../chain/crypto/hash.ts";
import { taggedHash, u32be, u64be } from "../../chain/crypto/tagged.ts";

// Proof of own work (DESIGN.md section 5): sum r_i g_i modulo two primes, where r_i are the successive 32-bit big-endian
// words of sha256(seed, u64 counter) and g is a witness that only a recomputation yields. The seed is a validator's own, so
// a copied sketch answers another question; two primes of 31 bits leave a guess a chance of 2^-62.

export const SKETCH_PRIME_A = 2 ** 31 - 1;
export const SKETCH_PRIME_B = 2 ** 31 - 19;

export interface SketchValue {
  readonly a: number;
  readonly b: number;
}

export const ZERO_SKETCH: SketchValue = { a: 0, b: 0 };

/** Seed of one validator's sketch of one claim; it exists once the beacon of the claim's seed height does. */
export function sketchSeed(beacon: Uint8Array, claimId: Uint8Array, validator: Uint8Array): Uint8Array {
  return taggedHash("openledger/sketch", beacon, claimId, validator);
}

/** Residue in 0..p-1 of a safe integer. */
function residue(value: number, prime: number): number {
  const rest = value % prime;
  return rest < 0 ? rest + prime : rest;
}

/** word * factor mod prime for word < 2^32 and factor < 2^31, in exact double arithmetic: no product passes 2^48. */
function mulMod(word: number, factor: number, prime: number): number {
  const high = (((word >>> 16) * factor) % prime) * 65_536;
  return ((high % prime) + (((word & 0xffff) * factor) % prime)) % prime;
}

/**
 * Reference sketch of a witness of safe integers. Throws RangeError for any other number, so that no float enters.
 * An empty or all-zero witness gives zeros.
 */
export function sketchOf(seed: Uint8Array, witness: ArrayLike<number>): SketchValue {
  let a = 0;
  let b = 0;
  let words: DataView = new DataView(new ArrayBuffer(0));
  for (let i = 0; i < witness.length; i++) {
    if (i % 8 === 0) words = new DataView(sha256(concatBytes(seed, u64be(i / 8))).buffer);
    const value = witness[i] as number;
    if (!Number.isSafeInteger(value)) throw new RangeError(`witness[${i}] = ${value} is no safe integer`);
    if (value === 0) continue;
    const word = words.getUint32((i % 8) * 4);
    a = (a + mulMod(word, residue(value, SKETCH_PRIME_A), SKETCH_PRIME_A)) % SKETCH_PRIME_A;
    b = (b + mulMod(word, residue(value, SKETCH_PRIME_B), SKETCH_PRIME_B)) % SKETCH_PRIME_B;
  }
  return { a, b };
}

/** True when both residues are in range. */
export function isSketch(value: SketchValue): boolean {
  return inRange(value.a, SKETCH_PRIME_A) && inRange(value.b, SKETCH_PRIME_B);
}

function inRange(value: number, prime: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < prime;
}

export function sameSketch(left: SketchValue, right: SketchValue): boolean {
  return left.a === right.a && left.b === right.b;
}

/** 8 bytes: both residues big-endian, as the leaf hashes them. */
export function sketchBytes(value: SketchValue): Uint8Array {
  return concatBytes(u32be(value.a), u32be(value.b));
}
