/**
 * What integer arithmetic refuses.
 *
 * - `divide_by_zero`
 * - `negative`: an operand that must not be negative is
 * - `out_of_range`: a result does not fit the type asked for
 */
export type MathErrorCode = "divide_by_zero" | "negative" | "out_of_range";

export class MathError extends Error {
  readonly code: MathErrorCode;
  constructor(code: MathErrorCode, message: string) {
    super(message);
    this.name = "MathError";
    this.code = code;
  }
}

function requireDivisor(divisor: bigint): void {
  if (divisor === 0n) throw new MathError("divide_by_zero", "division by zero");
}

/** Quotient rounded towards minus infinity. BigInt `/` truncates towards zero. */
export function divFloor(a: bigint, b: bigint): bigint {
  requireDivisor(b);
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
}

/** Quotient rounded towards plus infinity. */
export function divCeil(a: bigint, b: bigint): bigint {
  return -divFloor(-a, b);
}

/** Quotient rounded to the nearest integer, a half away from zero. */
export function divRound(a: bigint, b: bigint): bigint {
  requireDivisor(b);
  const magnitude = (2n * absolute(a) + absolute(b)) / (2n * absolute(b));
  return a < 0n === b < 0n ? magnitude : -magnitude;
}

/** floor(a * b / c), exact: the product is not limited to any width. */
export function mulDivFloor(a: bigint, b: bigint, c: bigint): bigint {
  return divFloor(a * b, c);
}

/** ceil(a * b / c), exact. */
export function mulDivCeil(a: bigint, b: bigint, c: bigint): bigint {
  return divCeil(a * b, c);
}

export function absolute(a: bigint): bigint {
  return a < 0n ? -a : a;
}

export function minimum(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

export function maximum(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

/** `value` limited to low..high. */
export function clamp(value: bigint, low: bigint, high: bigint): bigint {
  return minimum(maximum(value, low), high);
}

export function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n);
}

/** Floor of the square root, by Newton's method on integers. Throws `negative`. */
export function isqrt(value: bigint): bigint {
  if (value < 0n) throw new MathError("negative", `square root of ${value}`);
  if (value < 2n) return value;
  let guess = 1n << BigInt((value.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (guess + value / guess) >> 1n;
    if (next >= guess) return guess;
    guess = next;
  }
}

/** `value` as a safe integer. Throws `out_of_range` beyond +-(2^53 - 1). */
export function toSafeNumber(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new MathError("out_of_range", `${value} is beyond 2^53 - 1`);
  return number;
}
