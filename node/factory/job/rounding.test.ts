import { describe, expect, test } from "vitest";
import { addRounded, choicesOf } from "./rounding.ts";

const SCALE = 2 ** 24;
const PLACE = { step: 3, micro: 1 };
/** Half way between 7 and 8 grid units: the boundary, and beside it. */
const BOUNDARY = 7.5 / SCALE;
const BESIDE = BOUNDARY - 2 ** -46;
const entry = (value: number, element = 0) => ({ step: 3n, micro: 1, element: BigInt(element), value: BigInt(value) });
const rounded = (gradient: number[], choices?: ReturnType<typeof choicesOf>) => {
  const sum = new Float64Array(gradient.length);
  const log = addRounded(sum, Float64Array.from(gradient), SCALE, PLACE, choices);
  return { sum: [...sum], log };
};

describe("rounding a gradient to its grid", () => {
  test("default: half up; what is far from every boundary is not logged", () => {
    expect(rounded([7.4 / SCALE, 7.6 / SCALE, -7.4 / SCALE, 0])).toEqual({ sum: [7, 8, -7, 0], log: [] });
  });

  test("behavior: choices near a boundary are logged", () => {
    expect(rounded([BOUNDARY, BESIDE, 1 / SCALE])).toEqual({ sum: [8, 7, 1], log: [entry(8, 0), entry(7, 1)] });
  });

  test("behavior: a poster's choice beside its boundary is taken, whichever side it is on", () => {
    expect(rounded([BESIDE], choicesOf([entry(8)])).sum).toEqual([8]);
    expect(rounded([BOUNDARY], choicesOf([entry(7)])).sum).toEqual([7]);
  });

  test("behavior: a choice of another place is not", () => {
    expect(rounded([BESIDE], choicesOf([{ ...entry(8), step: 4n }])).sum).toEqual([7]);
  });

  test("behavior: a choice far from a boundary, of another integer, or of no element is refused", () => {
    const refusal = (gradient: number, choice: ReturnType<typeof entry>) => () =>
      rounded([gradient], choicesOf([choice]));
    expect(refusal(7.4 / SCALE, entry(8))).toThrow("step 3 micro batch 1 element 0 is not near a boundary");
    expect(refusal(BESIDE, entry(9))).toThrow("is 9, which is not beside its boundary");
    expect(refusal(BESIDE, entry(8, 5))).toThrow("is beyond the 1 weights");
  });

  test("behavior: a log out of order, or with an entry twice, is refused", () => {
    expect(() => choicesOf([entry(8, 1), entry(8, 0)])).toThrow("out of order");
    expect(() => choicesOf([entry(8), entry(7)])).toThrow("out of order");
  });

  test("behavior: a gradient that is no number is refused", () => {
    expect(() => rounded([Number.NaN])).toThrow("lower the rate");
    expect(() => rounded([Number.POSITIVE_INFINITY])).toThrow("lower the rate");
  });
});
