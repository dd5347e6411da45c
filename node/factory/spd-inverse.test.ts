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

test("behavior: every entry is the plain sequential sum, for sizes that four does not divide", () => {
  for (const size of [1, 4, 7, 21]) {
    const matrix = new Float64Array(size * size);
    for (let a = 0; a < size; a++) {
      for (let b = 0; b < size; b++) matrix[a * size + b] = 1 / (1 + Math.abs(a - b) * 1.7) + (a === b ? 0.3 : 0);
    }
    const packed = new Float64Array((size * (size + 1)) / 2);
    invertSpd(matrix, size, packed);
    expect(packed).toEqual(plainInverse(matrix, size));
  }
});

function plainInverse(matrix: Float64Array, size: number): Float64Array {
  const lower: number[][] = [];
  for (let i = 0; i < size; i++) {
    lower.push([]);
    for (let j = 0; j <= i; j++) {
      let sum = matrix[j * size + i]!;
      for (let k = 0; k < j; k++) sum -= lower[i]![k]! * lower[j]![k]!;
      lower[i]!.push(i === j ? Math.sqrt(sum) : sum / lower[j]![j]!);
    }
  }
  const columns = Array.from({ length: size }, (_, j) => {
    const column = new Array<number>(size).fill(0);
    column[j] = 1 / lower[j]![j]!;
    for (let i = j + 1; i < size; i++) {
      let sum = 0;
      for (let k = j; k < i; k++) sum -= lower[i]![k]! * column[k]!;
      column[i] = sum / lower[i]![i]!;
    }
    return column;
  });
  const entries: number[] = [];
  for (let a = 0; a < size; a++) {
    for (let b = a; b < size; b++) {
      let sum = 0;
      for (let k = b; k < size; k++) sum += columns[a]![k]! * columns[b]![k]!;
      entries.push(sum);
    }
  }
  return Float64Array.from(entries);
}
