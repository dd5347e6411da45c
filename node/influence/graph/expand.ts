import { GraphBuilder } from "./builder.ts";
import { Emission, type Operator, type Value } from "./ops/operator.ts";
import { operatorOf } from "./ops/table.ts";
import { inferNode, type Values, valueOfTensor } from "./shapes.ts";
import type { Graph, GraphNode } from "./types.ts";

/** Compositions may use composed operators (Gelu uses Erf): depth of that nesting, with room. */
const MAX_DEPTH = 4;

function substitute(node: GraphNode, names: ReadonlyMap<string, string>): GraphNode {
  const rename = (list: readonly string[]) => list.map((name) => names.get(name) ?? name);
  return { ...node, inputs: rename(node.inputs), outputs: rename(node.outputs) };
}

/** A walk over a graph in order that rewrites nodes with the shapes of their inputs at hand. */
class Expansion {
  readonly b: GraphBuilder;
  private readonly values: Values = new Map();
  private readonly chosen: (operator: Operator, node: GraphNode) => boolean;

  constructor(graph: Graph, chosen: Expansion["chosen"]) {
    this.b = GraphBuilder.from({ ...graph, nodes: [] });
    this.chosen = chosen;
    this.b.reserve(graph.nodes.flatMap((node) => node.outputs.filter((o) => o !== "")));
    for (const { name, dtype, dims } of graph.inputs) this.values.set(name, { dtype, dims });
  }

  /** Constants, old ones and those that a composition made, become known when they are used. */
  private learn(name: string): void {
    const tensor = this.values.has(name) ? undefined : this.b.tensor(name);
    if (tensor) this.values.set(name, valueOfTensor(tensor));
  }

  add(node: GraphNode, depth = 0): void {
    for (const name of node.inputs) this.learn(name);
    const operator = operatorOf(node);
    const results = inferNode(node, this.values);
    if (depth >= MAX_DEPTH || !operator.compose || !this.chosen(operator, node)) {
      this.b.add(node);
      node.outputs.forEach((o, i) => {
        if (o !== "") this.values.set(o, results[i]!);
      });
      return;
    }
    for (const part of this.compose(node, operator, results)) this.add(part, depth + 1);
  }

  private compose(node: GraphNode, operator: Operator, results: readonly Value[]): GraphNode[] {
    const mark = this.b.mark();
    const inputs = node.inputs.map((name) => (name === "" ? undefined : this.values.get(name)));
    const made = operator.compose!(new Emission(this.b, node, inputs, results));
    const own = new Map<string, string>();
    node.outputs.forEach((output, i) => {
      if (output === "") return;
      const name = made[i]!;
      own.set(own.has(name) ? this.b.node("Identity", [name]) : name, output);
    });
    const parts = this.b.take(mark);
    const here = new Set(parts.flatMap((p) => p.outputs));
    for (const [name, output] of own) {
      if (here.has(name)) continue;
      own.delete(name);
      parts.push({ name: output, op: "Identity", inputs: [name], outputs: [output], attributes: {} });
    }
    return parts.map((part) => substitute(part, own));
  }
}

/**
 * The graph with the chosen operators replaced by their compositions; names of values stay. Nodes that neither an
 * output nor a value of `keep` needs go.
 */
export function expandGraph(
  graph: Graph,
  chosen: (operator: Operator, node: GraphNode) => boolean,
  keep: readonly string[] = [],
): Graph {
  const expansion = new Expansion(graph, chosen);
  for (const node of graph.nodes) expansion.add(node);
  return { ...expansion.b.build([...graph.outputs, ...keep]), outputs: graph.outputs };
}
