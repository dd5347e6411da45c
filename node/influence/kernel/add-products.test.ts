import { expect, test } from "vitest";
import { AT_ONCE, addProductsOver } from "./add-products.ts";
import { sharedMemory } from "./wasm.ts";

test("behavior: adds factor x small x dot x scale to what is there, exactly, for numbers of every sign and size", () => {
  const memory = sharedMemory(65_536);
  const count = 3 * AT_ONCE;
  const small = new Int8Array(memory.buffer, 1001, count).map((_, i) => [-127, 127, 0, 3, -1][i % 5]!);
  new Int8Array(memory.buffer).set(small, 1001);
  const dots = new Int32Array(memory.buffer, 2048, count);
  const scale = new Float64Array(memory.buffer, 4096, count);
  const out = new Float64Array(memory.buffer, 8192, count);
  for (let i = 0; i < count; i++) {
    dots[i] = (i % 2 === 0 ? 1 : -1) * (8_258_048 - i);
    scale[i] = 2 ** (i % 15);
    out[i] = -(2 ** 50) + i;
  }
  const expected = [...out].map((sum, i) => sum + -127 * small[i]! * dots[i]! * scale[i]!);
  addProductsOver(memory)(2048, 1001, 4096, 8192, -127, count / AT_ONCE);
  expect([...out]).toEqual(expected);
});
