import { GraphBuilder } from "./builder.ts";
import { GraphError } from "./errors.ts";
import { chosenLayers, type LinearLayer } from "./layers.ts";
import { inferShapes } from "./shapes.ts";
import type { DType, Graph, GraphNode } from "./types.ts";

/** A trainable input of a graph. */
export interface Parameter {
  readonly name: string;
  readonly dims: readonly number[];
}

export interface LoraOptions {
  /** Names of linear layers; or, for people at their own machine only, the source of a regular expression over them. */
  readonly targets: readonly string[] | string;
  readonly rank: number;
  /** The update is scaled by alpha / rank. */
  readonly alpha: number;
}

function pair(b: GraphBuilder, layer: LinearLayer, rank: number, dtype: DType): Parameter[] {
  const parameters = [
    { name: `lora.${layer.name}.A`, dims: [layer.inputs, rank] },
    { name: `lora.${layer.name}.B`, dims: [rank, layer.outputs] },
  ];
  for (const { name, dims } of parameters) b.input(name, dtype, dims);
  return parameters;
}

/**
 * Adds (alpha / rank) x A B to the result of each chosen layer. A [inputs, rank] and B [rank, outputs] are graph inputs
 * "lora.<layer>.A" and ".B": one graph serves every adapter, and B = 0 leaves its outputs as they were.
 */
export function injectLora(graph: Graph, options: LoraOptions): { graph: Graph; parameters: Parameter[] } {
  const { rank, alpha } = options;
  if (!Number.isInteger(rank) || rank < 1) throw new GraphError("bad-shape", `a LoRA of rank ${rank}`);
  const shapes = inferShapes(graph);
  const chosen = new Map(chosenLayers(graph, options.targets).map((layer) => [layer.output, layer]));
  const b = GraphBuilder.from({ ...graph, nodes: [] });
  b.reserve(graph.nodes.flatMap((n) => n.outputs.filter((o) => o !== "")));
  const parameters: Parameter[] = [];
  for (const node of graph.nodes) {
    const layer = chosen.get(node.outputs[0]!);
    if (!layer) {
      b.add(node);
      continue;
    }
    const dtype = shapes.get(layer.output)!.dtype;
    const [A, B] = pair(b, layer, rank, dtype);
    parameters.push(A!, B!);
    const frozen = b.fresh(`${layer.output}.frozen`);
    b.add({ ...node, outputs: [frozen] });
    const low = b.node("MatMul", [layer.input, A!.name]);
    const update = b.node("Mul", [b.node("MatMul", [low, B!.name]), b.scalar(alpha / rank, dtype)]);
    const sum: GraphNode = {
      name: layer.output,
      op: "Add",
      inputs: [frozen, update],
      outputs: [layer.output],
      attributes: {},
    };
    b.add(sum);
  }
  return { graph: b.build(graph.outputs), parameters };
}

/** The graph with these initializers as inputs, for training them. Their values stay readable in the old graph. */
export function withParameters(graph: Graph, names: readonly string[]): Graph {
  const inputs = [...graph.inputs];
  const initializers = new Map(graph.initializers);
  for (const name of names) {
    const tensor = initializers.get(name);
    if (!tensor) throw new GraphError("no-such-value", `the graph has no weight ${name}`);
    initializers.delete(name);
    inputs.push({ name, dtype: tensor.dtype, dims: tensor.dims });
  }
  return { ...graph, inputs, initializers };
}
