import { expect, test } from "vitest";
import { dot8Over, MOST_VECTORS, ROW_STEP } from "./dot8.ts";
import { sharedMemory } from "./wasm.ts";

test("behavior: equals the naive loop for 1 to 8 vectors, extremes included", () => {
  const memory = sharedMemory(1 << 20);
  const [depth, count] = [48, 5];
  const rows = new Int8Array(memory.buffer, 1024, count * depth);
  for (let i = 0; i < rows.length; i++) rows[i] = i % 11 === 0 ? -127 : i % 13 === 0 ? 127 : (i * 89) % 120;
  const vectors = new Int16Array(memory.buffer, 8192, MOST_VECTORS * depth);
  for (let i = 0; i < vectors.length; i++) vectors[i] = ((i * 53) % 255) - 127;
  const kernels = dot8Over(memory);
  for (let blocks = 1; blocks <= MOST_VECTORS; blocks++) {
    kernels[blocks]!(1024, 8192, 32_768, depth / ROW_STEP, count, 2 * depth);
    const out = new Int32Array(memory.buffer, 32_768, count * blocks);
    for (let row = 0; row < count; row++) {
      for (let b = 0; b < blocks; b++) {
        let sum = 0;
        for (let k = 0; k < depth; k++) sum += rows[row * depth + k]! * vectors[b * depth + k]!;
        expect(out[row * blocks + b]).toBe(sum);
      }
    }
  }
});
