import { double, int64, scalar, TYPE_NUMBERS } from "../../tensor.ts";
import type { Attribute, DType, Graph, Tensor } from "../../types.ts";
import { bool } from "../tensors.ts";

/** One operator on fixed inputs. */
export interface OperatorCase {
  readonly op: string;
  /** What is special about it, for the test's name. */
  readonly about: string;
  readonly inputs: readonly (Tensor | undefined)[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly outputs: number;
}

type Plain = number | string | readonly number[] | Tensor;

function attributeOf(value: Plain): Attribute {
  if (typeof value === "number") {
    return Number.isInteger(value) ? { kind: "int", value } : { kind: "float", value: Math.fround(value) };
  }
  if (typeof value === "string") return { kind: "string", value };
  return "dtype" in value ? { kind: "tensor", value } : { kind: "ints", value };
}

function on(
  op: string,
  about: string,
  inputs: readonly (Tensor | undefined)[],
  attributes: Readonly<Record<string, Plain>> = {},
  outputs = 1,
): OperatorCase {
  const entries = Object.entries(attributes).map(([name, value]) => [name, attributeOf(value)] as const);
  return { op, about, inputs, attributes: Object.fromEntries(entries), outputs };
}

/** Numbers in low .. high from a fixed sequence. */
export function sample(dims: readonly number[], seed = 1, low = -2, high = 2): Tensor {
  let state = seed * 7919 + 17;
  const count = dims.reduce((n, d) => n * d, 1);
  const values = Float64Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return low + ((high - low) * state) / 2 ** 32;
  });
  return double(values, dims);
}

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
/** What breaks careless code. */
const odd = double([nan, infinity, -infinity, 0, -0, 1, -1, 1e308, -1e308, 5e-324, 1e-300, 0.5, -0.5, 2.5, 36, -36]);
const otherOdd = double([1, nan, infinity, 0, 0, -0, 2, 1e308, 3, 1, 1, nan, 2, 0.5, -1, 0]);
const matrix = sample([3, 4], 2);
const stack = sample([2, 3, 4], 3);
const positive = sample([3, 4], 4, 0.1, 3);
const whole = int64([7, -7, 3, -3, 0, 5], [2, 3]);
const divisors = int64([2, 2, -2, -2, 5, -3], [2, 3]);

const unary = (op: string): OperatorCase[] => [
  on(op, "plain", [stack]),
  on(op, "wide range", [sample([200], 5, -30, 30)]),
  on(op, "not finite", [odd]),
];

const binary = (op: string): OperatorCase[] => [
  on(op, "same shape", [matrix, sample([3, 4], 6)]),
  on(op, "broadcast both", [sample([2, 1, 4], 7), sample([3, 1], 8)]),
  on(op, "scalar", [scalar(1.5), matrix]),
  on(op, "not finite", [odd, otherOdd]),
];

const ELEMENTWISE: readonly OperatorCase[] = [
  ...["Add", "Sub", "Mul", "Div", "Max", "Min"].flatMap(binary),
  ...["Add", "Sub", "Mul", "Div", "Max", "Min"].map((op) => on(op, "int64", [whole, divisors])),
  on("Max", "three", [matrix, sample([4], 9), scalar(0.5)]),
  on("Min", "three", [matrix, sample([4], 9), scalar(0.5)]),
  on("Mod", "int64", [whole, divisors]),
  on("Mod", "fmod", [matrix, sample([3, 4], 10)], { fmod: 1 }),
  on("Pow", "whole exponents", [matrix, double([0, 1, 2, 3])]),
  on("Pow", "real exponents", [positive, sample([3, 4], 11, -5, 5)]),
  on("Pow", "not finite", [odd, otherOdd]),
  on("Pow", "negative base", [double([-2, -2, -8]), double([3, 0.5, -2])]),
  ...["Neg", "Abs", "Sign", "Reciprocal", "Exp", "Tanh", "Sigmoid"].flatMap(unary),
  ...["Sqrt", "Log"].flatMap((op) => [...unary(op), on(op, "positive", [positive])]),
  ...["Softplus", "Relu", "Floor", "Ceil", "Round"].flatMap(unary),
  ...["Sin", "Cos"].flatMap((op) => [
    on(op, "plain", [stack]),
    on(op, "large", [sample([200], 12, -1e6, 1e6)]),
    on(op, "not finite", [double([nan, infinity, 0, -0])]),
  ]),
  on("Neg", "int64", [whole]),
  on("Abs", "int64", [whole]),
  on("Sign", "int64", [whole]),
  on("Round", "halves", [double([0.5, 1.5, 2.5, -0.5, -1.5, 2 ** 51 + 0.5, 0.49999999999999994])]),
  on("Erf", "plain", [sample([300], 13, -4, 4)]),
  on("Gelu", "erf", [sample([300], 13, -6, 6)]),
  on("Gelu", "tanh", [sample([300], 13, -6, 6)], { approximate: "tanh" }),
  on("LeakyRelu", "default", [matrix]),
  on("LeakyRelu", "alpha", [matrix], { alpha: 0.3 }),
  on("Clip", "both", [matrix, scalar(-0.5), scalar(0.75)]),
  on("Clip", "only above", [matrix, undefined, scalar(0.75)]),
  on("Clip", "not finite", [odd, scalar(-1), scalar(1)]),
  on("Dropout", "inference", [matrix]),
];

