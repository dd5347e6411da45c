import { type Position, Positions } from "./batch-position.ts";
import { GraphBuilder } from "./builder.ts";
import { GraphError } from "./errors.ts";
import { expandGraph } from "./expand.ts";
import { Call } from "./ops/operator.ts";
import { inferValues, type Values } from "./shapes.ts";
import type { Attribute, Dim, Graph, GraphNode } from "./types.ts";

/** Operators that act element by element with broadcasting. */
const ELEMENTWISE = new Set(
  [
    "Add Sub Mul Div Pow Mod Min Max Equal Less Greater LessOrEqual GreaterOrEqual And Or Not Where Neg Abs Sqrt",
    "Reciprocal Exp Log Sin Cos Tanh Sigmoid Relu LeakyRelu Softplus Erf Gelu Sign Round Floor Ceil Identity Cast",
    "CastLike Clip IsNaN",
  ].flatMap((line) => line.split(" ")),
);
/** Operators with one axis attribute, and its default. */
const ONE_AXIS: Readonly<Record<string, number>> = { Softmax: -1, LogSoftmax: -1, Split: 0, Concat: 0 };

const range = (from: number, to: number) => Array.from({ length: Math.max(0, to - from) }, (_, k) => from + k);
const int = (value: number): Attribute => ({ kind: "int", value });
const isClean = (at: Position) => at.before === 1 && at.after === 1;

/** Rewrites the nodes that see a parameter; a `lifted` value has the batch as an additional first axis. */
class PerSample {
  readonly b: GraphBuilder;
  private readonly values: Values;
  private readonly positions: Positions;
  private readonly lifted: Set<string>;
  private readonly first: string;
  private size: string | undefined;

  constructor(graph: Graph, parameters: readonly string[], batch: string) {
    this.values = inferValues(graph);
    this.positions = new Positions(this.values, batch);
    this.lifted = new Set(parameters);
    this.first = parameters[0]!;
    const inputs = graph.inputs.map((i) => (this.lifted.has(i.name) ? { ...i, dims: [batch, ...i.dims] } : i));
    this.b = GraphBuilder.from({ ...graph, inputs, nodes: [] });
    this.b.reserve(graph.nodes.flatMap((n) => n.outputs.filter((o) => o !== "")));
  }

  visit(node: GraphNode): void {
    this.b.add(node.inputs.some((name) => this.lifted.has(name)) ? this.rewritten(node) : node);
    this.positions.follow(node);
  }

  private rewritten(node: GraphNode): GraphNode {
    if (ELEMENTWISE.has(node.op)) return this.elementwise(node);
    if (node.op === "Expand") return this.expand(node);
    if (node.op === "MatMul") return this.matMul(node);
    if (node.op === "Gather") return this.gather(node);
    return this.alone(node);
  }

  private dims(name: string): readonly Dim[] {
    return this.values.get(name)!.dims;
  }

  private rank(name: string): number {
    return this.dims(name).length;
  }

  private op(...args: Parameters<GraphBuilder["node"]>): string {
    return this.b.node(...args);
  }

  private fail(node: GraphNode, message: string): never {
    const { name, op } = node;
    throw new GraphError("not-differentiable", `per-sample ${op} node ${name}: ${message}`, { node: name, op });
  }

  /** The node with other inputs or attributes, a result with the batch in front. */
  private lift(node: GraphNode, changes: Partial<GraphNode>): GraphNode {
    for (const output of node.outputs) this.lifted.add(output);
    return { ...node, ...changes };
  }

  /** Another operator in the place of the node. */
  private instead(
    node: GraphNode,
    op: string,
    inputs: readonly string[],
    attributes: GraphNode["attributes"] = {},
  ): GraphNode {
    return { name: node.name, op, inputs, outputs: [node.outputs[0]!], attributes };
  }

  private batchSize(): string {
    this.size ??= this.op("Shape", [this.first], { start: 0, end: 1 });
    return this.size;
  }

