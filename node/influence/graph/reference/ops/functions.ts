import { float, type Operator, text } from "../call.ts";
import { unary } from "../elementwise.ts";
import { erf } from "../math/erf.ts";
import { exp, sigmoid, tanh } from "../math/exponential.ts";
import { log, softplus } from "../math/logarithm.ts";
import { cos, sin } from "../math/trigonometry.ts";

const ROOT_HALF = Math.SQRT1_2;
const ROOT_TWO_OVER_PI = 0.7978845608028654;

/** Nearest integer, halves to the even one; the sign of zero is kept. */
function roundHalfEven(x: number): number {
  const magnitude = Math.abs(x);
  if (!(magnitude < 2 ** 52)) return x;
  // The addition rounds to integers, halves to even; the subtraction is exact.
  const rounded = magnitude + 2 ** 52 - 2 ** 52;
  return x < 0 || Object.is(x, -0) ? -rounded : rounded;
}

const geluErf = (x: number) => 0.5 * x * (1 + erf(x * ROOT_HALF));
const geluTanh = (x: number) => 0.5 * x * (1 + tanh(ROOT_TWO_OVER_PI * (x + 0.044715 * (x * x * x))));

const gelu: Operator = (call) => unary(text(call, "approximate", "none") === "tanh" ? geluTanh : geluErf)(call);

const leakyRelu: Operator = (call) => {
  const alpha = float(call, "alpha", 0.01);
  return unary((x) => (x < 0 ? alpha * x : x))(call);
};

export const FUNCTIONS: Readonly<Record<string, Operator>> = {
  Exp: unary(exp),
  Log: unary(log),
  Tanh: unary(tanh),
  Sigmoid: unary(sigmoid),
  Softplus: unary(softplus),
  Erf: unary(erf),
  Gelu: gelu,
  Relu: unary((x) => (x < 0 ? 0 : x)),
  LeakyRelu: leakyRelu,
  Sin: unary(sin),
  Cos: unary(cos),
  Floor: unary(Math.floor),
  Ceil: unary(Math.ceil),
  Round: unary(roundHalfEven),
};
