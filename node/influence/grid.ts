import { sha256 } from "../../chain/crypto/hash.ts";
import { InfluenceError } from "./errors.ts";
import { GRID_BITS } from "./types.ts";

/** One on the 2^-24 grid. */
export const GRID_ONE = 2 ** GRID_BITS;
const INT32_LIMIT = 2 ** 31;

/** The one rounding rule of the engine: half up, exact for |x| < 2^52. */
export function roundHalfUp(x: number): number {
  return Math.floor(x + 0.5);
}

/** Throws InfluenceError: not-finite, off-grid (a weight of 128 or more: the ridge is far too small). */
export function toGrid(values: Float64Array): Int32Array {
  return Int32Array.from(values, (x, i) => {
    const rounded = roundHalfUp(x * GRID_ONE);
    if (!Number.isFinite(rounded)) throw new InfluenceError("not-finite", `weight ${i} is not finite`);
    if (rounded >= INT32_LIMIT || rounded < -INT32_LIMIT) {
      throw new InfluenceError("off-grid", `weight ${i} is ${x}; weights must stay below 128`);
    }
    return rounded;
  });
}

export function fromGrid(values: Int32Array): Float64Array {
  return Float64Array.from(values, (x) => x / GRID_ONE);
}

/** Little-endian bytes of int32 values, whatever the machine's order. */
export function int32Bytes(values: Int32Array): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < values.length; i++) view.setInt32(4 * i, values[i]!, true);
  return bytes;
}

export function int32FromBytes(bytes: Uint8Array): Int32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Int32Array.from({ length: bytes.length / 4 }, (_, i) => view.getInt32(4 * i, true));
}

/** sha256 over the little-endian int32 weights: the identity of a trained head. */
export function weightsHash(weights: Int32Array): Uint8Array {
  return sha256(int32Bytes(weights));
}