  private sizeOf(name: string, axis: number): string {
    const d = this.dims(name)[axis]!;
    return typeof d === "number" ? this.b.ints([d]) : this.op("Shape", [name], { start: axis, end: axis + 1 });
  }

  /** A lifted value as [batch, 1.., own axes] of `to` axes after the batch. */
  private widen(name: string, to: number): string {
    const extra = to - this.rank(name);
    return extra === 0 ? name : this.op("Unsqueeze", [name, this.b.ints(range(1, 1 + extra))]);
  }

  /** A lifted value as a value of rank `to` with the batch at `axis` and its own axes at the end. */
  private align(node: GraphNode, name: string, to: number, axis: number): string {
    const own = axis - (to - this.rank(name));
    if (this.rank(name) > to || (own >= 0 && this.dims(name)[own] !== 1))
      this.fail(node, `${name} varies along the batch`);
    const wide = this.op("Squeeze", [this.widen(name, to), this.b.ints([1 + axis])]);
    return axis === 0
      ? wide
      : this.op("Transpose", [wide], { perm: [...range(1, axis + 1), 0, ...range(axis + 1, to)] });
  }

  /** Where the data that meets the parameters has the batch. */
  private data(node: GraphNode): { name: string; at: Position } | undefined {
    const names = node.inputs.filter((i) => i !== "" && !this.lifted.has(i) && this.positions.native(i));
    const name = names.find((i) => this.positions.of(i)) ?? names[0];
    if (name === undefined) return undefined;
    return { name, at: this.positions.of(name) ?? this.fail(node, `nobody can say where ${name} has the batch`) };
  }

  /** Data whose batch is merged with other dimensions, with before, batch and after as axes of their own. */
  private split(node: GraphNode, name: string, at: Position): string {
    if (typeof at.before === "string" && typeof at.after === "string")
      this.fail(node, `bind ${at.before} or ${at.after}`);
    const part = (d: Dim) => this.b.ints([typeof d === "number" ? d : -1]);
    const around = (from: number, to: number) => range(from, to).map((k) => this.sizeOf(name, k));
    const parts = [
      ...around(0, at.axis),
      part(at.before),
      this.batchSize(),
      part(at.after),
      ...around(at.axis + 1, this.rank(name)),
    ];
    return this.op("Reshape", [name, this.op("Concat", parts, { axis: 0 })]);
  }

  /** Back to the node's own output: sizes from the data ahead of `tail`, from the shape after it. */
  private merge(node: GraphNode, value: string, data: string, tail: number): GraphNode {
    const out = node.outputs[0]!;
    const skip = this.rank(data) - this.rank(out);
    const sizes = this.dims(out).map((d, k) => {
      if (typeof d === "number") return this.b.ints([d]);
      return k + skip < 0 || k >= this.rank(out) - tail ? this.fail(node, `bind ${d}`) : this.sizeOf(data, k + skip);
    });
    return this.instead(node, "Reshape", [value, this.op("Concat", sizes, { axis: 0 })]);
  }

  private elementwise(node: GraphNode): GraphNode {
    const rank = this.rank(node.outputs[0]!);
    const data = this.data(node);
    const each = (of: (name: string) => string) => node.inputs.map((name) => (this.lifted.has(name) ? of(name) : name));
    if (!data) return this.lift(node, { inputs: each((name) => this.widen(name, rank)) });
    const axis = data.at.axis + rank - this.rank(data.name);
    if (isClean(data.at)) {
      return { ...node, inputs: each((name) => this.align(node, name, rank, axis)) };
    }
    const inputs = node.inputs.map((name) => {
      if (name === "") return name;
      if (this.lifted.has(name)) return this.align(node, name, rank + 2, axis + 1);
      const own = axis - (rank - this.rank(name));
      if (own < 0) return name;
      const at = this.positions.of(name);
      return at ? this.split(node, name, at) : this.op("Unsqueeze", [name, this.b.ints([own, own + 1])]);
    });
    return this.merge(node, this.op(node.op, inputs, node.attributes), data.name, 0);
  }

