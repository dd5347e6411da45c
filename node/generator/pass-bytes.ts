import type { Dim, Graph } from "../influence/graph/index.ts";
import { inferShapes } from "../influence/graph/index.ts";

const FLOAT_BYTES = 8;
/** Values of a gradient beside those of the pass that it belongs to: one for each, and its inputs once more. */
const GRADIENT_FACTOR = 3;

/**
 * An upper bound of what one pass over so many tokens and its gradient hold in memory beside weights: whoever made the graph
 * decides over it. Throws GraphError.
 */
export function passBytes(graph: Graph, tokens: number): number {
  const [batch, sequence] = graph.inputs.find(({ name }) => name === "tokens")?.dims ?? [];
  const bindings = { ...bound(batch, 1), ...bound(sequence, tokens) };
  const shapes = inferShapes(graph, bindings);
  const computed = graph.nodes.flatMap(({ outputs }) => outputs.map((name) => shapes.get(name)?.dims ?? []));
  return GRADIENT_FACTOR * FLOAT_BYTES * computed.reduce((sum, dims) => sum + elements(dims, tokens), 0);
}

function bound(dim: Dim | undefined, to: number): Record<string, number> {
  return typeof dim === "string" ? { [dim]: to } : {};
}

/** What stays unknown is taken to grow with the tokens. */
function elements(dims: readonly Dim[], tokens: number): number {
  return dims.reduce<number>((product, dim) => product * (typeof dim === "number" ? dim : tokens), 1);
}
