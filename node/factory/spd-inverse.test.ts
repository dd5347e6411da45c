import { expect, test } from "vitest";
import { invertSpd } from "./spd-inverse.ts";

test("inverts a positive definite matrix", () => {
  const size = 12;
  const matrix = new Float64Array(size * size);
  for (let a = 0; a < size; a++)
    for (let b = 0; b < size; b++) matrix[a * size + b] = 1 / (1 + a + b) + (a === b ? 0.1 : 0);
  const packed = new Float64Array((size * (size + 1)) / 2);
  invertSpd(matrix, size, packed);
  const entry = (a: number, b: number): number =>
    a <= b ? packed[a * size - (a * (a - 1)) / 2 + (b - a)]! : entry(b, a);
  for (let a = 0; a < size; a++) {
    for (let b = 0; b < size; b++) {
      let sum = 0;
      for (let k = 0; k < size; k++) sum += matrix[a * size + k]! * entry(k, b);
      expect(sum).toBeCloseTo(a === b ? 1 : 0, 10);
    }
  }
});

test("behavior: a matrix that is not positive definite is refused", () => {
  expect(() => invertSpd(Float64Array.of(1, 2, 2, 1), 2, new Float64Array(3))).toThrowErrorMatchingInlineSnapshot(
    `[InfluenceError: curvature block is not positive definite at 1]`,
  );
});
