import { TYPE_NUMBERS, typeOfNumber } from "../tensor.ts";
import { composeErf, erfGradient } from "./erf.ts";
import type { Call, Emission, Gradient, Operator, Value } from "./operator.ts";
import { followInts, requireFloat, withInts } from "./rules.ts";

function same(call: Call): Value[] {
  const { dtype, dims } = call.value(0);
  return [{ dtype, dims }];
}

function sameFloat(call: Call): Value[] {
  requireFloat(call);
  return same(call);
}

/** `slope` is the derivative's node; the gradient is dy times it. */
function unary(name: string, slope: (g: Gradient) => string, infer = sameFloat): Operator {
  return {
    name,
    inputs: [1, 1],
    gradients: "0",
    infer,
    gradient: (g) => [g.op("Mul", [g.dy(), slope(g)])],
  };
}

/** Piecewise constant: the gradient is zero wherever it exists. */
function step(name: string, infer = sameFloat): Operator {
  return { name, inputs: [1, 1], gradients: "0 (zero)", infer, gradient: (g) => [g.zerosLike(0)] };
}

function composed(name: string, compose: (e: Emission) => string, gradient?: (g: Gradient) => string): Operator {
  return {
    name,
    inputs: [1, 1],
    gradients: "0",
    infer: sameFloat,
    compose: (e) => [compose(e)],
    composed: true,
    ...(gradient && { gradient: (g: Gradient) => [gradient(g)] }),
  };
}

function alpha(call: Call): number {
  return call.float("alpha", 0.01);
}

/** Softplus(x) = max(x, 0) + log(1 + exp(-|x|)): no overflow at either end. */
function composeSoftplus(e: Emission): string {
  const decay = e.op("Exp", [e.op("Neg", [e.op("Abs", [e.x(0)])])]);
  const tail = e.op("Log", [e.op("Add", [decay, e.scalar(1)])]);
  return e.op("Add", [e.op("Relu", [e.x(0)]), tail]);
}

/** Gelu: x Phi(x), by Erf, or by Tanh where approximate = "tanh". */
function composeGelu(e: Emission): string {
  const x = e.x(0);
  const half = e.op("Mul", [x, e.scalar(0.5)]);
  if (e.string("approximate", "none") === "none") {
    const erf = e.op("Erf", [e.op("Mul", [x, e.scalar(Math.SQRT1_2)])]);
    return e.op("Mul", [half, e.op("Add", [erf, e.scalar(1)])]);
  }
  const cube = e.op("Mul", [e.op("Mul", [x, x]), x]);
  const inner = e.op("Add", [x, e.op("Mul", [cube, e.scalar(0.044715)])]);
  const tanh = e.op("Tanh", [e.op("Mul", [inner, e.scalar(Math.sqrt(2 / Math.PI))])]);
  return e.op("Mul", [half, e.op("Add", [tanh, e.scalar(1)])]);
}

function inferCast(call: Call, to: Value["dtype"]): Value[] {
  const { dims, dtype } = call.value(0);
  const kept = to === "int64" || to === "int32";
  const ints =
    to === "bool"
      ? followInts(call, dims, (a) => (typeof a === "number" ? (a === 0 ? 0 : 1) : undefined))
      : call.value(0).ints;
  return [withInts({ dtype: to, dims }, (kept && !dtype.startsWith("float")) || to === "bool" ? ints : undefined)];
}

const clipBounds = (g: Gradient) =>
  [1, 2].flatMap((i) => (g.has(i) ? [{ i, out: g.op(i === 1 ? "Less" : "Greater", [g.x(0), g.x(i)]) }] : []));

