import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addDims, atomOf, bindDim, divideDims, mentions, multiplyDims, productOfDims, subtractDims } from "./dims.ts";

describe("sizes are polynomials in canonical text", () => {
  test.each([
    [multiplyDims("seq", "batch"), "batch*seq"],
    [multiplyDims(multiplyDims("batch", 4), "seq"), multiplyDims("seq", multiplyDims(4, "batch"))],
    [addDims("seq", -1), "seq-1"],
    [addDims(addDims("seq", -1), 1), "seq"],
    [subtractDims("seq", "seq"), 0],
    [subtractDims(2, "seq"), "2-seq"],
    [multiplyDims(addDims("seq", 1), "batch"), "batch*seq+batch"],
    [productOfDims([]), 1],
    [divideDims("12*batch*seq", "4*seq"), "3*batch"],
    [divideDims("batch*seq", "heads"), undefined],
    [divideDims("5*batch", 2), undefined],
  ])("%s", (found, expected) => {
    expect(found).toEqual(expected);
  });

  test("numbers take the place of names", () => {
    expect(bindDim("3*batch*seq+seq-2", { batch: 2, seq: 5 })).toBe(33);
    expect(bindDim("3*batch*seq", { seq: 5 })).toBe("15*batch");
    expect(bindDim("batch", {})).toBe("batch");
  });

  test("a name is mentioned by itself or as a factor, not as a part of another name", () => {
    expect(["seq", "2*batch*seq", "seq+1", "seq_len", 3].map((d) => mentions(d, "seq"))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  test("names outside the grammar become atoms of it", () => {
    expect(["batch", "floor(seq/2)", "2x", "?a.0"].map(atomOf)).toEqual(["batch", "floor_seq_2_", "_2x", "?a.0"]);
  });
});

test("arithmetic before binding is arithmetic after it", () => {
  const term = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constantFrom("a", "b", "c"));
  const bindings = { a: 3, b: 5, c: 7 };
  const value = (d: number | string) => bindDim(d, bindings) as number;
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom("+", "-", "*"), term), { minLength: 1, maxLength: 6 }), (steps) => {
      const apply = { "+": addDims, "-": subtractDims, "*": multiplyDims };
      const plain = {
        "+": (x: number, y: number) => x + y,
        "-": (x: number, y: number) => x - y,
        "*": (x: number, y: number) => x * y,
      };
      const symbolic = steps.reduce<number | string>((d, [op, t]) => apply[op as "+"](d, t), 1);
      const numeric = steps.reduce((d, [op, t]) => plain[op as "+"](d, value(t)), 1);
      expect(value(symbolic)).toBe(numeric);
    }),
    { numRuns: 300, seed: 5 },
  );
});
