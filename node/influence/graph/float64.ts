import { GraphBuilder } from "./builder.ts";
import { expandGraph } from "./expand.ts";
import { convert, TYPE_NUMBERS } from "./tensor.ts";
import type { Attribute, DType, Graph, GraphNode, ValueInfo } from "./types.ts";

const widened = (dtype: DType): DType => (dtype === "float" ? "double" : dtype);
const widenInfo = (info: ValueInfo): ValueInfo => ({ ...info, dtype: widened(info.dtype) });

function widenAttribute(op: string, name: string, attribute: Attribute): Attribute {
  if (attribute.kind === "tensor")
    return { kind: "tensor", value: convert(attribute.value, widened(attribute.value.dtype)) };
  const narrow = op === "Cast" && name === "to" && attribute.kind === "int" && attribute.value === TYPE_NUMBERS.float;
  return narrow ? { kind: "int", value: TYPE_NUMBERS.double } : attribute;
}

/** ConstantOfShape without a value makes float32 zeros: the attribute says so after widening. */
function widenNode(node: GraphNode): GraphNode {
  const entries = Object.entries(node.attributes).map(([name, a]) => [name, widenAttribute(node.op, name, a)] as const);
  const attributes: Record<string, Attribute> = Object.fromEntries(entries);
  if (node.op === "ConstantOfShape" && !attributes.value) {
    attributes.value = { kind: "tensor", value: { dtype: "double", dims: [1], data: new Float64Array(1) } };
  }
  return { ...node, attributes };
}

/**
 * The same function in float64: every float input, constant, cast and result becomes double, and operators that ONNX
 * Runtime lacks in float64 become compositions. A graph that is in float64 already only has those replaced.
 */
export function toFloat64(graph: Graph): Graph {
  const b = new GraphBuilder(graph.name);
  for (const { name, dtype, dims } of graph.inputs) b.input(name, widened(dtype), dims);
  for (const [name, tensor] of graph.initializers) b.initializer(name, convert(tensor, widened(tensor.dtype)));
  for (const node of graph.nodes) b.add(widenNode(node));
  const wide = b.build(graph.outputs.map(widenInfo));
  return expandGraph(wide, (operator) => operator.composed === true);
}
