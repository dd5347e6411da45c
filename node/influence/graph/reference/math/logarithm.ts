import { naturalLog, powerOfTwo } from "../../../exact-math.ts";
import { exp } from "./exponential.ts";

const SMALLEST_NORMAL = powerOfTwo(-1022);

/** Natural logarithm; -Infinity at 0, NaN below. The bits of `naturalLog` on positive normal numbers. Within 2 ulp. */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN;
  if (x === Number.POSITIVE_INFINITY) return x;
  if (x < SMALLEST_NORMAL) return naturalLog(x * powerOfTwo(54)) - 54 * Math.LN2;
  return naturalLog(x);
}

/** log(1 + x) for x >= 0: the rounding of 1 + x is divided out again. Within 4 ulp. */
export function log1p(x: number): number {
  const w = 1 + x;
  if (w === 1 || w === Number.POSITIVE_INFINITY) return x;
  return log(w) * (x / (w - 1));
}

/** log(1 + e^x) without overflow. */
export function softplus(x: number): number {
  if (Number.isNaN(x)) return x;
  return Math.max(x, 0) + log1p(exp(-Math.abs(x)));
}
