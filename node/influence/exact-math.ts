/**
 * exp and log in IEEE + - x / alone, in a fixed order: the same bits on every machine, unlike Math.exp and Math.log,
 * whose last bit is the engine's choice. About 1 ulp from the true value on the ranges used here.
 */

const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/** Below this e^x is under 2^-1022 or so: a probability of zero on every grid we use. */
const SMALLEST_EXPONENT = -708;

/** 1/13!, 1/12!, ... 1/2!: |r| <= ln2 / 2 leaves a remainder under 2^-57. */
const EXP_TERMS = Array.from({ length: 12 }, (_, i) => {
  let factorial = 1;
  for (let k = 2; k <= 13 - i; k++) factorial *= k;
  return 1 / factorial;
});

const bits = new DataView(new ArrayBuffer(8));

/** 2^k for -1022 <= k <= 1023. */
export function powerOfTwo(k: number): number {
  bits.setUint32(0, (k + 1023) << 20);
  bits.setUint32(4, 0);
  return bits.getFloat64(0);
}

/** 2^-1022 .. 2^1, looked up: exp is called for every logit of every row. */
const NEGATIVE_POWERS = Float64Array.from({ length: 1023 }, (_, i) => powerOfTwo(-i));

/** e^x for x <= 0; 0 below -708. Callers subtract the maximum first. */
export function expNegative(x: number): number {
  if (!(x > SMALLEST_EXPONENT)) return 0;
  const k = Math.floor(x * Math.LOG2E + 0.5);
  const r = x - k * LN2_HIGH - k * LN2_LOW;
  let sum = EXP_TERMS[0]!;
  for (let i = 1; i < 12; i++) sum = sum * r + EXP_TERMS[i]!;
  return ((sum * r + 1) * r + 1) * NEGATIVE_POWERS[-k]!;
}

/** Natural logarithm of a positive normal number: exponent and mantissa, then 2 artanh((m - 1) / (m + 1)). */
export function naturalLog(x: number): number {
  bits.setFloat64(0, x);
  const high = bits.getUint32(0);
  let exponent = (high >>> 20) - 1023;
  bits.setUint32(0, (high & 0xfffff) | 0x3ff00000);
  let mantissa = bits.getFloat64(0);
  if (mantissa > Math.SQRT2) {
    mantissa /= 2;
    exponent += 1;
  }
  const s = (mantissa - 1) / (mantissa + 1);
  const z = s * s;
  let sum = 1 / 25;
  for (let k = 23; k >= 1; k -= 2) sum = sum * z + 1 / k;
  return exponent * LN2_HIGH + (2 * s * sum + exponent * LN2_LOW);
}

/** In place: logits to probabilities. Fixed order; a tie of maxima is no special case. */
export function softmaxInPlace(values: Float64Array): void {
  let maximum = values[0]!;
  for (let c = 1; c < values.length; c++) if (values[c]! > maximum) maximum = values[c]!;
  let sum = 0;
  for (let c = 0; c < values.length; c++) sum += values[c] = expNegative(values[c]! - maximum);
  for (let c = 0; c < values.length; c++) values[c]! /= sum;
}
