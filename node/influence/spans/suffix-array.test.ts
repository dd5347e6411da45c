import fc from "fast-check";
import { expect, test } from "vitest";
import { suffixArray } from "./suffix-array.ts";

function naive(text: Int32Array): number[] {
  const words = Array.from(text);
  return words
    .map((_, i) => i)
    .sort((a, b) => {
      for (let k = 0; a + k < words.length && b + k < words.length; k++) {
        if (words[a + k] !== words[b + k]) return words[a + k]! - words[b + k]!;
      }
      return b - a;
    });
}

const symbolsOf = (text: Int32Array) => text.reduce((most, s) => Math.max(most, s + 1), 1);

test("suffixes of random texts over few and many symbols are in the order of comparison", () => {
  const texts = fc
    .integer({ min: 1, max: 40 })
    .chain((symbols) => fc.array(fc.integer({ min: 0, max: symbols - 1 }), { maxLength: 300 }));
  fc.assert(
    fc.property(texts, (symbols) => {
      const text = Int32Array.from(symbols);
      expect(Array.from(suffixArray(text, symbolsOf(text)))).toEqual(naive(text));
    }),
    { numRuns: 300 },
  );
});

test.each([
  ["one symbol", Array.from({ length: 100 }, () => 0)],
  ["two in turn", Array.from({ length: 101 }, (_, i) => i % 2)],
  ["falling", Array.from({ length: 60 }, (_, i) => 59 - i)],
  ["rising", Array.from({ length: 60 }, (_, i) => i)],
  ["a Fibonacci word", Array.from("0100101001001010010100100101001001010010100100101001", Number)],
])("%s", (_, symbols) => {
  const text = Int32Array.from(symbols);
  expect(Array.from(suffixArray(text, symbolsOf(text)))).toEqual(naive(text));
});

test("an empty text has no suffix", () => {
  expect(suffixArray(new Int32Array(0), 1)).toHaveLength(0);
});
