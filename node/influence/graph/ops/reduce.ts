import { productOfDims } from "../dims.ts";
import type { Call, Gradient, Operator, Value } from "./operator.ts";
import { requireFloat } from "./rules.ts";

/** Reduced axes: input 1, or all of them when it is absent or empty; none then with noop_with_empty_axes. */
function reducedAxes(call: Call): number[] {
  const rank = call.rank(0);
  const axes = call.has(1) ? call.known(1, "axes") : [];
  if (axes.length > 0) return call.axes(axes, rank);
  return call.int("noop_with_empty_axes", 0) ? [] : Array.from({ length: rank }, (_, k) => k);
}

function inferReduction(call: Call): Value[] {
  const axes = new Set(reducedAxes(call));
  const keep = call.int("keepdims", 1) !== 0;
  const dims = call.dims(0).flatMap((d, k) => (axes.has(k) ? (keep ? [1] : []) : [d]));
  return [{ dtype: call.value(0).dtype, dims }];
}

/** A value of the reduced shape with its reduced axes back as ones. */
function withAxes(g: Gradient, value: string): string {
  const axes = reducedAxes(g);
  if (g.int("keepdims", 1) !== 0 || axes.length === 0) return value;
  return g.op("Unsqueeze", [value, g.ints64(axes)]);
}

function spread(g: Gradient): string {
  return g.op("Expand", [withAxes(g, g.dy()), g.shapeOf(0)]);
}

/** Elements that attain the extremum share its gradient equally. */
function extremumGradient(g: Gradient): string[] {
  const attained = g.mask(g.op("Equal", [g.x(0), withAxes(g, g.y())]));
  const count = g.op("ReduceSum", [attained, g.ints64(reducedAxes(g))], { keepdims: 1 });
  return [g.op("Mul", [attained, g.op("Div", [withAxes(g, g.dy()), count])])];
}

function reduction(name: string, gradient: (g: Gradient) => string[]): Operator {
  return {
    name,
    inputs: [1, 2],
    gradients: "0",
    infer: inferReduction,
    gradient: (g) => (reducedAxes(g).length === 0 && g.rank(0) > 0 ? g.fail("no axes to reduce") : gradient(g)),
  };
}

/** 1 / number of reduced elements. */
function meanFactor(g: Gradient): string {
  const axes = reducedAxes(g);
  const count = productOfDims(axes.map((k) => g.dims(0)[k]!));
  if (typeof count === "number") return g.scalar(1 / count);
  const sizes = g.op("Gather", [g.op("Shape", [g.x(0)]), g.ints64(axes)], { axis: 0 });
  const product = axes.map((_, k) => g.op("Gather", [sizes, g.b.scalar(k, "int64")], { axis: 0 }));
  const total = product.reduce((a, b) => g.op("Mul", [a, b]));
  return g.op("Reciprocal", [g.b.cast(total, g.value(0).dtype)]);
}

export const REDUCE: readonly Operator[] = [
  reduction("ReduceSum", (g) => [spread(g)]),
  reduction("ReduceMean", (g) => [g.op("Mul", [spread(g), meanFactor(g)])]),
  reduction("ReduceMax", extremumGradient),
  reduction("ReduceMin", extremumGradient),
  reduction("ReduceSumSquare", (g) => {
    return [g.op("Mul", [g.op("Mul", [g.x(0), g.scalar(2)]), withAxes(g, g.dy())])];
  }),
  reduction("ReduceL2", (g) => [g.op("Mul", [g.x(0), withAxes(g, g.op("Div", [g.dy(), g.y()]))])]),
  {
    name: "ArgMax",
    inputs: [1, 1],
    gradients: "none",
    infer(call) {
      const dims = call.dims(0);
      const axis = call.axis(call.int("axis", 0), dims.length);
      const keep = call.int("keepdims", 1) !== 0;
      return [{ dtype: "int64", dims: dims.flatMap((d, k) => (k === axis ? (keep ? [1] : []) : [d])) }];
    },
  },
  {
    name: "TopK",
    inputs: [2, 2],
    outputs: [1, 2],
    gradients: "none",
    infer(call) {
      const { dtype } = call.value(0);
      const dims = [...call.dims(0)];
      const axis = call.axis(call.int("axis", -1), dims.length);
      dims[axis] = call.known(1, "k")[0]!;
      return [
        { dtype, dims },
        { dtype: "int64", dims },
      ];
    },
  },
  {
    name: "CumSum",
    inputs: [2, 2],
    gradients: "0",
    infer(call) {
      call.axis(call.known(1, "axis")[0]!, call.rank(0));
      const { dtype, dims } = call.value(0);
      return [{ dtype, dims }];
    },
    gradient: (g) => [
      g.op("CumSum", [g.dy(), g.x(1)], { exclusive: g.int("exclusive", 0), reverse: g.int("reverse", 0) ? 0 : 1 }),
      undefined,
    ],
  },
  {
    name: "GlobalAveragePool",
    inputs: [1, 1],
    gradients: "0",
    composed: true,
    infer(call) {
      requireFloat(call);
      if (call.rank(0) < 3) call.fail("needs at least one spatial axis");
      return [{ dtype: call.value(0).dtype, dims: call.dims(0).map((d, k) => (k < 2 ? d : 1)) }];
    },
    compose(e) {
      const spatial = Array.from({ length: e.rank(0) - 2 }, (_, k) => k + 2);
      return [e.op("ReduceMean", [e.x(0), e.ints64(spatial)], { keepdims: 1 })];
    },
  },
];
