import { isClean, type Lifting, range } from "./lifting.ts";
import { Call } from "./ops/operator.ts";
import type { Attribute, GraphNode } from "./types.ts";

/** Operators that act element by element with broadcasting. */
export const ELEMENTWISE = new Set(
  [
    "Add Sub Mul Div Pow Mod Min Max Equal Less Greater LessOrEqual GreaterOrEqual And Or Not Where Neg Abs Sqrt",
    "Reciprocal Exp Log Sin Cos Tanh Sigmoid Relu LeakyRelu Softplus Erf Gelu Sign Round Floor Ceil Identity Cast",
    "CastLike Clip IsNaN",
  ].flatMap((line) => line.split(" ")),
);
/** Operators with one axis attribute, and its default. */
const ONE_AXIS: Readonly<Record<string, number>> = { Softmax: -1, LogSoftmax: -1, Split: 0, Concat: 0 };

const int = (value: number): Attribute => ({ kind: "int", value });

function elementwise(l: Lifting, node: GraphNode): GraphNode {
  const rank = l.rank(node.outputs[0]!);
  const data = l.data(node);
  const each = (of: (name: string) => string) => node.inputs.map((name) => (l.lifted.has(name) ? of(name) : name));
  if (!data) return l.lift(node, { inputs: each((name) => l.widen(name, rank)) });
  const axis = data.at.axis + rank - l.rank(data.name);
  if (isClean(data.at)) {
    return { ...node, inputs: each((name) => l.align(node, name, rank, axis)) };
  }
  const inputs = node.inputs.map((name) => {
    if (name === "") return name;
    if (l.lifted.has(name)) return l.align(node, name, rank + 2, axis + 1);
    const own = axis - (rank - l.rank(name));
    if (own < 0) return name;
    const at = l.positions.of(name);
    return at ? l.split(node, name, at) : l.op("Unsqueeze", [name, l.b.ints([own, own + 1])]);
  });
  return l.merge(node, l.op(node.op, inputs, node.attributes), data.name, 0);
}

function expand(l: Lifting, node: GraphNode): GraphNode {
  const [name, shape] = node.inputs as [string, string];
  const out = node.outputs[0]!;
  const rank = l.rank(out);
  if (!l.positions.native(out)) {
    const wide = l.op("Concat", [l.batchSize(), shape], { axis: 0 });
    return l.lift(node, { inputs: [l.widen(name, rank), wide] });
  }
  const at = l.positions.of(out) ?? l.fail(node, "the batch is merged with other dimensions");
  return { ...node, inputs: [l.align(node, name, rank, at.axis), shape] };
}

function matMul(l: Lifting, node: GraphNode): GraphNode {
  const [left, right] = node.inputs as [string, string];
  const data = l.data(node);
  if (l.rank(left) < 2 || l.rank(right) < 2) l.fail(node, "a vector operand");
  if (!data) {
    const rank = Math.max(l.rank(left), l.rank(right));
    return l.lift(node, { inputs: [left, right].map((n) => (l.lifted.has(n) ? l.widen(n, rank) : n)) });
  }
  const { name, at } = data;
  const rank = l.rank(name);
  if (name === right) {
    if (at.axis > rank - 3 || !isClean(at)) l.fail(node, "the batch is no outer axis of the right operand");
    return { ...node, inputs: [l.align(node, left, rank, at.axis), right] };
  }
  if (at.axis === rank - 1) l.fail(node, "the product sums over the batch");
  if (!isClean(at)) {
    const weight = l.align(node, right, rank + 2, at.axis + 1);
    return l.merge(node, l.op("MatMul", [l.split(node, left, at), weight]), left, 1);
  }
  if (at.axis < rank - 2) return { ...node, inputs: [left, l.align(node, right, rank, at.axis)] };
  const row = l.b.ints([rank - 1]);
  const rows = l.op("Unsqueeze", [left, row]);
  return l.instead(node, "Squeeze", [l.op("MatMul", [rows, l.align(node, right, rank + 1, at.axis)]), row]);
}

