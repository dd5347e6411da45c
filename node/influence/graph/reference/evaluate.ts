import { GraphError } from "../errors.ts";
import { sizeOf } from "../tensor.ts";
import type { Feeds, Graph, GraphNode, Tensor, ValueInfo } from "../types.ts";
import { OPERATORS } from "./operators.ts";

/** The nodes that the wanted values depend on, in the graph's order. */
function neededNodes(graph: Graph, wanted: readonly string[]): GraphNode[] {
  const names = new Set(wanted);
  const needed: GraphNode[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((name) => name !== "" && names.has(name))) continue;
    needed.push(node);
    for (const name of node.inputs) names.add(name);
  }
  return needed.reverse();
}

/** A fed value has the declared type and dims; a name of a dim stands for one number throughout. */
function checkFeed({ name, dtype, dims }: ValueInfo, tensor: Tensor, names: Map<string, number>): void {
  const fail = (why: string) => new GraphError("bad-shape", `input ${name} ${why}`);
  if (tensor.dtype !== dtype) throw fail(`is ${tensor.dtype}, the graph declares ${dtype}`);
  if (tensor.dims.length !== dims.length || sizeOf(tensor.dims) !== tensor.data.length) {
    throw fail(`of [${tensor.dims}] with ${tensor.data.length} elements does not fit [${dims}]`);
  }
  for (const [axis, dim] of dims.entries()) {
    const size = tensor.dims[axis]!;
    const expected = typeof dim === "number" ? dim : (names.get(dim) ?? size);
    if (size !== expected) throw fail(`has ${size} along axis ${axis}, not ${expected}`);
    if (typeof dim === "string") names.set(dim, size);
  }
}

/** Initializers and feeds; a feed may replace an initializer that is an input too. */
function startingValues(graph: Graph, feeds: Feeds): Map<string, Tensor> {
  const values = new Map<string, Tensor>(graph.initializers);
  const names = new Map<string, number>();
  for (const info of graph.inputs) {
    const fed = feeds[info.name];
    if (!fed) continue;
    checkFeed(info, fed, names);
    values.set(info.name, fed);
  }
  return values;
}

function run(graph: Graph, node: GraphNode, values: ReadonlyMap<string, Tensor>): readonly Tensor[] {
  const operator = OPERATORS.get(node.op);
  const at = { node: node.name, op: node.op };
  if (!operator) throw new GraphError("unsupported-operator", `no operator ${node.op} (node ${node.name})`, at);
  const inputs = node.inputs.map((name) => {
    if (name === "") return undefined;
    const value = values.get(name);
    if (!value) throw new GraphError("no-such-value", `${node.op} ${node.name} needs ${name}, which nothing gives`, at);
    return value;
  });
  try {
    return operator({ node, opset: graph.opset, inputs });
  } catch (error) {
    if (!(error instanceof GraphError) || error.node !== undefined) throw error;
    throw new GraphError(error.code, `${node.op} ${node.name}: ${error.message}`, at);
  }
}

/**
 * Values of a graph in float64, one node after the other, each by its definition in this folder: the same bits on
 * every machine. `float` values are computed in float64 like `double`. Only what `wanted` (by default the graph's
 * outputs) depends on is computed, and a value is dropped after its last use. Throws GraphError: no-such-value,
 * bad-shape, unsupported-operator, unsupported-type, too-large, malformed, not-finite.
 */
export function evaluate(
  graph: Graph,
  feeds: Feeds,
  wanted: readonly string[] = graph.outputs.map(({ name }) => name),
): Record<string, Tensor> {
  const nodes = neededNodes(graph, wanted);
  const values = startingValues(graph, feeds);
  const lastUse = new Map<string, GraphNode>();
  for (const node of nodes) for (const name of [...node.outputs, ...node.inputs]) lastUse.set(name, node);
  const kept = new Set(wanted);
  for (const node of nodes) {
    const outputs = run(graph, node, values);
    for (const [i, name] of node.outputs.entries()) if (name !== "" && outputs[i]) values.set(name, outputs[i]);
    for (const name of [...node.inputs, ...node.outputs]) {
      if (lastUse.get(name) === node && !kept.has(name)) values.delete(name);
    }
  }
  return Object.fromEntries(
    wanted.map((name) => {
      const value = values.get(name);
      if (!value) throw new GraphError("no-such-value", `no value ${name} in graph ${graph.name}`);
      return [name, value];
    }),
  );
}
