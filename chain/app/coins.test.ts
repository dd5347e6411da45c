import { describe, expect, test } from "vitest";
import { formatCoins, isDenom, parseAmount, parseCoins } from "./coins.ts";

describe("amounts", () => {
  test("are canonical decimals up to 2^256 - 1", () => {
    const most = (1n << 256n) - 1n;
    expect([parseAmount("0"), parseAmount("17"), parseAmount(most.toString())]).toEqual([0n, 17n, most]);
    for (const text of ["", "-1", "+1", "01", "1.0", "1e3", " 1", "0x1", (most + 1n).toString(), "9".repeat(100)]) {
      expect(() => parseAmount(text), text).toThrow("not an amount");
    }
  });
});

describe("coins", () => {
  test("are sorted, distinct and positive", () => {
    const coins = [
      { denom: "uatom", amount: "1" },
      { denom: "uopen", amount: "2" },
    ];
    expect(formatCoins(parseCoins(coins))).toBe("1uatom,2uopen");
    expect(() => parseCoins([...coins].reverse())).toThrow("sorted by denomination");
    expect(() => parseCoins([coins[0]!, coins[0]!])).toThrow("without repetition");
    expect(() => parseCoins([{ denom: "uopen", amount: "0" }])).toThrow("not positive");
    expect(parseCoins([{ denom: "uopen", amount: "0" }], { allowZero: true })).toEqual([
      { denom: "uopen", amount: 0n },
    ]);
  });

  test("have the SDK's denominations", () => {
    expect(["uopen", "ibc/27394FB0", "a-b", "A.b"].map(isDenom)).toEqual([true, true, true, true]);
    expect(["", "ab", "1abc", "u open", "x".repeat(129), "uöpen"].map(isDenom)).toEqual(Array(6).fill(false));
  });
});
