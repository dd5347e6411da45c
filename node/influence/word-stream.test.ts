import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { WordStream } from "./word-stream.ts";

test("behavior: the words of SHA-256(seed, counter), big-endian", () => {
  const seed = Uint8Array.from({ length: 32 }, (_, i) => 255 - i);
  const words = new WordStream(seed).take(83);
  for (let i = 0; i < words.length; i++) {
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(Math.floor(i / 8)));
    const digest = createHash("sha256").update(seed).update(counter).digest();
    expect(words[i]).toBe(digest.readUInt32BE(4 * (i % 8)));
  }
});

test("behavior: a seed of another length is refused", () => {
  expect(() => new WordStream(new Uint8Array(31))).toThrow("32 bytes");
});
