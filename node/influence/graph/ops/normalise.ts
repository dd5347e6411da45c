import type { Call, Operator, Value } from "./operator.ts";
import { requireFloat } from "./rules.ts";

function normalisedAxes(call: Call): number[] {
  const rank = call.rank(0);
  const first = call.axis(call.int("axis", -1), rank);
  return Array.from({ length: rank - first }, (_, k) => first + k);
}

export const NORMALISE: readonly Operator[] = [
  {
    name: "LayerNormalization",
    inputs: [2, 3],
    outputs: [1, 3],
    gradients: "all",
    composed: true,
    infer(call) {
      requireFloat(call);
      const { dtype, dims } = call.value(0);
      const axes = new Set(normalisedAxes(call));
      const statistics: Value = { dtype, dims: dims.map((d, k) => (axes.has(k) ? 1 : d)) };
      return [{ dtype, dims }, statistics, statistics];
    },
    /** Two passes: the variance is the mean of the squares of what is left after the mean. */
    compose(e) {
      const axes = e.ints64(normalisedAxes(e));
      const mean = e.op("ReduceMean", [e.x(0), axes], { keepdims: 1 });
      const centred = e.op("Sub", [e.x(0), mean]);
      const variance = e.op("ReduceMean", [e.op("Mul", [centred, centred]), axes], { keepdims: 1 });
      const deviation = e.op("Sqrt", [e.op("Add", [variance, e.scalar(e.float("epsilon", 1e-5))])]);
      const scaled = e.op("Mul", [e.op("Div", [centred, deviation]), e.x(1)]);
      const out = e.has(2) ? e.op("Add", [scaled, e.x(2)]) : scaled;
      return [out, mean, e.op("Reciprocal", [deviation])];
    },
  },
];
