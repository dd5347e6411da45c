import { describe, expect, test } from "vitest";
import { sha256 } from "./hash.ts";
import { taggedHash, u32be, u64be, utf8Bytes } from "./tagged.ts";

describe("taggedHash", () => {
  test("hashes length-delimited tag and parts", () => {
    const preimage = Uint8Array.from([0, 0, 0, 1, 0x74, 0, 0, 0, 2, 1, 2, 0, 0, 0, 0]);
    expect(taggedHash("t", Uint8Array.from([1, 2]), new Uint8Array(0))).toEqual(sha256(preimage));
  });

  test("keeps apart parts that concatenate alike", () => {
    const [a, ab, b, empty] = ["a", "ab", "b", ""].map(utf8Bytes) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
    const hashes = [taggedHash("t", ab, empty), taggedHash("t", a, b), taggedHash("t", empty, ab), taggedHash("ta", b)];
    expect(new Set(hashes.map((hash) => hash.join())).size).toBe(4);
  });
});

test("integers are big-endian and refused out of range", () => {
  expect([...u32be(258)]).toEqual([0, 0, 1, 2]);
  expect([...u64be(2n ** 40n + 1n)]).toEqual([0, 0, 1, 0, 0, 0, 0, 1]);
  for (const bad of [
    () => u32be(-1),
    () => u32be(2 ** 32),
    () => u32be(0.5),
    () => u64be(-1n),
    () => u64be(2n ** 64n),
  ]) {
    expect(bad).toThrow(RangeError);
  }
});
