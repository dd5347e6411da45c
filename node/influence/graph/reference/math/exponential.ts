import { expNegative, powerOfTwo } from "../../../exact-math.ts";

/** Above this e^x exceeds the largest double; below the other it is under half the smallest one. */
const LARGEST = 709.782712893384;
const SMALLEST = -745.1332191019412;
/** From here down expNegative gives zero: the subnormal results are scaled into place instead. */
const NORMAL_FROM = -708;
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/** 1/24!, 1/23!, ... 1/2!: 1.2^24 / 24! is under 2^-72. */
const TERMS = Array.from({ length: 23 }, (_, i) => {
  let factorial = 1;
  for (let k = 2; k <= 24 - i; k++) factorial *= k;
  return 1 / factorial;
});

/** sum of r^k / k! for k >= 2, Horner from the highest term. */
function beyondLinear(r: number): number {
  let sum = TERMS[0]!;
  for (let i = 1; i < TERMS.length; i++) sum = sum * r + TERMS[i]!;
  return sum * r * r;
}

/** e^x; for -708 < x <= 0 the bits of `expNegative`. Within 2 ulp. */
export function exp(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > LARGEST) return Number.POSITIVE_INFINITY;
  if (x < SMALLEST) return 0;
  if (x <= 0 && x > NORMAL_FROM) return expNegative(x);
  // x = k ln 2 + r with |r| <= ln 2 / 2; two factors keep 2^k in range at both ends.
  const k = Math.floor(x * Math.LOG2E + 0.5);
  const r = x - k * LN2_HIGH - k * LN2_LOW;
  const half = Math.floor(k / 2);
  return (1 + (r + beyondLinear(r))) * powerOfTwo(half) * powerOfTwo(k - half);
}

/** e^x - 1 for |x| <= 1.2, without cancellation near 0. */
function expm1Small(x: number): number {
  return x + beyondLinear(x);
}

/** tanh x. Within 4 ulp. */
export function tanh(x: number): number {
  if (Number.isNaN(x)) return x;
  const magnitude = Math.abs(x);
  if (magnitude < 0.6) {
    const e = expm1Small(2 * x);
    return x === 0 ? x : e / (e + 2);
  }
  // From 22 on 1 - tanh is under 2^-62.
  const result = magnitude > 22 ? 1 : 1 - 2 / (exp(2 * magnitude) + 1);
  return x < 0 ? -result : result;
}

/** 1 / (1 + e^-x), from the side on which nothing cancels. Within 3 ulp. */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + exp(-x));
  const e = exp(x);
  return e / (1 + e);
}
