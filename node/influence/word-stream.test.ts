import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { BLOCK_WORDS, WordStream } from "./word-stream.ts";

function wordOf(seed: Uint8Array, index: number): number {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(index / 8)));
  return createHash("sha256")
    .update(seed)
    .update(counter)
    .digest()
    .readUInt32BE(4 * (index % 8));
}

test("behavior: the words of SHA-256(seed, counter), big-endian, in every block", () => {
  for (const fill of [0, 1, 255]) {
    const seed = Uint8Array.from({ length: 32 }, (_, i) => fill ^ (7 * i));
    const stream = new WordStream(seed);
    for (const first of [0, BLOCK_WORDS, 3 * BLOCK_WORDS]) {
      const words = stream.block(first, 83);
      expect([...words]).toEqual(Array.from({ length: 83 }, (_, i) => wordOf(seed, first + i)));
    }
  }
});

test("behavior: a full block ends right, and two streams do not mix", () => {
  const [a, b] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
  const [streamA, streamB] = [new WordStream(a), new WordStream(b)];
  streamA.block(0, 8);
  streamB.block(0, 8);
  expect(streamA.block(0, BLOCK_WORDS)[BLOCK_WORDS - 1]).toBe(wordOf(a, BLOCK_WORDS - 1));
});

test("behavior: other seeds and places are refused", () => {
  expect(() => new WordStream(new Uint8Array(31))).toThrow("32 bytes");
  const stream = new WordStream(new Uint8Array(32));
  expect(() => stream.block(5, 1)).toThrow("no block");
  expect(() => stream.block(0, BLOCK_WORDS + 1)).toThrow("no block");
});
