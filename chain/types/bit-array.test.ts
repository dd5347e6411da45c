import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CodecError } from "../codec/errors.ts";
import { BitArray, MAX_BITS } from "./bit-array.ts";

fc.configureGlobal({ seed: 7 });

const codeOf = (run: () => unknown): string => {
  try {
    run();
    return "none";
  } catch (error) {
    return error instanceof CodecError ? error.code : "another error";
  }
};

describe("bit array", () => {
  test("bytes and indices are inverses", () => {
    const sets = fc
      .nat({ max: 70 })
      .chain((length) => fc.tuple(fc.constant(length), fc.uniqueArray(fc.nat({ max: Math.max(0, length - 1) }))));
    fc.assert(
      fc.property(sets, ([length, raw]) => {
        const indices = length === 0 ? [] : raw;
        const bits = BitArray.of(length, indices);
        expect(bits.indices()).toEqual([...indices].sort((a, b) => a - b));
        expect(bits.count).toBe(indices.length);
        expect(BitArray.fromBytes(length, bits.toBytes()).equals(bits)).toBe(true);
      }),
    );
  });

  test("length and bytes that disagree are refused", () => {
    expect(codeOf(() => BitArray.fromBytes(9, new Uint8Array(1)))).toBe("bad_length");
    expect(codeOf(() => BitArray.fromBytes(8, new Uint8Array(2)))).toBe("bad_length");
    expect(codeOf(() => BitArray.fromBytes(9, Uint8Array.of(0xff, 0x02)))).toBe("not_canonical");
    expect(codeOf(() => BitArray.fromBytes(2 ** 53, new Uint8Array(1)))).toBe("out_of_range");
    expect(codeOf(() => BitArray.fromBytes(-1, new Uint8Array(0)))).toBe("out_of_range");
    expect(codeOf(() => BitArray.fromBytes(Number.NaN, new Uint8Array(0)))).toBe("out_of_range");
    expect(codeOf(() => BitArray.empty(MAX_BITS + 1))).toBe("out_of_range");
    expect(BitArray.fromBytes(9, Uint8Array.of(0xff, 0x01)).isFull).toBe(true);
  });

  test("setting a bit leaves the original alone; indices outside are never set", () => {
    const none = BitArray.empty(3);
    const one = none.with(1);
    expect([none.toString(), one.toString()]).toEqual(["___", "_x_"]);
    expect(one.with(1)).toBe(one);
    expect([one.has(-1), one.has(3), one.has(0.5)]).toEqual([false, false, false]);
    expect(codeOf(() => one.with(3))).toBe("out_of_range");
    expect(codeOf(() => BitArray.of(3, [-1]))).toBe("out_of_range");
  });

  test("missingFrom lists what another array lacks, whatever its length", () => {
    const all = BitArray.of(5, [0, 2, 4]);
    expect(all.missingFrom(BitArray.of(3, [0, 1]))).toEqual([2, 4]);
    expect(all.missingFrom(all)).toEqual([]);
  });

  test("bytes handed out or in are copies", () => {
    const source = Uint8Array.of(1);
    const bits = BitArray.fromBytes(8, source);
    source[0] = 0xff;
    bits.toBytes()[0] = 0xff;
    expect(bits.count).toBe(1);
  });
});
