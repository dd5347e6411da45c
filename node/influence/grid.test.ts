import { describe, expect, test } from "vitest";
import { fromGrid, GRID_ONE, int32Bytes, int32FromBytes, roundHalfUp, toGrid, weightsHash } from "./grid.ts";

describe("toGrid", () => {
  test("rounds half up on both sides of zero", () => {
    const values = Float64Array.of(1.5 / GRID_ONE, -1.5 / GRID_ONE, 0.49 / GRID_ONE);
    expect([...toGrid(values)]).toEqual([2, -1, 0]);
    expect(roundHalfUp(-0.5)).toBe(0);
  });

  test("behavior: NaN and values of 128 or more are refused", () => {
    expect(() => toGrid(Float64Array.of(Number.NaN))).toThrowErrorMatchingInlineSnapshot(
      `[InfluenceError: weight 0 is not finite]`,
    );
    expect(() => toGrid(Float64Array.of(128))).toThrowErrorMatchingInlineSnapshot(
      `[InfluenceError: weight 0 is 128; weights must stay below 128]`,
    );
  });

  test("fromGrid inverts it exactly", () => {
    const grid = Int32Array.of(0, 1, -1, 2 ** 31 - 1, -(2 ** 31));
    expect(toGrid(fromGrid(grid))).toEqual(grid);
  });
});

test("int32 bytes are little-endian and hash the weights", () => {
  const values = Int32Array.of(1, -2);
  expect([...int32Bytes(values)]).toEqual([1, 0, 0, 0, 254, 255, 255, 255]);
  expect(int32FromBytes(int32Bytes(values))).toEqual(values);
  expect(weightsHash(values)).not.toEqual(weightsHash(Int32Array.of(-2, 1)));
});
