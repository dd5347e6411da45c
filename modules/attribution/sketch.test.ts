import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concatBytes, sha256 } from "../../chain/crypto/hash.ts";
import { u64be } from "../../chain/crypto/tagged.ts";
import { sketches } from "../../node/influence/sketch.ts";
import { isSketch, SKETCH_PRIME_A, SKETCH_PRIME_B, sketchBytes, sketchOf, sketchSeed } from "./sketch.ts";

const SEED = sketchSeed(new Uint8Array(32).fill(1), new Uint8Array(32).fill(2), new Uint8Array(20).fill(3));

/** The definition of DESIGN.md in big integers, word by word. */
function naive(seed: Uint8Array, witness: readonly number[]): { a: number; b: number } {
  const mod = (value: bigint, prime: bigint) => Number(((value % prime) + prime) % prime);
  let sum = 0n;
  witness.forEach((value, i) => {
    const block = sha256(concatBytes(seed, u64be(Math.floor(i / 8))));
    const word = new DataView(block.buffer).getUint32((i % 8) * 4);
    sum += BigInt(word) * BigInt(value);
  });
  return { a: mod(sum, BigInt(SKETCH_PRIME_A)), b: mod(sum, BigInt(SKETCH_PRIME_B)) };
}

describe("sketch", () => {
  test("equals its definition for every witness of safe integers", () => {
    fc.assert(
      fc.property(fc.array(fc.maxSafeInteger(), { maxLength: 40 }), (witness) => {
        expect(sketchOf(SEED, witness)).toEqual(naive(SEED, witness));
      }),
    );
  });

  test("equals the verifier's own, which answers for a whole committee in one pass", () => {
    const witness = Array.from({ length: 1_000 }, (_, i) => (i - 500) * 7_000_001);
    const seeds = [SEED, sha256(SEED)];
    expect(sketches(Float64Array.from(witness), seeds)).toEqual(seeds.map((seed) => sketchOf(seed, witness)));
  });

  test("both moduli are prime", () => {
    for (const prime of [SKETCH_PRIME_A, SKETCH_PRIME_B]) {
      for (let divisor = 2; divisor * divisor <= prime; divisor++)
        if (prime % divisor === 0) expect.fail(`${divisor} divides ${prime}`);
    }
  });

  test("is another one for another validator, claim or beacon", () => {
    const parts = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2), new Uint8Array(20).fill(3)] as const;
    const witness = [1, -2, 3];
    const seen = new Set([JSON.stringify(sketchOf(SEED, witness))]);
    for (const i of [0, 1, 2]) {
      const changed = parts.map((part, j) => (i === j ? part.map((byte) => byte + 9) : part)) as [
        Uint8Array,
        Uint8Array,
        Uint8Array,
      ];
      seen.add(JSON.stringify(sketchOf(sketchSeed(...changed), witness)));
    }
    expect(seen.size).toBe(4);
  });

  test("one changed integer changes it", () => {
    const witness = Array.from({ length: 100 }, (_, i) => i * 1_000 - 7);
    const changed = witness.map((value, i) => (i === 63 ? value + 1 : value));
    expect(sketchOf(SEED, witness)).not.toEqual(sketchOf(SEED, changed));
  });

  test("a float is refused, nothing gives zeros", () => {
    expect(() => sketchOf(SEED, [0.5])).toThrow("witness[0] = 0.5 is no safe integer");
    expect(sketchOf(SEED, [0, 0])).toEqual({ a: 0, b: 0 });
  });

  test("residues stay below their primes", () => {
    expect(isSketch({ a: SKETCH_PRIME_A - 1, b: SKETCH_PRIME_B - 1 })).toBe(true);
    expect(isSketch({ a: SKETCH_PRIME_A, b: 0 })).toBe(false);
    expect(isSketch({ a: 0, b: SKETCH_PRIME_B })).toBe(false);
    expect([...sketchBytes({ a: 1, b: 256 })]).toEqual([0, 0, 0, 1, 0, 0, 1, 0]);
  });
});
