import { type Position, Positions } from "./batch-position.ts";
import { GraphBuilder } from "./builder.ts";
import { GraphError } from "./errors.ts";
import { inferValues, type Values } from "./shapes.ts";
import type { Dim, Graph, GraphNode } from "./types.ts";

export const range = (from: number, to: number) => Array.from({ length: Math.max(0, to - from) }, (_, k) => from + k);

/** Nothing else is merged into the axis of the batch. */
export const isClean = (at: Position) => at.before === 1 && at.after === 1;

/** A graph being rewritten so that some values are `lifted`: they have the batch as an additional first axis. */
export class Lifting {
  readonly b: GraphBuilder;
  readonly values: Values;
  readonly positions: Positions;
  readonly lifted: Set<string>;
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

  dims(name: string): readonly Dim[] {
    return this.values.get(name)!.dims;
  }

  rank(name: string): number {
    return this.dims(name).length;
  }

  op(...args: Parameters<GraphBuilder["node"]>): string {
    return this.b.node(...args);
  }

  fail(node: GraphNode, message: string): never {
    const { name, op } = node;
    throw new GraphError("not-differentiable", `per-sample ${op} node ${name}: ${message}`, { node: name, op });
  }

  /** The node with other inputs or attributes, a result with the batch in front. */
  lift(node: GraphNode, changes: Partial<GraphNode>): GraphNode {
    for (const output of node.outputs) this.lifted.add(output);
    return { ...node, ...changes };
  }

  /** Another operator in the place of the node. */
  instead(node: GraphNode, op: string, inputs: readonly string[], attributes: GraphNode["attributes"] = {}): GraphNode {
    return { name: node.name, op, inputs, outputs: [node.outputs[0]!], attributes };
  }

  batchSize(): string {
    this.size ??= this.op("Shape", [this.first], { start: 0, end: 1 });
    return this.size;
  }

  sizeOf(name: string, axis: number): string {
    const d = this.dims(name)[axis]!;
    return typeof d === "number" ? this.b.ints([d]) : this.op("Shape", [name], { start: axis, end: axis + 1 });
  }

  /** A lifted value as [batch, 1.., own axes] of `to` axes after the batch. */
  widen(name: string, to: number): string {
    const extra = to - this.rank(name);
    return extra === 0 ? name : this.op("Unsqueeze", [name, this.b.ints(range(1, 1 + extra))]);
  }

  /** A lifted value as a value of rank `to` with the batch at `axis` and its own axes at the end. */
  align(node: GraphNode, name: string, to: number, axis: number): string {
    const own = axis - (to - this.rank(name));
    if (this.rank(name) > to || (own >= 0 && this.dims(name)[own] !== 1))
      this.fail(node, `${name} varies along the batch`);
    const wide = this.op("Squeeze", [this.widen(name, to), this.b.ints([1 + axis])]);
    return axis === 0
      ? wide
      : this.op("Transpose", [wide], { perm: [...range(1, axis + 1), 0, ...range(axis + 1, to)] });
  }

  /** Where the data that meets the parameters has the batch. */
  data(node: GraphNode): { name: string; at: Position } | undefined {
    const names = node.inputs.filter((i) => i !== "" && !this.lifted.has(i) && this.positions.native(i));
    const name = names.find((i) => this.positions.of(i)) ?? names[0];
    if (name === undefined) return undefined;
    return { name, at: this.positions.of(name) ?? this.fail(node, `nobody can say where ${name} has the batch`) };
  }

  /** Data whose batch is merged with other dimensions, with before, batch and after as axes of their own. */
  split(node: GraphNode, name: string, at: Position): string {
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
  merge(node: GraphNode, value: string, data: string, tail: number): GraphNode {
    const out = node.outputs[0]!;
    const skip = this.rank(data) - this.rank(out);
    const sizes = this.dims(out).map((d, k) => {
      if (typeof d === "number") return this.b.ints([d]);
      return k + skip < 0 || k >= this.rank(out) - tail ? this.fail(node, `bind ${d}`) : this.sizeOf(data, k + skip);
    });
    return this.instead(node, "Reshape", [value, this.op("Concat", sizes, { axis: 0 })]);
  }

  /** A constant repeated for every sample. */
  tiled(name: string): string {
    if (this.lifted.has(name)) return name;
    const shape = range(0, this.rank(name)).map((k) => this.sizeOf(name, k));
    return this.op("Expand", [name, this.op("Concat", [this.batchSize(), ...shape], { axis: 0 })]);
  }
}