/** Each sample reads its own table. */
function gather(l: Lifting, node: GraphNode): GraphNode {
  const [table, indices] = node.inputs as [string, string];
  const call = new Call(
    node,
    node.inputs.map((n) => l.values.get(n)),
  );
  const axis = call.axis(call.int("axis", 0), l.rank(table));
  const data = l.data(node);
  if (!data) return l.lift(node, { attributes: { axis: int(axis + 1) } });
  const { at } = data;
  if (axis !== 0 || !isClean(at)) l.fail(node, "only rows of a table by indices with a batch of their own");
  const rank = l.rank(indices);
  const front = [at.axis, ...range(0, rank).filter((k) => k !== at.axis)];
  const turned = at.axis === 0 ? indices : l.op("Transpose", [indices], { perm: front });
  const wide = l.values.get(indices)!.dtype === "int64" ? turned : l.b.cast(turned, "int64");
  const at64 = l.op("Unsqueeze", [wide, l.b.ints([-1])]);
  if (at.axis === 0) return l.instead(node, "GatherND", [table, at64], { batch_dims: int(1) });
  const rows = l.op("GatherND", [table, at64], { batch_dims: 1 });
  const width = rank + l.rank(table) - 1;
  const perm = range(0, width).map((k) => (k < rank ? front.indexOf(k) : k));
  return l.instead(node, "Transpose", [rows], { perm: { kind: "ints", value: perm } });
}

/** Operators that see only parameters and constants: their axes move by one. */
function alone(l: Lifting, node: GraphNode): GraphNode {
  if (l.data(node)) l.fail(node, "takes a parameter together with data");
  const call = new Call(
    node,
    node.inputs.map((n) => l.values.get(n)),
  );
  const rank = call.rank(0);
  const [first, ...rest] = node.inputs as [string, ...string[]];
  if (node.op === "Reshape") {
    const wide = l.op("Concat", [l.batchSize(), rest[0]!], { axis: 0 });
    return l.lift(node, { inputs: [first, wide] });
  }
  if (node.op === "Squeeze" || node.op === "Unsqueeze") {
    const rankAfter = l.rank(node.outputs[0]!);
    const ones = l.dims(first).flatMap((d, k) => (d === 1 ? [k] : []));
    const axes = call.has(1) ? call.axes(call.known(1, "axes"), Math.max(rank, rankAfter)) : ones;
    return l.lift(node, { inputs: [first, l.b.ints(axes.map((k) => k + 1))] });
  }
  if (node.op === "Flatten") {
    const dims = l.dims(node.outputs[0]!);
    if (dims.some((d) => typeof d !== "number")) l.fail(node, "a parameter of unknown shape");
    return l.lift(node, {
      op: "Reshape",
      inputs: [first, l.b.ints([-1, ...(dims as number[])])],
      attributes: {},
    });
  }
  if (node.op === "Transpose") {
    const perm = call.ints("perm") ?? range(0, rank).reverse();
    return l.lift(node, { attributes: { perm: { kind: "ints", value: [0, ...perm.map((p) => p + 1)] } } });
  }
  if (node.op in ONE_AXIS) {
    const axis = int(1 + call.axis(call.int("axis", ONE_AXIS[node.op]!), rank));
    const inputs = node.op === "Concat" ? node.inputs.map((name) => l.tiled(name)) : node.inputs;
    return l.lift(node, { inputs, attributes: { ...node.attributes, axis } });
  }
  if (node.op.startsWith("Reduce")) {
    const given = call.has(1) ? call.known(1, "axes") : [];
    const axes = given.length > 0 ? call.axes(given, rank) : range(0, rank);
    return l.lift(node, { inputs: [first, l.b.ints(axes.map((k) => k + 1))] });
  }
  if (node.op === "Slice") {
    const axes = call.has(3) ? call.axes(call.known(3, "axes"), rank) : range(0, call.known(1, "starts").length);
    return l.lift(node, {
      inputs: [first, rest[0]!, rest[1]!, l.b.ints(axes.map((k) => k + 1)), ...rest.slice(3)],
    });
  }
  return l.fail(node, "does not take a parameter");
}

/** The node for lifted inputs; its output is lifted where no data meets the parameters. */
export function lifted(l: Lifting, node: GraphNode): GraphNode {
  if (ELEMENTWISE.has(node.op)) return elementwise(l, node);
  if (node.op === "Expand") return expand(l, node);
  if (node.op === "MatMul") return matMul(l, node);
  if (node.op === "Gather") return gather(l, node);
  return alone(l, node);
}
