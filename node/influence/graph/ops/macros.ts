import { type Geometry, geometryOf, unfold } from "./convolution.ts";
import type { Call, Emission, Operator, Value } from "./operator.ts";
import { broadcastAll, requireFloat, sameTypes } from "./rules.ts";

/** Defaults of the ONNX specification for Selu, rounded to float32 there. */
const SELU_ALPHA = 1.6732632423543772;
const SELU_GAMMA = 1.0507009873554805;

function infer(call: Call): Value[] {
  requireFloat(call);
  const { dtype, dims } = call.value(0);
  return [{ dtype, dims }];
}

function macro(name: string, compose: (e: Emission) => string, more: Partial<Operator> = {}): Operator {
  const base: Operator = { name, inputs: [1, 1], gradients: "by its parts", infer, composed: true };
  return { ...base, compose: (e) => [compose(e)], ...more };
}

const many = (name: string, compose: (e: Emission) => string): Operator =>
  macro(name, compose, {
    inputs: [1, 4096],
    infer: (call) => [{ dtype: sameTypes(call, 0, call.inputs.length - 1), dims: broadcastAll(call) }],
  });

const add = (e: Emission, a: string, b: string) => e.op("Add", [a, b]);
const multiply = (e: Emission, a: string, b: string) => e.op("Mul", [a, b]);
const sum = (e: Emission) => e.node.inputs.reduce((total, x) => add(e, total, x));
const negative = (e: Emission) => e.op("Less", [e.x(0), e.scalar(0)]);

/** e^min(x, 0) - 1: nothing overflows on the side that is not taken. */
function decay(e: Emission, divisor = 1): string {
  const low = e.op("Min", [e.x(0), e.scalar(0)]);
  const scaled = divisor === 1 ? low : e.op("Div", [low, e.scalar(divisor)]);
  return e.op("Sub", [e.op("Exp", [scaled]), e.scalar(1)]);
}

function exponentialUnit(e: Emission, alpha: number, divisor = 1): string {
  return e.op("Where", [negative(e), multiply(e, e.scalar(alpha), decay(e, divisor)), e.x(0)]);
}

function hardSigmoid(e: Emission, alpha: number, beta: number): string {
  const line = add(e, multiply(e, e.x(0), e.scalar(alpha)), e.scalar(beta));
  return e.op("Clip", [line, e.scalar(0), e.scalar(1)]);
}

/** A value of one number per channel, against [batch, channels, ...]. */
function perChannel(e: Emission, i: number): string {
  const axes = Array.from({ length: e.rank(0) - 2 }, (_, k) => k + 1);
  return axes.length === 0 ? e.x(i) : e.op("Unsqueeze", [e.x(i), e.ints64(axes)]);
}

function normalised(e: Emission, x: string, axes: readonly number[], epsilon: number): string {
  const at = e.ints64(axes);
  const centred = e.op("Sub", [x, e.op("ReduceMean", [x, at], { keepdims: 1 })]);
  const variance = e.op("ReduceMean", [multiply(e, centred, centred), at], { keepdims: 1 });
  return e.op("Div", [centred, e.op("Sqrt", [add(e, variance, e.scalar(epsilon))])]);
}

function batchNormalization(e: Emission): string {
  if (e.int("training_mode", 0)) e.fail("training mode", "unsupported-operator");
  const deviation = e.op("Sqrt", [add(e, perChannel(e, 4), e.scalar(e.float("epsilon", 1e-5)))]);
  const scaled = e.op("Div", [e.op("Sub", [e.x(0), perChannel(e, 3)]), deviation]);
  return add(e, multiply(e, scaled, perChannel(e, 1)), perChannel(e, 2));
}

function instanceNormalization(e: Emission): string {
  const spatial = Array.from({ length: e.rank(0) - 2 }, (_, k) => k + 2);
  const value = normalised(e, e.x(0), spatial, e.float("epsilon", 1e-5));
  return add(e, multiply(e, value, perChannel(e, 1)), perChannel(e, 2));
}

/** Groups of channels, each with all positions, are normalised; scale and bias are per channel (opset 21). */
function groupNormalization(e: Emission): string {
  const groups = e.int("num_groups", 1);
  const grouped = e.reshape(e.x(0), [0, groups, -1]);
  const flat = normalised(e, grouped, [2], e.float("epsilon", 1e-5));
  const value = e.op("Reshape", [flat, e.shapeOf(0)]);
  return add(e, multiply(e, value, perChannel(e, 1)), perChannel(e, 2));
}

/** The largest element is taken out of the exponentials, and its gradient is that of the whole. */
function logSumExp(e: Emission): string {
  const axes = e.has(1) ? [e.x(1)] : [];
  const keep = e.int("keepdims", 1);
  const noop = e.int("noop_with_empty_axes", 0);
  const largest = e.op("ReduceMax", [e.x(0), ...axes], { keepdims: 1, noop_with_empty_axes: noop });
  const powers = e.op("Exp", [e.op("Sub", [e.x(0), largest])]);
  const logs = e.op("Log", [e.op("ReduceSum", [powers, ...axes], { keepdims: 1, noop_with_empty_axes: noop })]);
  const total = add(e, logs, largest);
  return keep ? total : e.op("Reshape", [total, e.shape(total, e.result().dims)]);
}

function reduction(name: string, compose: (e: Emission, sumOf: (x: string) => string) => string): Operator {
  return macro(
    name,
    (e) => compose(e, (x) => e.op("ReduceSum", [x, ...(e.has(1) ? [e.x(1)] : [])], e.node.attributes)),
    { inputs: [1, 2], infer: inferReduction },
  );
}

