import { addDims, divideDims, multiplyDims, subtractDims } from "../dims.ts";
import type { Dim } from "../types.ts";
import type { Call, Gradient, Operator, Value } from "./operator.ts";
import { broadcastAll, followInts, sameTypes, withInts } from "./rules.ts";

type Follow = (...elements: Dim[]) => Dim | undefined;

const numbersOnly =
  (of: (a: number, b: number) => number | undefined): Follow =>
  (a, b) =>
    typeof a === "number" && typeof b === "number" ? of(a, b) : undefined;

function inferSame(call: Call, follow?: Follow): Value[] {
  const dtype = sameTypes(call, 0, call.inputs.length - 1);
  const dims = broadcastAll(call);
  return [withInts({ dtype, dims }, follow && dtype.startsWith("int") ? followInts(call, dims, follow) : undefined)];
}

type Rules = readonly [(g: Gradient) => string, (g: Gradient) => string];

function binary(name: string, gradients: string, rules?: Rules, follow?: Follow): Operator {
  return {
    name,
    inputs: [2, 2],
    gradients,
    infer: (call) => inferSame(call, follow),
    ...(rules && {
      gradient: (g: Gradient) =>
        g.each(
          () => g.toInput(0, rules[0](g)),
          () => g.toInput(1, rules[1](g)),
        ),
    }),
  };
}

/** Division of integers truncates; of shapes it is exact where it is used. */
const divide: Follow = (a, b) => {
  if (typeof a === "number" && typeof b === "number") return b === 0 ? undefined : Math.trunc(a / b);
  return a === undefined || b === undefined ? undefined : divideDims(a, b);
};

/** The remainder has the divisor's sign. */
const modulo = numbersOnly((a, b) => (b === 0 ? undefined : a - Math.floor(a / b) * b));

/** The gradient goes to the first input that attains the extremum. */
function extremumGradient(g: Gradient): (string | undefined)[] {
  let free: string | undefined;
  return g.node.inputs.map((x, i) => {
    const attained = g.op("Equal", [x, g.y()]);
    const taken = free === undefined ? attained : g.op("And", [attained, free]);
    const rest = g.op("Not", [attained]);
    free = free === undefined ? rest : g.op("And", [free, rest]);
    return g.needs(i) ? g.toInput(i, g.op("Mul", [g.dy(), g.mask(taken)])) : undefined;
  });
}

function extremum(name: "Min" | "Max"): Operator {
  return {
    name,
    inputs: [1, 4096],
    gradients: "all",
    infer: (call) => inferSame(call, numbersOnly(name === "Min" ? Math.min : Math.max)),
    gradient: extremumGradient,
  };
}

function logical(name: string, follow?: Follow): Operator {
  return {
    name,
    inputs: [2, 2],
    gradients: "none",
    infer(call) {
      sameTypes(call, 0, 1);
      const dims = broadcastAll(call);
      return [withInts({ dtype: "bool", dims }, follow && followInts(call, dims, follow))];
    },
  };
}

const bit = (value: boolean) => (value ? 1 : 0);

/** Names of unlike sizes may be equal: only numbers and equal texts are decided. A size is never negative. */
const equal: Follow = (a, b) => {
  if (a === b) return 1;
  if (typeof a === "number" && typeof b === "number") return 0;
  return (typeof a === "number" && a < 0) || (typeof b === "number" && b < 0) ? 0 : undefined;
};

export const ARITHMETIC: readonly Operator[] = [
  binary("Add", "all", [(g) => g.dy(), (g) => g.dy()], (a, b) => addDims(a!, b!)),
  binary("Sub", "all", [(g) => g.dy(), (g) => g.op("Neg", [g.dy()])], (a, b) => subtractDims(a!, b!)),
  binary("Mul", "all", [(g) => g.op("Mul", [g.dy(), g.x(1)]), (g) => g.op("Mul", [g.dy(), g.x(0)])], (a, b) =>
    multiplyDims(a!, b!),
  ),
  binary(
    "Div",
    "all",
    [(g) => g.op("Div", [g.dy(), g.x(1)]), (g) => g.op("Neg", [g.op("Div", [g.op("Mul", [g.dy(), g.y()]), g.x(1)])])],
    divide,
  ),
  {
    name: "Pow",
    inputs: [2, 2],
    gradients: "all (exponent: base > 0)",
    infer: (call) => [{ dtype: call.value(0).dtype, dims: broadcastAll(call) }],
    gradient: (g) =>
      g.each(
        () => {
          const exponent = g.value(1).dtype === g.value(0).dtype ? g.x(1) : g.b.cast(g.x(1), g.value(0).dtype);
          const lower = g.op("Pow", [g.x(0), g.op("Sub", [exponent, g.scalar(1)])]);
          return g.toInput(0, g.op("Mul", [g.dy(), g.op("Mul", [exponent, lower])]));
        },
        () => g.toInput(1, g.op("Mul", [g.dy(), g.op("Mul", [g.y(), g.op("Log", [g.x(0)])])])),
      ),
  },
  {
    name: "Mod",
    inputs: [2, 2],
    gradients: "all (fmod = 1)",
    infer: (call) => inferSame(call, call.int("fmod", 0) ? undefined : modulo),
    gradient(g) {
      const quotient = () => {
        const q = g.op("Div", [g.x(0), g.x(1)]);
        const size = g.op("Floor", [g.op("Abs", [q])]);
        return g.op("Mul", [g.op("Sign", [q]), size]);
      };
      return g.each(
        () => g.toInput(0, g.dy()),
        () => g.toInput(1, g.op("Neg", [g.op("Mul", [g.dy(), quotient()])])),
      );
    },
  },
  extremum("Min"),
  extremum("Max"),
  logical("Equal", equal),
  logical(
    "Less",
    numbersOnly((a, b) => bit(a < b)),
  ),
  logical(
    "Greater",
    numbersOnly((a, b) => bit(a > b)),
  ),
  logical(
    "LessOrEqual",
    numbersOnly((a, b) => bit(a <= b)),
  ),
  logical(
    "GreaterOrEqual",
    numbersOnly((a, b) => bit(a >= b)),
  ),
  logical(
    "And",
    numbersOnly((a, b) => a & b),
  ),
  logical(
    "Or",
    numbersOnly((a, b) => a | b),
  ),
  {
    name: "Not",
    inputs: [1, 1],
    gradients: "none",
    infer(call) {
      const dims = call.dims(0);
      return [
        withInts(
          { dtype: "bool", dims },
          followInts(call, dims, (a) => (typeof a === "number" ? 1 - a : undefined)),
        ),
      ];
    },
  },
  {
    name: "Where",
    inputs: [3, 3],
    gradients: "1, 2",
    infer(call) {
      const dtype = sameTypes(call, 1, 2);
      const dims = broadcastAll(call);
      const chosen = followInts(call, dims, (c, a, b) => (typeof c === "number" ? (c ? a : b) : undefined));
      return [withInts({ dtype, dims }, dtype.startsWith("int") ? chosen : undefined)];
    },
    gradient: (g) =>
      g.each(
        () => g.fail("a condition has no gradient", "not-differentiable"),
        () => g.toInput(1, g.op("Where", [g.x(0), g.dy(), g.scalar(0, 1)])),
        () => g.toInput(2, g.op("Where", [g.x(0), g.scalar(0, 1), g.dy()])),
      ),
  },
];
