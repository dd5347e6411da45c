import { describe, expect, test } from "vitest";
import { orderOf, shuffledTexts } from "./word-order.ts";

const SEED = new Uint8Array(32).fill(3);
const wordsOf = (text: string) => (text.match(/[\p{L}\p{N}]+/gu) ?? []).map((word) => word.toLowerCase()).sort();

describe("shuffled texts", () => {
  const text = "KING LEAR:\nBlow, winds, and crack your cheeks! rage! blow!";

  test("have the same words between the same marks, in other orders, the same for everybody", () => {
    const shuffled = shuffledTexts(text, SEED);
    expect(shuffled).toHaveLength(8);
    expect(shuffledTexts(text, SEED)).toEqual(shuffled);
    expect(shuffledTexts(text, new Uint8Array(32))).not.toEqual(shuffled);
    for (const version of shuffled) {
      expect(wordsOf(version)).toEqual(wordsOf(text));
      expect(version.replace(/\p{L}+/gu, "w")).toBe(text.replace(/\p{L}+/gu, "w"));
    }
    expect(new Set(shuffled).size).toBeGreaterThan(6);
  });

  test("every second one keeps capitals where they are, so that they alone tell nothing", () => {
    const capitals = (version: string) => [...version].map((c) => (c === c.toLowerCase() ? "x" : "X")).join("");
    const shape = (version: string) => (version.match(/\p{L}+/gu) ?? []).map((word) => capitals(word).slice(0, 1));
    const kept = shuffledTexts(text, SEED).filter((_, k) => k % 2 === 1);
    for (const version of kept) expect(shape(version)).toEqual(shape(text));
  });

  test("characters are shuffled where there is but one word; nothing to shuffle stays as it is", () => {
    const [one] = shuffledTexts("吾輩は猫である名前はまだ無い", SEED);
    expect([...one!].sort()).toEqual([..."吾輩は猫である名前はまだ無い"].sort());
    expect(one).not.toBe("吾輩は猫である名前はまだ無い");
    expect(shuffledTexts("", SEED)).toEqual(Array(8).fill(""));
    expect(shuffledTexts("?", SEED)).toEqual(Array(8).fill("?"));
  });
});

test("an order is how much likelier the text is than its shuffles, rounded and bounded", () => {
  expect(orderOf(10, [11, 13])).toBe(819);
  expect(orderOf(10, [10, 10])).toBe(0);
  expect(orderOf(10, [9])).toBe(-410);
  expect(orderOf(1, [100])).toBe(8191);
  expect(orderOf(0, [1])).toBe(0);
  expect(orderOf(10, [])).toBe(0);
});
