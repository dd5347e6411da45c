import { expect, test } from "vitest";
import { axpy32Over, ROWS_AT_ONCE } from "./axpy32.ts";
import { sharedMemory } from "./wasm.ts";

test("behavior: every element is the sequential sum over rows, bit for bit", () => {
  const memory = sharedMemory(1 << 20);
  const dims = 20;
  const matrix = new Int32Array(memory.buffer, 4096, dims * dims);
  for (let i = 0; i < matrix.length; i++) matrix[i] = Math.imul(i + 1, 0x9e3779b1);
  const x = new Float64Array(memory.buffer, 16_384, dims);
  for (let k = 0; k < dims; k++) x[k] = Math.sin(k) * 1e-3;
  const y = new Float64Array(memory.buffer, 20_480, dims).fill(0.1);
  const expected = y.slice();
  for (let j = 0; j < dims; j++) for (let i = 0; i < dims; i++) expected[i]! += x[j]! * matrix[j * dims + i]!;
  axpy32Over(memory)(4096, 16_384, 20_480, dims / ROWS_AT_ONCE, dims / 2, 4 * dims);
  expect(y.slice()).toEqual(expected);
});
