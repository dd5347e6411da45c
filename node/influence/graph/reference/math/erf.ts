import { exp } from "./exponential.ts";

const TWO_OVER_ROOT_PI = 1.1283791670955126;
/** Beyond this 1 - erf is under 2^-54. */
const SATURATED = 6;
/** Terms of the Maclaurin series: 1 / (20! 41) is under 2^-66. */
const SERIES = Array.from({ length: 21 }, (_, i) => {
  const n = 20 - i;
  let factorial = 1;
  for (let k = 2; k <= n; k++) factorial *= k;
  return (n % 2 === 0 ? 1 : -1) / (factorial * (2 * n + 1));
});

/** Step of the trapezoid rule for erfc; its error is e^-(pi / STEP)^2 = 7e-18. */
const STEP = 0.5;
/** (n STEP)^2 and e^-(n STEP)^2 until the latter is under 2^-60. */
const NODES = Array.from({ length: 13 }, (_, i) => (i + 1) * STEP * ((i + 1) * STEP));
const WEIGHTS = NODES.map((node) => exp(-node));

/**
 * erfc x for x >= 1: the trapezoid rule on (2x / pi) integral of e^(-x^2 - t^2) / (x^2 + t^2), which converges like
 * e^-(pi/h)^2, plus the residue of its pole (Chiarella and Reichel, Math. Comp. 22, 1968).
 */
function erfcFromOne(x: number): number {
  const square = x * x;
  let sum = 0;
  for (let i = NODES.length - 1; i >= 0; i--) sum += WEIGHTS[i]! / (NODES[i]! + square);
  const rule = ((STEP * x * exp(-square)) / Math.PI) * (1 / square + 2 * sum);
  return x < Math.PI / STEP ? rule - 2 / (exp((2 * Math.PI * x) / STEP) - 1) : rule;
}

/** The error function. Within 3 ulp. */
export function erf(x: number): number {
  if (Number.isNaN(x)) return x;
  const magnitude = Math.abs(x);
  if (magnitude < 1) {
    const square = x * x;
    let sum = SERIES[0]!;
    for (let i = 1; i < SERIES.length; i++) sum = sum * square + SERIES[i]!;
    return TWO_OVER_ROOT_PI * x * sum;
  }
  const result = magnitude > SATURATED ? 1 : 1 - erfcFromOne(magnitude);
  return x < 0 ? -result : result;
}
