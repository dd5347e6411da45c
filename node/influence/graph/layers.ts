import { GraphError } from "./errors.ts";
import { inferShapes } from "./shapes.ts";
import type { Graph, GraphNode, Shapes } from "./types.ts";

/** A product of a value with a matrix of weights. */
export interface LinearLayer {
  /** The weight's or bias's name without ".weight" or ".bias"; made unique by "#2". */
  readonly name: string;
  /** Name of the MatMul or Gemm node. */
  readonly node: string;
  /** Name of the initializer or input that holds the matrix. */
  readonly weight: string;
  readonly inputs: number;
  readonly outputs: number;
  /** The stored matrix is [outputs, inputs]. */
  readonly transposed: boolean;
  /** Value of shape [..., inputs]. */
  readonly input: string;
  /** Value of shape [..., outputs]: of Gemm its bias included, of MatMul without it. */
  readonly output: string;
}

const WEIGHT = /[._]weight$/;
const BIAS = /[._]bias$/;

interface Source {
  readonly name: string;
  readonly transposed: boolean;
}

/** Finds the stored matrix behind Identity, Cast and Transpose. */
function sourceOf(graph: Graph, producers: ReadonlyMap<string, GraphNode>, value: string): Source | undefined {
  let name = value;
  let transposed = false;
  for (let node = producers.get(name); node; node = producers.get(name)) {
    if (node.op === "Transpose") transposed = !transposed;
    else if (node.op !== "Identity" && node.op !== "Cast") return undefined;
    name = node.inputs[0]!;
  }
  const stored = graph.initializers.has(name) || graph.inputs.some((i) => i.name === name);
  return stored ? { name, transposed } : undefined;
}

/** What PyTorch calls the layer: from the weight's name, else from that of the bias that is added next. */
function stemOf(weight: string, biases: readonly string[]): string {
  const named = [...[weight].filter((name) => WEIGHT.test(name)), ...biases.filter((name) => BIAS.test(name))];
  return (named[0] ?? weight).replace(WEIGHT, "").replace(BIAS, "");
}

function biasesOf(graph: Graph, node: GraphNode): string[] {
  if (node.op === "Gemm") return node.inputs.slice(2);
  const next = graph.nodes.filter((n) => n.op === "Add" && n.inputs.includes(node.outputs[0]!));
  return next
    .flatMap((n) => n.inputs)
    .filter((name) => graph.initializers.has(name) || graph.inputs.some((i) => i.name === name));
}

function layerOf(graph: Graph, shapes: Shapes, producers: ReadonlyMap<string, GraphNode>, node: GraphNode) {
  if (node.op !== "MatMul" && node.op !== "Gemm") return undefined;
  const flag = (name: string) => {
    const a = node.attributes[name];
    return a?.kind === "int" && a.value !== 0;
  };
  if (flag("transA")) return undefined;
  const source = sourceOf(graph, producers, node.inputs[1]!);
  const dims = source && shapes.get(source.name)?.dims;
  if (!source || dims?.length !== 2 || sourceOf(graph, producers, node.inputs[0]!)?.name === source.name)
    return undefined;
  const transposed = source.transposed !== flag("transB");
  const [rows, columns] = transposed ? dims.toReversed() : dims;
  if (typeof rows !== "number" || typeof columns !== "number") return undefined;
  return { weight: source.name, transposed, inputs: rows, outputs: columns };
}

/** Every MatMul and Gemm by a stored matrix, in the graph's order. A matrix that several nodes share is several layers. */
export function linearLayers(graph: Graph): LinearLayer[] {
  const shapes = inferShapes(graph);
  const producers = new Map(graph.nodes.flatMap((n) => n.outputs.map((o) => [o, n] as const)));
  const used = new Map<string, number>();
  return graph.nodes.flatMap((node) => {
    const layer = layerOf(graph, shapes, producers, node);
    if (!layer) return [];
    const stem = stemOf(layer.weight, biasesOf(graph, node));
    const count = (used.get(stem) ?? 0) + 1;
    used.set(stem, count);
    const name = count === 1 ? stem : `${stem}#${count}`;
    return [{ name, node: node.name, ...layer, input: node.inputs[0]!, output: node.outputs[0]! }];
  });
}

/** The layers that a list of names, or the source of a regular expression, chooses. */
export function chosenLayers(graph: Graph, targets: readonly string[] | string): LinearLayer[] {
  const layers = linearLayers(graph);
  if (typeof targets === "string") {
    const pattern = new RegExp(targets);
    const found = layers.filter((layer) => pattern.test(layer.name));
    if (found.length === 0) throw new GraphError("no-such-value", `no linear layer matches ${targets}`);
    return found;
  }
  return targets.map((name) => {
    const layer = layers.find((l) => l.name === name);
    if (layer) return layer;
    const names = layers.map((l) => l.name).join(", ");
    throw new GraphError("no-such-value", `no linear layer is called ${name}; there are: ${names}`);
  });
}