const LOGICAL: readonly OperatorCase[] = [
  ...["Equal", "Less", "Greater", "LessOrEqual", "GreaterOrEqual"].flatMap((op) => [
    on(op, "real", [matrix, sample([4], 14)]),
    on(op, "not finite", [odd, otherOdd]),
    on(op, "int64", [whole, divisors]),
  ]),
  on("And", "broadcast", [bool([1, 0], [2, 1]), bool([1, 0], [2])]),
  on("Or", "broadcast", [bool([1, 0], [2, 1]), bool([1, 0], [2])]),
  on("Not", "plain", [bool([1, 0, 1], [3])]),
  on("IsNaN", "plain", [odd]),
  on("Where", "broadcast", [bool([1, 0, 1], [3, 1]), matrix, scalar(nan)]),
  on("Where", "finite", [bool([1, 0, 1], [3, 1]), matrix, scalar(0.5)]),
  on("Where", "int64", [bool([1, 0, 1], [3]), whole, int64([9])]),
];

const PRODUCTS: readonly OperatorCase[] = [
  on("MatMul", "matrices", [matrix, sample([4, 5], 15)]),
  on("MatMul", "large", [sample([70, 300], 16), sample([300, 65], 17)]),
  on("MatMul", "stack by matrix", [stack, sample([4, 5], 18)]),
  on("MatMul", "broadcast stacks", [sample([2, 1, 3, 4], 19), sample([5, 4, 2], 20)]),
  on("MatMul", "vector by matrix", [sample([4], 21), sample([4, 2], 22)]),
  on("MatMul", "matrix by vector", [matrix, sample([4], 23)]),
  on("MatMul", "vectors", [sample([4], 24), sample([4], 25)]),
  on("MatMul", "not finite", [double([infinity, 1, nan, 2], [2, 2]), double([0, 1, 2, 3], [2, 2])]),
  on("Gemm", "plain", [matrix, sample([4, 5], 26)]),
  on("Gemm", "all options", [sample([4, 3], 27), sample([5, 4], 28), sample([5], 29)], {
    ...{ transA: 1, transB: 1, alpha: 0.25, beta: 1.5 },
  }),
  on("Einsum", "matrices", [matrix, sample([4, 5], 30)], { equation: "ij,jk->ik" }),
  on("Einsum", "attention", [sample([2, 3, 4, 5], 31), sample([2, 6, 4, 5], 32)], { equation: "bqhd,bkhd->bhqk" }),
  on("Einsum", "outer", [sample([3], 33), sample([4], 34)], { equation: "i,j->ij" }),
  on("Einsum", "sum of one", [stack], { equation: "abc->b" }),
  on("Einsum", "implicit", [matrix, sample([4, 5], 35)], { equation: "ij,jk" }),
  on("Einsum", "sums inside one operand", [stack, sample([3, 5], 36)], { equation: "abc,bd->ad" }),
  on("Einsum", "three", [sample([2, 3], 37), sample([3, 4], 38), sample([4, 2], 39)], { equation: "ij,jk,kl->il" }),
  on("Conv", "two axes", [sample([2, 3, 6, 5], 40), sample([4, 3, 3, 2], 41), sample([4], 42)], {
    ...{ kernel_shape: [3, 2], pads: [1, 0, 2, 1], strides: [2, 1] },
  }),
  on("Conv", "groups and dilation", [sample([1, 4, 9], 43), sample([6, 2, 3], 44)], {
    ...{ kernel_shape: [3], group: 2, dilations: [2], pads: [1, 1], strides: [1] },
  }),
  on("GlobalAveragePool", "two axes", [sample([2, 3, 4, 5], 45)]),
];

