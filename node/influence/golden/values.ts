import { sha256 } from "../../../chain/crypto/hash.ts";
import { double, int64 } from "../graph/tensor.ts";
import type { Tensor } from "../graph/types.ts";
import { GRID_ONE, int32Bytes, toGrid } from "../grid.ts";
import { BLOCK_WORDS, WordStream } from "../word-stream.ts";

/** 32-bit words that a name stands for. */
function words(name: string, count: number): Uint32Array {
  const stream = new WordStream(sha256(new TextEncoder().encode(`openledger/golden/1 ${name}`)));
  const out = new Uint32Array(count);
  for (let first = 0; first < count; first += BLOCK_WORDS) {
    out.set(stream.block(first, Math.min(BLOCK_WORDS, count - first)), first);
  }
  return out;
}

/** Multiples of 2^-24 in -bound .. bound. */
export function reals(name: string, dims: readonly number[], bound = 1): Tensor {
  const count = dims.reduce((n, d) => n * d, 1);
  const steps = 2 * bound * GRID_ONE + 1;
  return double(
    Float64Array.from(words(name, count), (word) => (word % steps) / GRID_ONE - bound),
    dims,
  );
}

/** Whole numbers in 0 .. limit - 1. */
export function indices(name: string, dims: readonly number[], limit: number): Tensor {
  const count = dims.reduce((n, d) => n * d, 1);
  return int64(
    Array.from(words(name, count), (word) => word % limit),
    dims,
  );
}

export function int8s(name: string, count: number): Int8Array {
  return Int8Array.from(words(name, count), (word) => (word % 255) - 127);
}

/** Values on the 2^-24 grid as little-endian int32. */
export function gridBytes(values: Float64Array): Uint8Array {
  return int32Bytes(toGrid(values));
}

/** The exact bits of float64 values, little-endian. */
export function bitBytes(values: Float64Array): Uint8Array {
  const bytes = new Uint8Array(8 * values.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < values.length; i++) view.setFloat64(8 * i, values[i]!, true);
  return bytes;
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