function inferReduction(call: Call): Value[] {
  const rank = call.rank(0);
  const given = call.has(1) ? call.axes(call.known(1, "axes"), rank) : [];
  const all = given.length === 0 && call.int("noop_with_empty_axes", 0) === 0;
  const keep = call.int("keepdims", 1) !== 0;
  const dims = call.dims(0).flatMap((d, k) => (all || given.includes(k) ? (keep ? [1] : []) : [d]));
  return [{ dtype: call.value(0).dtype, dims }];
}

function inferPool(call: Call): Value[] {
  requireFloat(call);
  if (call.int("ceil_mode", 0) || call.int("storage_order", 0)) call.fail("ceil_mode", "unsupported-operator");
  const { out } = poolGeometry(call);
  return [{ dtype: call.value(0).dtype, dims: [...call.dims(0).slice(0, 2), ...out] }];
}

function poolGeometry(call: Call): Geometry {
  return geometryOf(call, call.ints("kernel_shape") ?? call.fail("kernel_shape is missing", "malformed"));
}

/** Windows of every channel as axes of their own, behind each position's. */
function pooled(e: Emission, op: "ReduceMax" | "ReduceSum", outside: number): string {
  const geometry = poolGeometry(e);
  const channels = e.dims(0)[1]!;
  if (typeof channels !== "number") e.fail(`bind ${channels}`);
  const split = geometry.out.flatMap((o, i) => [o, geometry.kernel[i]!]);
  const windows = e.reshape(unfold(e, geometry, outside), [-1, channels, ...split]);
  return e.op(op, [windows, e.ints64(geometry.out.map((_, i) => 3 + 2 * i))], { keepdims: 0 });
}

/** Padding counts only with count_include_pad: else each position has its own number of pixels. */
function averagePool(e: Emission): string {
  const geometry = poolGeometry(e);
  const { kernel, out, before, strides, dilations } = geometry;
  const total = pooled(e, "ReduceSum", 0);
  if (e.int("count_include_pad", 0)) return e.op("Div", [total, e.scalar(kernel.reduce((a, b) => a * b, 1))]);
  const counts = out.map((size, axis) => {
    const length = e.dims(0)[axis + 2] as number;
    const inside = (position: number) =>
      kernelTaps(kernel[axis]!).filter((k) => {
        const at = position * strides[axis]! + k * dilations[axis]! - before[axis]!;
        return at >= 0 && at < length;
      }).length;
    const shape = out.map((_, k) => (k === axis ? size : 1));
    const data = Float64Array.from({ length: size }, (_, position) => inside(position));
    return e.b.constant({ dtype: e.value(0).dtype, dims: shape, data });
  });
  return e.op("Div", [total, counts.reduce((a, b) => multiply(e, a, b))]);
}

const kernelTaps = (size: number) => Array.from({ length: size }, (_, k) => k);

/** Smaller than every pixel, and finite so that no gradient is NaN. */
const LOWEST = -Number.MAX_VALUE;

/** Operators that loading replaces by others at once: no graph holds them, and the evaluator need not know them. */
export const MACROS: ReadonlyMap<string, Operator> = new Map(
  [
    many("Sum", sum),
    many("Mean", (e) => e.op("Div", [sum(e), e.scalar(e.node.inputs.length)])),
    macro("Elu", (e) => exponentialUnit(e, e.float("alpha", 1))),
    macro("Celu", (e) => exponentialUnit(e, e.float("alpha", 1), e.float("alpha", 1))),
    macro("Selu", (e) => {
      return multiply(e, exponentialUnit(e, e.float("alpha", SELU_ALPHA)), e.scalar(e.float("gamma", SELU_GAMMA)));
    }),
    macro("Mish", (e) => multiply(e, e.x(0), e.op("Tanh", [e.op("Softplus", [e.x(0)])]))),
    macro("Softsign", (e) => e.op("Div", [e.x(0), add(e, e.op("Abs", [e.x(0)]), e.scalar(1))])),
    macro("HardSigmoid", (e) => hardSigmoid(e, e.float("alpha", 0.2), e.float("beta", 0.5))),
    macro("HardSwish", (e) => multiply(e, e.x(0), hardSigmoid(e, 1 / 6, 0.5))),
    macro("PRelu", (e) => e.op("Where", [negative(e), multiply(e, e.x(0), e.x(1)), e.x(0)]), { inputs: [2, 2] }),
    macro("BatchNormalization", batchNormalization, { inputs: [5, 5] }),
    macro("InstanceNormalization", instanceNormalization, { inputs: [3, 3] }),
    macro("GroupNormalization", groupNormalization, { inputs: [3, 3] }),
    macro("MaxPool", (e) => pooled(e, "ReduceMax", LOWEST), { infer: inferPool }),
    macro("AveragePool", averagePool, { infer: inferPool }),
    reduction("ReduceL1", (e, sumOf) => sumOf(e.op("Abs", [e.x(0)]))),
    reduction("ReduceLogSum", (e, sumOf) => e.op("Log", [sumOf(e.x(0))])),
    reduction("ReduceLogSumExp", (e) => logSumExp(e)),
    macro("Xor", (e) => e.op("Not", [e.op("Equal", [e.x(0), e.x(1)])]), {
      inputs: [2, 2],
      infer: (call) => [{ dtype: "bool", dims: broadcastAll(call) }],
    }),
  ].map((operator) => [operator.name, operator]),
);