const reductions = ["ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceSumSquare", "ReduceL2"];
const ROWS: readonly OperatorCase[] = [
  ...reductions.flatMap((op) => [
    on(op, "all", [stack]),
    on(op, "middle axis", [stack, int64([1])], { keepdims: 0 }),
    on(op, "two axes", [stack, int64([-1, 0])]),
    on(op, "no axes means none", [stack], { noop_with_empty_axes: 1 }),
  ]),
  ...["ReduceSum", "ReduceMean"].map((op) => on(op, "not finite", [double([1, infinity, nan, 2], [2, 2]), int64([1])])),
  on("ReduceSum", "int64", [whole]),
  on("ReduceMax", "int64", [whole]),
  on("ReduceMin", "int64", [whole]),
  ...["Softmax", "LogSoftmax"].flatMap((op) => [
    on(op, "last axis", [stack]),
    on(op, "first axis", [stack], { axis: 0 }),
    on(op, "wide", [sample([3, 50], 46, -700, 700)]),
    on(op, "masked", [double([0, -infinity, 1, 2, -infinity, 3], [2, 3])]),
  ]),
  on("LayerNormalization", "last axis", [stack, sample([4], 47), sample([4], 48)], { epsilon: 1e-5 }),
  on("LayerNormalization", "two axes", [stack, sample([3, 4], 49)], { axis: 1, epsilon: 1e-12 }),
  on("ArgMax", "last axis", [stack], { axis: -1, keepdims: 0 }),
  on("ArgMax", "ties", [double([1, 3, 3, 2, 2, 1], [2, 3])], { axis: 1 }),
  on("ArgMax", "last of ties", [double([1, 3, 3, 2, 2, 1], [2, 3])], { axis: 1, select_last_index: 1 }),
  on("TopK", "largest", [stack, int64([2])], { axis: -1 }, 2),
  on(
    "TopK",
    "smallest, middle axis, ties",
    [double([1, 1, 0, 2, 2, 1], [1, 3, 2]), int64([2])],
    { axis: 1, largest: 0 },
    2,
  ),
  on("CumSum", "plain", [stack, scalar(1, "int64")]),
  on("CumSum", "exclusive and reverse", [stack, scalar(-1, "int64")], { exclusive: 1, reverse: 1 }),
];

const INDEXED: readonly OperatorCase[] = [
  on("Gather", "rows", [matrix, int64([2, 0, -1, 0])]),
  on("Gather", "columns by a matrix", [matrix, int64([3, 0, 1, 1], [2, 2])], { axis: 1 }),
  on("Gather", "scalar index", [matrix, int64([1], [])]),
  on("Gather", "int64 data", [whole, int64([1])], { axis: 1 }),
  on("GatherElements", "axis 1", [matrix, int64([0, 3, -1, 1], [2, 2])], { axis: 1 }),
  on("GatherElements", "axis 0", [matrix, int64([0, 2, 1, 1], [1, 4])], { axis: 0 }),
  on("GatherND", "elements", [stack, int64([0, 1, 2, 1, -1, 3], [2, 3])]),
  on("GatherND", "slices", [stack, int64([1, 0, 0, 2], [2, 2])]),
  on("GatherND", "batched", [stack, int64([1, 0], [2, 1])], { batch_dims: 1 }),
  ...["none", "add"].map((reduction) =>
    on("ScatterElements", reduction, [matrix, int64([1, 0, 2, 1], [1, 4]), sample([1, 4], 50)], { axis: 0, reduction }),
  ),
  on("ScatterElements", "repeated index", [sample([3], 51), int64([1, 1, 1]), sample([3], 52)], { reduction: "add" }),
  ...["none", "add"].map((reduction) =>
    on("ScatterND", reduction, [stack, int64([0, 1, 1, 2], [2, 2]), sample([2, 4], 53)], { reduction }),
  ),
  on("OneHot", "last axis", [int64([0, 2, -1, 5]), int64([3], []), double([0, 1])]),
  on("OneHot", "first axis", [int64([0, 2, 1], [3]), int64([3], []), double([-1, 2])], { axis: 0 }),
];

