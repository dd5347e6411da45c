import { Positions } from "./batch-position.ts";
import { GraphError } from "./errors.ts";
import { expandGraph } from "./expand.ts";
import { Lifting } from "./lifting.ts";
import { ELEMENTWISE, lifted } from "./lifting-rules.ts";
import { inferValues, type Values } from "./shapes.ts";
import type { Graph } from "./types.ts";

/** Values that follow from parameters and constants alone. */
function liftedValues(graph: Graph, values: Values, parameters: readonly string[], batch: string): Set<string> {
  const positions = new Positions(values, batch);
  const found = new Set(parameters);
  for (const node of graph.nodes) {
    if (!node.inputs.some((i) => found.has(i))) continue;
    for (const output of node.outputs) if (!positions.native(output)) found.add(output);
  }
  return found;
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
  const lifting = new Lifting(plain, parameters, batchDim);
  for (const node of plain.nodes) {
    lifting.b.add(node.inputs.some((name) => lifting.lifted.has(name)) ? lifted(lifting, node) : node);
    lifting.positions.follow(node);
  }
  return lifting.b.build(graph.outputs.map((o) => o.name));
}
