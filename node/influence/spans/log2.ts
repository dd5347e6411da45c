/** Fraction bits of a rarity. */
export const RARITY_BITS = 16;

/**
 * floor(log2(n) * 2^16) for an integer 1 <= n < 2^32, by squaring a 31-bit mantissa in integers: no bit depends on a
 * machine's logarithm. The truncated squares can leave it one unit of 2^-16 below the true floor.
 */
export function log2Fixed(n: number): number {
  const whole = 31 - Math.clz32(n);
  // Mantissa in [2^31, 2^32): one before the point.
  let mantissa = BigInt(n >>> 0) << BigInt(31 - whole);
  let fraction = 0;
  for (let bit = 0; bit < RARITY_BITS; bit++) {
    mantissa = (mantissa * mantissa) >> 31n;
    fraction *= 2;
    if (mantissa >> 32n) {
      mantissa >>= 1n;
      fraction += 1;
    }
  }
  return whole * 2 ** RARITY_BITS + fraction;
}
