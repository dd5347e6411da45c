import { describe, expect, test } from "vitest";
import { DEPTH_STEP, dotForms, MOST_TOGETHER, rowDotsOver } from "./row-dots.ts";
import { sharedMemory } from "./wasm.ts";

const DEPTH = 47;
const STRIDE = 48;
const ROWS = 10;
const [AT_ROWS, AT_VECTORS, AT_OUT, PLANE] = [1024, 8192, 32_768, 64] as const;

/** Extremes on both sides, and many of them, so that 16-bit sums would overflow. */
const number = (i: number) => (i % 3 === 0 ? -127 : i % 5 === 0 ? 127 : ((i * 89) % 255) - 127);

describe.each(dotForms())("row dots, %s", (form) => {
  test("behavior: equals the naive loop for every number of vectors; two runs of rows meet in one plane a vector", () => {
    const memory = sharedMemory(1 << 17);
    const rows = new Int8Array(memory.buffer, AT_ROWS, ROWS * STRIDE).map((_, i) => number(i));
    new Int8Array(memory.buffer).set(rows, AT_ROWS);
    const kernels = rowDotsOver(memory, form);
    for (let count = 1; count <= MOST_TOGETHER; count++) {
      const vectors = Array.from({ length: count }, (_, b) =>
        Int8Array.from({ length: DEPTH }, (_, k) => number(k * 7 + b)),
      );
      kernels.place(vectors, AT_VECTORS, STRIDE);
      const half = ROWS / 2;
      const out = new Int32Array(memory.buffer, AT_OUT, (count * PLANE) / 4).fill(-1);
      kernels.dots[count]!(
        ...([AT_ROWS, half * STRIDE, AT_VECTORS, AT_OUT, 4 * half] as const),
        ...([STRIDE / DEPTH_STEP, half, STRIDE, PLANE] as const),
      );
      for (const [b, vector] of vectors.entries()) {
        const expected = Array.from({ length: ROWS }, (_, row) =>
          vector.reduce((sum, x, k) => sum + x * rows[row * STRIDE + k]!, 0),
        );
        expect([...out.subarray((b * PLANE) / 4, (b * PLANE) / 4 + ROWS)]).toEqual(expected);
      }
    }
  });
});

test("the form that every machine has comes first", () => {
  expect(dotForms()[0]).toBe("wide");
});
