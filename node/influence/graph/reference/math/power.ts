import { exp } from "./exponential.ts";
import { log } from "./logarithm.ts";

/** Whole exponents up to here are products: squares and cubes are then as exact as their multiplications. */
const LARGEST_PRODUCT = 64;

function isOdd(y: number): boolean {
  return Math.abs(y) < 2 ** 53 && Math.abs(y % 2) === 1;
}

/** base^n for n >= 1 by binary powers, low bits first. */
function product(base: number, n: number): number {
  let result = 1;
  let factor = base;
  for (let rest = n; ; factor *= factor) {
    if (rest % 2 === 1) result *= factor;
    rest = Math.floor(rest / 2);
    if (rest === 0) return result;
  }
}

/** The cases of IEEE 754 pow (9.2.1) in which an operand is zero or infinite. */
function special(x: number, y: number): number {
  const magnitude = Math.abs(x);
  if (Math.abs(y) === Number.POSITIVE_INFINITY) {
    if (magnitude === 1) return 1;
    return magnitude > 1 === y > 0 ? Number.POSITIVE_INFINITY : 0;
  }
  const large = (magnitude === 0) !== y > 0;
  const negative = isOdd(y) && (x < 0 || Object.is(x, -0));
  const result = large ? Number.POSITIVE_INFINITY : 0;
  return negative ? -result : result;
}

/**
 * x^y as in C: x^0 = 1^y = 1 even for NaN. Whole y up to 64 by multiplication, 1/2 by the square root, else
 * e^(y log x), within 2 + 2 |y log x| ulp.
 */
export function pow(x: number, y: number): number {
  if (y === 0 || x === 1) return 1;
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.NaN;
  const magnitude = Math.abs(x);
  if (magnitude === 0 || magnitude === Number.POSITIVE_INFINITY || Math.abs(y) === Number.POSITIVE_INFINITY) {
    return special(x, y);
  }
  const whole = Number.isInteger(y);
  if (whole && Math.abs(y) <= LARGEST_PRODUCT) return y > 0 ? product(x, y) : 1 / product(x, -y);
  if (x < 0 && !whole) return Number.NaN;
  if (y === 0.5) return Math.sqrt(x);
  const result = exp(y * log(magnitude));
  return x < 0 && isOdd(y) ? -result : result;
}
