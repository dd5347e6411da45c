import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeSketch, encodeSketch, PRIME_A, PRIME_B, sketches, sketchSeed } from "./sketch.ts";
import { BLOCK_WORDS } from "./word-stream.ts";

/** DESIGN.md's formula in BigInt. */
function reference(witness: readonly number[], seed: Uint8Array, prime: number): number {
  let sum = 0n;
  for (const [i, g] of witness.entries()) {
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(i >> 3));
    const word = createHash("sha256")
      .update(seed)
      .update(counter)
      .digest()
      .readUInt32BE(4 * (i & 7));
    sum += BigInt(word) * BigInt(g);
  }
  const p = BigInt(prime);
  return Number(((sum % p) + p) % p);
}

const extremes = [0, 1, -1, 2 ** 20, -(2 ** 20), Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, PRIME_A, -PRIME_B];
const witness = Array.from({ length: 1003 }, (_, i) => extremes[(i * i) % extremes.length]! - ((i * 31) % 1000));
const seeds = [1, 2, 3].map((byte) => new Uint8Array(32).fill(byte));

describe("sketches", () => {
  test("behavior: equal the BigInt formula for every seed", () => {
    const safe = Float64Array.from(witness, (g) => Math.max(Number.MIN_SAFE_INTEGER, g));
    for (const [i, sketch] of sketches(safe, seeds).entries()) {
      expect(sketch.a).toBe(reference([...safe], seeds[i]!, PRIME_A));
      expect(sketch.b).toBe(reference([...safe], seeds[i]!, PRIME_B));
    }
  });

  test("behavior: equal it across blocks of words, too", () => {
    const long = Float64Array.from({ length: BLOCK_WORDS + 5 }, (_, i) => witness[i % witness.length]! >> 3);
    const [sketch] = sketches(long, seeds.slice(0, 1));
    expect(sketch!.a).toBe(reference([...long], seeds[0]!, PRIME_A));
  });

  test("behavior: equal it for any safe integer, next to multiples of the primes above all", () => {
    const near = fc
      .tuple(
        fc.constantFrom(PRIME_A, PRIME_B),
        fc.integer({ min: -(2 ** 22), max: 2 ** 22 }),
        fc.integer({ min: -2, max: 2 }),
      )
      .map(([prime, times, by]) => prime * times + by)
      .filter(Number.isSafeInteger);
    fc.assert(
      fc.property(fc.oneof(fc.maxSafeInteger(), near), (g) => {
        const [sketch] = sketches(Float64Array.of(g), seeds.slice(0, 1));
        expect(sketch!.a).toBe(reference([g], seeds[0]!, PRIME_A));
        expect(sketch!.b).toBe(reference([g], seeds[0]!, PRIME_B));
      }),
      { seed: 31, numRuns: 500 },
    );
  });

  test("behavior: one changed integer changes the sketch", () => {
    const base = new Float64Array(100).fill(5);
    const changed = base.slice();
    changed[57] = 6;
    expect(sketches(changed, seeds)).not.toEqual(sketches(base, seeds));
  });

  test("behavior: an empty or zero witness sketches to zero", () => {
    expect(sketches(new Float64Array(0), [seeds[0]!])).toEqual([{ a: 0, b: 0 }]);
    expect(sketches(new Float64Array(9), [seeds[0]!])).toEqual([{ a: 0, b: 0 }]);
  });

  test("behavior: fractions, NaN and too many seeds are refused", () => {
    expect(() => sketches(Float64Array.of(0.5), seeds)).toThrow("not a safe integer");
    expect(() => sketches(Float64Array.of(Number.NaN), seeds)).toThrow("not a safe integer");
    expect(() => sketches(new Float64Array(1), new Array(65).fill(seeds[0]))).toThrow("at most 64");
  });
});

test("sketch bytes round trip; unreduced values are refused", () => {
  const sketch = { a: PRIME_A - 1, b: 12 };
  expect(decodeSketch(encodeSketch(sketch))).toEqual(sketch);
  expect(() => decodeSketch(new Uint8Array(8).fill(255))).toThrow("not reduced");
  expect(() => decodeSketch(new Uint8Array(7))).toThrow("7 bytes");
});

test("sketchSeed differs by beacon, claim and validator", () => {
  const of = { beacon: new Uint8Array(32), claim: Uint8Array.of(1), validator: Uint8Array.of(2) };
  const seed = sketchSeed(of);
  expect(seed.length).toBe(32);
  expect(sketchSeed({ ...of, beacon: new Uint8Array(32).fill(1) })).not.toEqual(seed);
  expect(sketchSeed({ ...of, claim: Uint8Array.of(2), validator: Uint8Array.of(1) })).not.toEqual(seed);
});
