import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareBytes, equalBytes, fromBase64, fromHex, toBase64, toHex } from "./bytes.ts";
import { concatBytes } from "./hash.ts";

fc.configureGlobal({ seed: 7 });

const bytes = fc.uint8Array({ maxLength: 40 });

describe("bytes", () => {
  test("hex and base64 are inverses", () => {
    fc.assert(
      fc.property(bytes, (value) => {
        expect(fromHex(toHex(value))).toEqual(value);
        expect(fromHex(toHex(value).toUpperCase())).toEqual(value);
        expect(fromBase64(toBase64(value))).toEqual(value);
      }),
    );
  });

  test("text that is not hex or base64 is refused", () => {
    for (const text of ["0", "0g", "0x00", " 00"]) expect(() => fromHex(text)).toThrow(/not hex text/);
    for (const text of ["A", "AA", "****", "AA=A"]) expect(() => fromBase64(text)).toThrow(/not base64 text/);
  });

  test("compareBytes is a total order in which prefixes come first", () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(compareBytes(a, b)).toBe(Math.sign(Buffer.compare(a, b)));
        expect(equalBytes(a, b)).toBe(compareBytes(a, b) === 0);
        expect(compareBytes(a, concatBytes(a, Uint8Array.of(0)))).toBe(-1);
      }),
    );
  });
});
