import { powerOfTwo } from "./exact-math.ts";
import { roundHalfUp } from "./grid.ts";

/** Largest mantissa: symmetric, so that products of two fit 14 bits and a sign. */
export const MANTISSA_LIMIT = 127;
/** Exponent of an all-zero vector, and the smallest we use: everything below it rounds to zero. */
export const SMALLEST_EXPONENT = -60;

const bits = new DataView(new ArrayBuffer(8));

/** floor(log2 |x|) of a normal number, read from its exponent field. */
export function binaryExponent(x: number): number {
  bits.setFloat64(0, x);
  return ((bits.getUint32(0) >>> 20) & 0x7ff) - 1023;
}

function largestMagnitude(values: Float64Array): number {
  let largest = 0;
  for (const x of values) if (Math.abs(x) > largest) largest = Math.abs(x);
  return largest;
}

/** The exponent that makes the largest value's mantissa 64 .. 127. */
export function int8Exponent(values: Float64Array): number {
  const largest = largestMagnitude(values);
  return largest === 0 ? SMALLEST_EXPONENT : Math.max(SMALLEST_EXPONENT, binaryExponent(largest) - 6);
}

/** The exponent that keeps every |value| / 2^exponent below 2^30. */
export function int32Exponent(values: Float64Array): number {
  const largest = largestMagnitude(values);
  return largest === 0 ? SMALLEST_EXPONENT : Math.max(SMALLEST_EXPONENT, binaryExponent(largest) - 29);
}

/** Mantissas of values / 2^exponent: rounded half up, clamped to +-127. Scaling by a power of two is exact. */
export function int8Mantissas(values: Float64Array, exponent: number): Int8Array {
  const scale = powerOfTwo(-exponent);
  return Int8Array.from(values, (x) => {
    const rounded = roundHalfUp(x * scale);
    return Math.max(-MANTISSA_LIMIT, Math.min(MANTISSA_LIMIT, rounded));
  });
}