const SHAPED: readonly OperatorCase[] = [
  on("Reshape", "zero and open", [stack, int64([0, -1])]),
  on("Flatten", "axis 2", [stack], { axis: 2 }),
  on("Expand", "both ways", [sample([3, 1], 54), int64([2, 1, 4])]),
  on("Squeeze", "named", [sample([1, 3, 1], 55), int64([-1])]),
  on("Squeeze", "all", [sample([1, 3, 1], 55)]),
  on("Unsqueeze", "two", [matrix, int64([0, -1])]),
  on("Shape", "part", [stack], { start: -2 }),
  on("Size", "plain", [stack]),
  on("Transpose", "default", [stack]),
  on("Transpose", "perm", [stack], { perm: [1, 0, 2] }),
  on("Identity", "plain", [stack]),
  on("Concat", "axis 1", [matrix, sample([3, 2], 56), sample([3, 0], 57)], { axis: 1 }),
  on("Concat", "int64", [whole, whole], { axis: 0 }),
  on("Slice", "steps", [stack, int64([0, -1]), int64([2, -10]), int64([0, 2]), int64([1, -2])]),
  on("Slice", "clamped", [stack, int64([1]), int64([9223372036854775000]), int64([1])]),
  on("Split", "sizes", [matrix, int64([1, 3])], { axis: 1 }, 2),
  on("Split", "equal", [matrix], { axis: 1, num_outputs: 2 }, 2),
  on("Tile", "both", [matrix, int64([2, 3])]),
  on("Pad", "constant", [matrix, int64([1, 0, 0, 2]), scalar(7)]),
  on("Pad", "named axis", [matrix, int64([0, 2]), undefined, int64([1])]),
  on("Trilu", "upper", [stack]),
  on("Trilu", "lower, shifted", [stack, scalar(1, "int64")], { upper: 0 }),
  on("Constant", "tensor", [], { value: matrix }),
  on("ConstantOfShape", "filled", [int64([2, 3])], { value: double([1.5]) }),
  on("Range", "real", [scalar(1), scalar(2.05), scalar(0.1)]),
  on("Range", "int64, down", [scalar(5, "int64"), scalar(-3, "int64"), scalar(-2, "int64")]),
  ...(["int64", "int32", "bool", "double"] as readonly DType[]).map((to) =>
    on("Cast", `real to ${to}`, [double([0, -0, 1.9, -1.9, 0.2])], { to: TYPE_NUMBERS[to] }),
  ),
  on("Cast", "int64 to real", [whole], { to: TYPE_NUMBERS.double }),
  on("Cast", "bool to real", [bool([1, 0], [2])], { to: TYPE_NUMBERS.double }),
  on("CastLike", "real to real", [matrix, scalar(0)]),
  on("CastLike", "bool to real", [bool([1, 0], [2]), matrix]),
];

export const CASES: readonly OperatorCase[] = [...ELEMENTWISE, ...LOGICAL, ...PRODUCTS, ...ROWS, ...INDEXED, ...SHAPED];

/** Integer operands of a case with real ones are constants: shapes, axes and indices mostly have to be. */
function isConstant(operatorCase: OperatorCase, tensor: Tensor): boolean {
  return tensor.dtype !== "double" && operatorCase.inputs.some((other) => other?.dtype === "double");
}

/** A graph of one node whose outputs have the given types and shapes. */
export function graphOf(operatorCase: OperatorCase, results: readonly Pick<Tensor, "dtype" | "dims">[]): Graph {
  const { op, inputs, attributes, outputs } = operatorCase;
  const given = inputs.flatMap((tensor, i) => (tensor ? [[`x${i}`, tensor] as const] : []));
  const names = Array.from({ length: outputs }, (_, i) => `y${i}`);
  return {
    ...{ name: op, opset: 21 },
    inputs: given
      .filter(([, tensor]) => !isConstant(operatorCase, tensor))
      .map(([name, { dtype, dims }]) => ({ name, dtype, dims })),
    outputs: results.map(({ dtype, dims }, i) => ({ name: `y${i}`, dtype, dims })),
    initializers: new Map(given.filter(([, tensor]) => isConstant(operatorCase, tensor))),
    nodes: [{ name: op, op, inputs: inputs.map((t, i) => (t ? `x${i}` : "")), outputs: names, attributes }],
  };
}

export function feedsOf(operatorCase: OperatorCase): Record<string, Tensor> {
  const given = operatorCase.inputs.flatMap((tensor, i) => (tensor ? [[`x${i}`, tensor] as const] : []));
  return Object.fromEntries(given.filter(([, tensor]) => !isConstant(operatorCase, tensor)));
}
