import type { Call, Gradient, Operator, Value } from "./operator.ts";
import { requireFloat } from "./rules.ts";

function infer(call: Call): Value[] {
  requireFloat(call);
  const { dtype, dims } = call.value(0);
  call.axis(call.int("axis", -1), dims.length);
  return [{ dtype, dims }];
}

function sumAlong(g: Gradient, value: string): string {
  const axis = g.axis(g.int("axis", -1), g.rank(0));
  return g.op("ReduceSum", [value, g.ints64([axis])], { keepdims: 1 });
}

export const SOFTMAX: readonly Operator[] = [
  {
    name: "Softmax",
    inputs: [1, 1],
    gradients: "0",
    infer,
    gradient(g) {
      const weighted = g.op("Mul", [g.dy(), g.y()]);
      const shared = g.op("Mul", [g.y(), sumAlong(g, weighted)]);
      return [g.op("Sub", [weighted, shared])];
    },
  },
  {
    name: "LogSoftmax",
    inputs: [1, 1],
    gradients: "0",
    infer,
    gradient(g) {
      const shared = g.op("Mul", [g.op("Exp", [g.y()]), sumAlong(g, g.dy())]);
      return [g.op("Sub", [g.dy(), shared])];
    },
  },
];