  private expand(node: GraphNode): GraphNode {
    const [name, shape] = node.inputs as [string, string];
    const out = node.outputs[0]!;
    const rank = this.rank(out);
    if (!this.positions.native(out)) {
      const wide = this.op("Concat", [this.batchSize(), shape], { axis: 0 });
      return this.lift(node, { inputs: [this.widen(name, rank), wide] });
    }
    const at = this.positions.of(out) ?? this.fail(node, "the batch is merged with other dimensions");
    return { ...node, inputs: [this.align(node, name, rank, at.axis), shape] };
  }

  private matMul(node: GraphNode): GraphNode {
    const [left, right] = node.inputs as [string, string];
    const data = this.data(node);
    if (this.rank(left) < 2 || this.rank(right) < 2) this.fail(node, "a vector operand");
    if (!data) {
      const rank = Math.max(this.rank(left), this.rank(right));
      return this.lift(node, { inputs: [left, right].map((n) => (this.lifted.has(n) ? this.widen(n, rank) : n)) });
    }
    const { name, at } = data;
    const rank = this.rank(name);
    if (name === right) {
      if (at.axis > rank - 3 || !isClean(at)) this.fail(node, "the batch is no outer axis of the right operand");
      return { ...node, inputs: [this.align(node, left, rank, at.axis), right] };
    }
    if (at.axis === rank - 1) this.fail(node, "the product sums over the batch");
    if (!isClean(at)) {
      const weight = this.align(node, right, rank + 2, at.axis + 1);
      return this.merge(node, this.op("MatMul", [this.split(node, left, at), weight]), left, 1);
    }
    if (at.axis < rank - 2) return { ...node, inputs: [left, this.align(node, right, rank, at.axis)] };
    const row = this.b.ints([rank - 1]);
    const rows = this.op("Unsqueeze", [left, row]);
    return this.instead(node, "Squeeze", [this.op("MatMul", [rows, this.align(node, right, rank + 1, at.axis)]), row]);
  }

  /** Each sample reads its own table. */
  private gather(node: GraphNode): GraphNode {
    const [table, indices] = node.inputs as [string, string];
    const call = new Call(
      node,
      node.inputs.map((n) => this.values.get(n)),
    );
    const axis = call.axis(call.int("axis", 0), this.rank(table));
    const data = this.data(node);
    if (!data) return this.lift(node, { attributes: { axis: int(axis + 1) } });
    const { at } = data;
    if (axis !== 0 || !isClean(at)) this.fail(node, "only rows of a table by indices with a batch of their own");
    const rank = this.rank(indices);
    const front = [at.axis, ...range(0, rank).filter((k) => k !== at.axis)];
    const turned = at.axis === 0 ? indices : this.op("Transpose", [indices], { perm: front });
    const wide = this.values.get(indices)!.dtype === "int64" ? turned : this.b.cast(turned, "int64");
    const at64 = this.op("Unsqueeze", [wide, this.b.ints([-1])]);
    if (at.axis === 0) return this.instead(node, "GatherND", [table, at64], { batch_dims: int(1) });
    const rows = this.op("GatherND", [table, at64], { batch_dims: 1 });
    const width = rank + this.rank(table) - 1;
    const perm = range(0, width).map((k) => (k < rank ? front.indexOf(k) : k));
    return this.instead(node, "Transpose", [rows], { perm: { kind: "ints", value: perm } });
  }

