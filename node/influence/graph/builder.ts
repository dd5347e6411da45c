import { GraphError } from "./errors.ts";
import { inferShapes } from "./shapes.ts";
import { int64, scalar, TYPE_NUMBERS } from "./tensor.ts";
import type { Attribute, Dim, DType, Graph, GraphNode, Tensor, ValueInfo } from "./types.ts";

/** Attributes as they are written: integers, lists of integers and text need no wrapping; floats do (`float`). */
export type AttributeInput = number | readonly number[] | string | Attribute;

function attribute(input: AttributeInput): Attribute {
  if (typeof input === "number") {
    if (!Number.isSafeInteger(input))
      throw new GraphError("malformed", `attribute ${input}: wrap a float with float()`);
    return { kind: "int", value: input };
  }
  if (typeof input === "string") return { kind: "string", value: input };
  return Array.isArray(input) ? { kind: "ints", value: input } : (input as Attribute);
}

/** Writes graphs node by node. Values are names; a name is assigned once. */
export class GraphBuilder {
  private readonly graphName: string;
  private readonly inputs: ValueInfo[] = [];
  private readonly initializers = new Map<string, Tensor>();
  private readonly nodes: GraphNode[] = [];
  private readonly names = new Set<string>();
  private readonly cache = new Map<string, string>();
  private readonly counters = new Map<string, number>();

  constructor(name = "graph") {
    this.graphName = name;
  }

  /** A builder that goes on from a graph. */
  static from(graph: Graph): GraphBuilder {
    const b = new GraphBuilder(graph.name);
    for (const { name, dtype, dims } of graph.inputs) b.input(name, dtype, dims);
    for (const [name, tensor] of graph.initializers) b.initializer(name, tensor);
    for (const node of graph.nodes) b.add(node);
    return b;
  }

  private claim(name: string): string {
    if (this.names.has(name)) throw new GraphError("malformed", `the name ${name} is assigned twice`);
    this.names.add(name);
    return name;
  }

  /** Keeps names of values that are added later from being taken. */
  reserve(names: Iterable<string>): void {
    for (const name of names) this.names.add(name);
  }

  /** A name that nothing has yet. */
  fresh(stem: string): string {
    for (;;) {
      const n = this.counters.get(stem) ?? 0;
      this.counters.set(stem, n + 1);
      const name = `${stem}_${n}`;
      if (!this.names.has(name)) return name;
    }
  }

  has(name: string): boolean {
    return this.names.has(name);
  }

  input(name: string, dtype: DType, dims: readonly Dim[]): string {
    this.inputs.push({ name: this.claim(name), dtype, dims });
    return name;
  }

  /** A named constant: a weight that `withParameters` can turn into an input. */
  initializer(name: string, tensor: Tensor): string {
    this.initializers.set(this.claim(name), tensor);
    return name;
  }

  /** An unnamed constant; small equal ones are stored once. */
  constant(tensor: Tensor): string {
    const key =
      tensor.data.length <= 16 ? `${tensor.dtype}[${tensor.dims}]${Array.from(tensor.data, keyOf)}` : undefined;
    const known = key === undefined ? undefined : this.cache.get(key);
    if (known !== undefined) return known;
    const name = this.initializer(this.fresh("constant"), tensor);
    if (key !== undefined) this.cache.set(key, name);
    return name;
  }

  scalar(value: number, dtype: DType = "double"): string {
    return this.constant(scalar(value, dtype));
  }

  /** An int64 vector. */
  ints(values: readonly number[]): string {
    return this.constant(int64(values));
  }

  cast(value: string, dtype: DType): string {
    return this.node("Cast", [value], { to: TYPE_NUMBERS[dtype] });
  }

  /** Calls an operator of one output and names that output. */
  node(op: string, inputs: readonly string[], attributes: Readonly<Record<string, AttributeInput>> = {}): string {
    return this.call(op, inputs, attributes, 1)[0]!;
  }

  /** Calls an operator of several outputs. */
  call(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeInput>>,
    outputs: number | readonly string[],
  ): string[] {
    const entries = Object.entries(attributes).map(([name, value]) => [name, attribute(value)] as const);
    const names =
      typeof outputs === "number"
        ? Array.from({ length: outputs }, () => this.claim(this.fresh(op)))
        : outputs.map((o) => this.claim(o));
    this.nodes.push({ name: names[0]!, op, inputs, outputs: names, attributes: Object.fromEntries(entries) });
    return names;
  }

  /** A node of another graph as it is; its outputs may have been reserved. */
  add(node: GraphNode): void {
    this.nodes.push(node);
    for (const output of node.outputs) if (output !== "") this.names.add(output);
  }

  /** The constant of this name. */
  tensor(name: string): Tensor | undefined {
    return this.initializers.get(name);
  }

  /** Nodes written since a mark, taken out again. */
  take(mark: number): GraphNode[] {
    return this.nodes.splice(mark);
  }

  mark(): number {
    return this.nodes.length;
  }

  /** The graph with these outputs, checked by shape inference. Only what the outputs need is kept. */
  build(outputs: readonly (string | ValueInfo)[]): Graph {
    const wanted = outputs.map((o) => (typeof o === "string" ? o : o.name));
    const graph = this.reachable(wanted);
    const shapes = inferShapes(graph);
    const infos = outputs.map((o): ValueInfo => {
      if (typeof o !== "string") return o;
      const value = shapes.get(o);
      if (!value) throw new GraphError("no-such-value", `the graph has no value ${o}`);
      return { name: o, ...value };
    });
    return { ...graph, outputs: infos };
  }

  private reachable(wanted: readonly string[]): Graph {
    const needed = new Set(wanted);
    const kept: GraphNode[] = [];
    for (const node of this.nodes.toReversed()) {
      if (!node.outputs.some((o) => needed.has(o))) continue;
      for (const input of node.inputs) needed.add(input);
      kept.push(node);
    }
    const initializers = new Map([...this.initializers].filter(([name]) => needed.has(name)));
    return {
      name: this.graphName,
      opset: OPSET,
      inputs: this.inputs,
      outputs: [],
      initializers,
      nodes: kept.reverse(),
    };
  }
}

/** The operator set version that graphs are in after loading, and that they are encoded in. */
export const OPSET = 21;

function keyOf(value: number | bigint): string {
  return Object.is(value, -0) ? "-0" : String(value);
}
