import { expect, test } from "vitest";
import { type Matrix, multiply } from "./multiply.ts";

function sample(rows: number, columns: number, seed: number): Matrix {
  let state = seed;
  const data = Float64Array.from({ length: rows * columns }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32 - 0.5) * 10 ** (state % 5);
  });
  return { data, offset: 0, rows, columns, rowStride: columns, columnStride: 1 };
}

/** The definition. */
function sequential(a: Matrix, b: Matrix): Float64Array {
  const out = new Float64Array(a.rows * b.columns);
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < b.columns; j++) {
      let sum = 0;
      for (let k = 0; k < a.columns; k++) {
        const left = a.data[a.offset + i * a.rowStride + k * a.columnStride]!;
        sum += left * b.data[b.offset + k * b.rowStride + j * b.columnStride]!;
      }
      out[i * b.columns + j] = sum;
    }
  }
  return out;
}

test.each([
  [1, 1, 1],
  [3, 5, 7],
  [65, 257, 9],
  [7, 30, 513],
  [66, 515, 18],
])("behavior: %d x %d times x %d has the bits of the sequential sum, whatever the blocking", (m, k, n) => {
  const a = sample(m, k, 1);
  const b = sample(k, n, 2);
  const out = new Float64Array(m * n);
  multiply(a, b, out, 0);
  expect(out).toEqual(sequential(a, b));
});

test("behavior: strides transpose, and the place shifts", () => {
  const source = sample(40, 30, 3);
  const a: Matrix = { ...source, rows: 30, columns: 40, rowStride: 1, columnStride: 30 };
  const out = new Float64Array(5 + 30 * 30);
  multiply(a, source, out, 5);
  expect(out.subarray(5)).toEqual(sequential(a, source));
  expect(out.subarray(0, 5)).toEqual(new Float64Array(5));
});

test("behavior: infinity times zero is NaN, and stays in its row and column", () => {
  const a = sample(30, 30, 4);
  const b = sample(30, 30, 5);
  a.data[31] = Number.POSITIVE_INFINITY;
  b.data[30 + 2] = 0;
  const out = new Float64Array(900);
  multiply(a, b, out, 0);
  expect(out).toEqual(sequential(a, b));
  expect(out[32]).toBeNaN();
});
