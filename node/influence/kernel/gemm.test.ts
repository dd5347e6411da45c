import { expect, test } from "vitest";
import { DEPTH_STEP, gemmOver, TILE } from "./gemm.ts";
import { sharedMemory } from "./wasm.ts";

test("behavior: equals the naive loop bit for bit, continuing from what c holds", () => {
  const memory = sharedMemory(1 << 20);
  const doubles = new Float64Array(memory.buffer);
  const [depth, count] = [24, 3];
  const columns = count * TILE;
  const [a, b, c] = [16, 16 + depth * TILE, 16 + depth * TILE * (1 + count)];
  for (let i = a; i < c + TILE * columns; i++) doubles[i] = Math.sin(i * i) * 10 ** (i % 7);
  const expected = doubles.slice(c, c + TILE * columns);
  for (let row = 0; row < TILE; row++) {
    for (let column = 0; column < columns; column++) {
      const panel = b + Math.floor(column / TILE) * depth * TILE + (column % TILE);
      for (let k = 0; k < depth; k++) {
        expected[row * columns + column]! += doubles[a + k * TILE + row]! * doubles[panel + k * TILE]!;
      }
    }
  }
  gemmOver(memory)(8 * a, 8 * b, 8 * c, 8 * columns, depth / DEPTH_STEP, count, 8 * depth * TILE);
  expect(doubles.slice(c, c + TILE * columns)).toEqual(expected);
});
