import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeBech32, fromBech32, toBech32 } from "./bech32.ts";
import { fromHex } from "./bytes.ts";

fc.configureGlobal({ seed: 7 });

describe("bech32 addresses", () => {
  test("default", () => {
    const address = fromHex("751e76e8199196d454941c45d1b3a323f1433bd6");
    const text = toBech32("open", address);
    expect(text).toMatchInlineSnapshot(`"open1w508d6qejxtdg4y5r3zarvary0c5xw7kdk9zn0"`);
    expect(fromBech32(text, "open")).toEqual(address);
    expect(decodeBech32(text)).toEqual({ prefix: "open", bytes: address });
  });

  test("any address of up to 32 bytes survives", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 32 }), (bytes) => {
        expect(fromBech32(toBech32("openvaloper", bytes), "openvaloper")).toEqual(bytes);
      }),
    );
  });

  test("behavior: one changed character, another prefix, mixed case and endless text are refused", () => {
    const text = toBech32("open", new Uint8Array(20));
    expect(() => fromBech32(text.slice(0, -1) + (text.endsWith("q") ? "p" : "q"))).toThrow(/not a bech32 address/);
    expect(() => fromBech32(text, "cosmos")).toThrowErrorMatchingInlineSnapshot(
      `[CryptoError: address open1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqygj8m2 starts with open, expected cosmos]`,
    );
    expect(() => fromBech32(`O${text.slice(1)}`)).toThrow(/not a bech32 address/);
    expect(() => fromBech32("open1".padEnd(5000, "q"))).toThrow(/not a bech32 address/);
    expect(() => fromBech32("")).toThrow(/not a bech32 address/);
  });
});
