import fc from "fast-check";
import { expect, test } from "vitest";
import { taggedHash, u32be } from "../../chain/crypto/tagged.ts";
import { challengedChunks } from "./challenge.ts";

const seedOf = (index: number) => taggedHash("seed", u32be(index));

test("all chunks of a small blob; of a larger one sixteen distinct ones that exist, ascending", () => {
  expect(challengedChunks(seedOf(1), seedOf(2), 1)).toEqual([0]);
  expect(challengedChunks(seedOf(1), seedOf(2), 16)).toHaveLength(16);
  fc.assert(
    fc.property(fc.integer({ min: 17, max: 100_000 }), fc.nat(), (chunks, seed) => {
      const drawn = challengedChunks(seedOf(seed), seedOf(2), chunks);
      expect(drawn).toHaveLength(16);
      expect(drawn).toEqual([...new Set(drawn)].sort((a, b) => a - b));
      expect(drawn.every((chunk) => chunk >= 0 && chunk < chunks)).toBe(true);
    }),
    { seed: 1 },
  );
});

test("seed and claim decide, and every chunk has its turn", () => {
  const seen = new Set<number>();
  for (let seed = 0; seed < 200; seed++)
    for (const chunk of challengedChunks(seedOf(seed), seedOf(2), 64)) seen.add(chunk);
  expect(seen.size).toBe(64);
  expect(challengedChunks(seedOf(1), seedOf(3), 64)).not.toEqual(challengedChunks(seedOf(1), seedOf(2), 64));
  expect(() => challengedChunks(seedOf(1), seedOf(2), 0)).toThrow("0 chunks");
});