export const UNARY: readonly Operator[] = [
  { ...unary("Neg", (g) => g.scalar(-1), same), gradient: (g) => [g.op("Neg", [g.dy()])] },
  unary("Abs", (g) => g.op("Sign", [g.x(0)]), same),
  unary("Sqrt", (g) => g.op("Div", [g.scalar(0.5), g.y()])),
  unary("Reciprocal", (g) => g.op("Neg", [g.op("Mul", [g.y(), g.y()])])),
  unary("Exp", (g) => g.y()),
  { ...unary("Log", (g) => g.x(0)), gradient: (g) => [g.op("Div", [g.dy(), g.x(0)])] },
  unary("Sin", (g) => g.op("Cos", [g.x(0)])),
  unary("Cos", (g) => g.op("Neg", [g.op("Sin", [g.x(0)])])),
  unary("Tanh", (g) => g.op("Sub", [g.scalar(1), g.op("Mul", [g.y(), g.y()])])),
  unary("Sigmoid", (g) => g.op("Mul", [g.y(), g.op("Sub", [g.scalar(1), g.y()])])),
  unary("Relu", (g) => g.mask(g.op("Greater", [g.x(0), g.scalar(0)]))),
  {
    ...composed("LeakyRelu", (e) =>
      e.op("Where", [e.op("Less", [e.x(0), e.scalar(0)]), e.op("Mul", [e.x(0), e.scalar(alpha(e))]), e.x(0)]),
    ),
  },
  composed("Softplus", composeSoftplus, (g) => g.op("Mul", [g.dy(), g.op("Sigmoid", [g.x(0)])])),
  composed("Erf", composeErf, erfGradient),
  composed("Gelu", composeGelu),
  step("Sign", same),
  step("Round"),
  step("Floor"),
  step("Ceil"),
  { name: "Identity", inputs: [1, 1], gradients: "0", infer: (call) => [call.value(0)], gradient: (g) => [g.dy()] },
  {
    name: "Cast",
    inputs: [1, 1],
    gradients: "0 (float to float)",
    infer: (call) => {
      const to = typeOfNumber(call.int("to", 0));
      return inferCast(call, to ?? call.fail(`to type ${call.int("to", 0)}`, "unsupported-type"));
    },
    gradient: (g) => [g.b.cast(g.dy(), g.value(0).dtype)],
  },
  {
    name: "CastLike",
    inputs: [2, 2],
    gradients: "0 (float to float)",
    infer: (call) => inferCast(call, call.value(1).dtype),
    gradient: (g) => [g.b.cast(g.dy(), g.value(0).dtype), undefined],
    compose: (e) => [e.op("Cast", [e.x(0)], { to: TYPE_NUMBERS[e.value(1).dtype] })],
  },
  {
    name: "Clip",
    inputs: [1, 3],
    gradients: "all",
    infer: same,
    gradient(g) {
      const bounds = clipBounds(g);
      const zero = g.scalar(0);
      const inside = bounds.reduce((dy, { out }) => g.op("Where", [out, zero, dy]), g.dy());
      const toBound = (i: number) => {
        const bound = bounds.find((b) => b.i === i);
        if (!bound || !g.needs(i)) return undefined;
        return g.sumTo(g.op("Where", [bound.out, g.dy(), zero]), g.result().dims, g.x(i), g.dims(i));
      };
      return [g.needs(0) ? inside : undefined, toBound(1), toBound(2)];
    },
  },
  {
    name: "Dropout",
    inputs: [1, 3],
    outputs: [1, 2],
    gradients: "0",
    infer(call) {
      if (call.has(2) && call.numbers(2)?.[0] !== 0) call.fail("training mode", "unsupported-operator");
      return [same(call)[0]!, { dtype: "bool", dims: call.dims(0) }];
    },
    gradient: (g) => [g.dy(), undefined, undefined],
    compose: (e) => [e.op("Identity", [e.x(0)]), e.op("Expand", [e.b.scalar(1, "bool"), e.shapeOf(0)])],
  },
  {
    name: "IsNaN",
    inputs: [1, 1],
    gradients: "none",
    infer: (call) => [{ dtype: "bool", dims: call.dims(0) }],
  },
];
