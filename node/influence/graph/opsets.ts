import { GraphError } from "./errors.ts";
import { ATTRIBUTES } from "./ops/attributes.ts";
import { int64, TYPE_NUMBERS, typeOfNumber } from "./tensor.ts";
import type { Attribute, GraphNode, Tensor } from "./types.ts";

/** Operator sets that are read. All become the form of opset 21. */
export const FIRST_OPSET = 13;
export const LAST_OPSET = 21;

const AXES_INPUT_SINCE_18 = new Set([
  "ReduceMean",
  "ReduceMax",
  "ReduceMin",
  "ReduceSumSquare",
  "ReduceL2",
  "ReduceL1",
  "ReduceLogSum",
  "ReduceLogSumExp",
]);

/** Attributes that say nothing about the function: a hint, a layout of the past, a float8 matter. */
const WITHOUT_MEANING = new Set(["saturate", "stash_type", "consumed_inputs", "seed"]);

const without = (node: GraphNode, name: string): GraphNode => {
  const { [name]: _, ...attributes } = node.attributes;
  return { ...node, attributes };
};

const intOf = (attribute: Attribute | undefined) => (attribute?.kind === "int" ? attribute.value : undefined);

/** Attributes of Constant: value, value_int, value_ints, value_float, value_floats. */
export function constantOf(node: GraphNode): Tensor {
  for (const a of Object.values(node.attributes)) {
    if (a.kind === "tensor") return a.value;
    if (a.kind === "int") return int64([a.value], []);
    if (a.kind === "ints") return int64(a.value);
    if (a.kind === "float") return { dtype: "float", dims: [], data: Float64Array.of(a.value) };
    if (a.kind === "floats") return { dtype: "float", dims: [a.value.length], data: Float64Array.from(a.value) };
  }
  const { name, op } = node;
  throw new GraphError("unsupported-type", `Constant node ${name} holds neither numbers nor a tensor`, {
    node: name,
    op,
  });
}

function checkAttributes({ op, name, attributes }: GraphNode): void {
  const known = ATTRIBUTES[op] ?? [];
  const other = Object.keys(attributes).find((a) => !known.includes(a));
  if (other === undefined) return;
  throw new GraphError("unsupported-operator", `${op} node ${name}: attribute ${other} is not supported`, {
    node: name,
    op,
  });
}

/** The node in the form of opset 21; `constant` makes an int64 vector a value of the graph. */
export function toOpset21(given: GraphNode, opset: number, constant: (values: readonly number[]) => string): GraphNode {
  let node = given;
  for (const name of WITHOUT_MEANING) if (name in node.attributes) node = without(node, name);
  node = renewed(node, opset, constant);
  checkAttributes(node);
  return node;
}

function renewed(node: GraphNode, opset: number, constant: (values: readonly number[]) => string): GraphNode {
  const { op, attributes } = node;
  if (opset < 18 && AXES_INPUT_SINCE_18.has(op) && attributes.axes) {
    const axes = attributes.axes.kind === "ints" ? attributes.axes.value : [];
    return { ...without(node, "axes"), inputs: [node.inputs[0]!, constant(axes)] };
  }
  if (op === "Split" && !node.inputs[1]) {
    const parts: Attribute = { kind: "int", value: node.outputs.length };
    return { ...node, inputs: [node.inputs[0]!], attributes: { ...attributes, num_outputs: parts } };
  }
  if (op === "Cast") {
    const to = typeOfNumber(intOf(attributes.to) ?? 0);
    if (to) return { ...node, attributes: { to: { kind: "int", value: TYPE_NUMBERS[to] } } };
  }
  return op === "ArgMax" && intOf(attributes.select_last_index) === 0 ? without(node, "select_last_index") : node;
}