  /** Operators that see only parameters and constants: their axes move by one. */
  private alone(node: GraphNode): GraphNode {
    if (this.data(node)) this.fail(node, "takes a parameter together with data");
    const call = new Call(
      node,
      node.inputs.map((n) => this.values.get(n)),
    );
    const rank = call.rank(0);
    const [first, ...rest] = node.inputs as [string, ...string[]];
    if (node.op === "Reshape") {
      const wide = this.op("Concat", [this.batchSize(), rest[0]!], { axis: 0 });
      return this.lift(node, { inputs: [first, wide] });
    }
    if (node.op === "Squeeze" || node.op === "Unsqueeze") {
      const rankAfter = this.rank(node.outputs[0]!);
      const ones = this.dims(first).flatMap((d, k) => (d === 1 ? [k] : []));
      const axes = call.has(1) ? call.axes(call.known(1, "axes"), Math.max(rank, rankAfter)) : ones;
      return this.lift(node, { inputs: [first, this.b.ints(axes.map((k) => k + 1))] });
    }
    if (node.op === "Flatten") {
      const dims = this.dims(node.outputs[0]!);
      if (dims.some((d) => typeof d !== "number")) this.fail(node, "a parameter of unknown shape");
      return this.lift(node, {
        op: "Reshape",
        inputs: [first, this.b.ints([-1, ...(dims as number[])])],
        attributes: {},
      });
    }
    if (node.op === "Transpose") {
      const perm = call.ints("perm") ?? range(0, rank).reverse();
      return this.lift(node, { attributes: { perm: { kind: "ints", value: [0, ...perm.map((p) => p + 1)] } } });
    }
    if (node.op in ONE_AXIS) {
      const axis = int(1 + call.axis(call.int("axis", ONE_AXIS[node.op]!), rank));
      const inputs = node.op === "Concat" ? node.inputs.map((name) => this.tiled(name)) : node.inputs;
      return this.lift(node, { inputs, attributes: { ...node.attributes, axis } });
    }
    if (node.op.startsWith("Reduce")) {
      const given = call.has(1) ? call.known(1, "axes") : [];
      const axes = given.length > 0 ? call.axes(given, rank) : range(0, rank);
      return this.lift(node, { inputs: [first, this.b.ints(axes.map((k) => k + 1))] });
    }
    if (node.op === "Slice") {
      const axes = call.has(3) ? call.axes(call.known(3, "axes"), rank) : range(0, call.known(1, "starts").length);
      return this.lift(node, {
        inputs: [first, rest[0]!, rest[1]!, this.b.ints(axes.map((k) => k + 1)), ...rest.slice(3)],
      });
    }
    return this.fail(node, "does not take a parameter");
  }

  /** A constant repeated for every sample. */
  private tiled(name: string): string {
    if (this.lifted.has(name)) return name;
    const shape = range(0, this.rank(name)).map((k) => this.sizeOf(name, k));
    return this.op("Expand", [name, this.op("Concat", [this.batchSize(), ...shape], { axis: 0 })]);
  }
}

/** Values that follow from parameters and constants alone. */
function liftedValues(graph: Graph, values: Values, parameters: readonly string[], batch: string): Set<string> {
  const positions = new Positions(values, batch);
  const lifted = new Set(parameters);
  for (const node of graph.nodes) {
    if (!node.inputs.some((i) => lifted.has(i))) continue;
    for (const output of node.outputs) if (!positions.native(output)) lifted.add(output);
  }
  return lifted;
}

/**
 * Gives each of these parameter inputs a leading dimension `batchDim`, so that sample i reads its own copy i and a
 * gradient by the parameter comes out per sample. `batchDim` is the symbolic batch dimension of the data inputs; feed
 * each parameter repeated for every sample (`repeatForBatch`). Where samples influence each other's results, sample i's
 * gradient is that of the loss by the copy that row i read.
 */
export function perSample(graph: Graph, parameters: readonly string[], batchDim: string): Graph {
  for (const name of parameters) {
    if (!graph.inputs.some((i) => i.name === name))
      throw new GraphError("no-such-value", `${name} is no input: see withParameters`);
  }
  if (!graph.inputs.some((i) => i.dims.includes(batchDim))) {
    throw new GraphError("no-such-value", `no input has the dimension ${batchDim}`);
  }
  if (parameters.length === 0) return graph;
  const seen = liftedValues(graph, inferValues(graph), parameters, batchDim);
  const plain = expandGraph(
    graph,
    (o, node) => o.compose !== undefined && !ELEMENTWISE.has(o.name) && node.inputs.some((i) => seen.has(i)),
  );
  const rewrite = new PerSample(plain, parameters, batchDim);
  for (const node of plain.nodes) rewrite.visit(node);
  return rewrite.b.build(graph.outputs.map((o) => o.name));
}
