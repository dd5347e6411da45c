import { GraphError, type GraphErrorCode } from "../errors.ts";
import { isFloat } from "../tensor.ts";
import type { Attribute, GraphNode, Tensor } from "../types.ts";
import { broadcastDims, expanded } from "./strided.ts";

/** One execution of a node. */
export interface Call {
  readonly node: GraphNode;
  readonly opset: number;
  /** By position; an omitted optional input is undefined. */
  readonly inputs: readonly (Tensor | undefined)[];
}

/** Computes a node's outputs, in order; trailing ones that nobody names may be left out. Never writes to an input. */
export type Operator = (call: Call) => readonly Tensor[];

export function refusal({ node }: Call, code: GraphErrorCode, message: string): GraphError {
  return new GraphError(code, message, { node: node.name, op: node.op });
}

export function input(call: Call, index: number): Tensor {
  const found = call.inputs[index];
  if (!found) throw refusal(call, "malformed", `input ${index} is missing`);
  return found;
}

/** The float64 data of an input. */
export function realInput(call: Call, index: number): { readonly tensor: Tensor; readonly data: Float64Array } {
  const tensor = input(call, index);
  if (!isFloat(tensor.dtype)) throw refusal(call, "unsupported-type", `input ${index} is ${tensor.dtype}, not real`);
  return { tensor, data: tensor.data as Float64Array };
}

/** The values of an integer input, as safe integers. */
export function integerInput(call: Call, index: number): number[] {
  const tensor = input(call, index);
  if (tensor.dtype !== "int64" && tensor.dtype !== "int32") {
    throw refusal(call, "unsupported-type", `input ${index} is ${tensor.dtype}, not int64 or int32`);
  }
  return Array.from(tensor.data as Int32Array, Number);
}

/** An integer list that later opsets moved from an attribute to an input. */
export function integersOf(call: Call, index: number, attribute: string): number[] | undefined {
  return call.inputs[index] ? integerInput(call, index) : ints(call, attribute);
}

function attributeOf<K extends Attribute["kind"]>(call: Call, name: string, kind: K) {
  const found = call.node.attributes[name];
  if (found === undefined) return undefined;
  if (found.kind !== kind) throw refusal(call, "malformed", `attribute ${name} is ${found.kind}, not ${kind}`);
  return found as Extract<Attribute, { kind: K }>;
}

export function int(call: Call, name: string, fallback: number): number {
  return attributeOf(call, name, "int")?.value ?? fallback;
}

export function ints(call: Call, name: string): number[] | undefined {
  return attributeOf(call, name, "ints")?.value.slice();
}

/** ONNX stores float attributes in 32 bits: the value is rounded as the file would round it. */
export function float(call: Call, name: string, fallback: number): number {
  const found = attributeOf(call, name, "float");
  return found ? Math.fround(found.value) : fallback;
}

export function text(call: Call, name: string, fallback: string): string {
  return attributeOf(call, name, "string")?.value ?? fallback;
}

export function tensorAttribute(call: Call, name: string): Tensor | undefined {
  return attributeOf(call, name, "tensor")?.value;
}

/** An axis in -rank .. rank - 1 as 0 .. rank - 1. */
export function axisOf(call: Call, axis: number, rank: number): number {
  const normal = axis < 0 ? axis + rank : axis;
  if (normal < 0 || normal >= Math.max(rank, 1)) throw refusal(call, "bad-shape", `no axis ${axis} of ${rank}`);
  return normal;
}

/** All inputs, of one element type, repeated to their common dims. */
export function broadcastInputs(call: Call): readonly Tensor[] {
  const tensors = call.inputs.map((_, i) => input(call, i));
  const other = tensors.find(({ dtype }) => dtype !== tensors[0]!.dtype);
  if (other) throw refusal(call, "unsupported-type", `inputs of ${tensors[0]!.dtype} and ${other.dtype}`);
  return broadcastAll(call, tensors);
}

export function broadcastAll(call: Call, tensors: readonly Tensor[]): readonly Tensor[] {
  const dims = broadcastDims(tensors.map((tensor) => tensor.dims));
  if (!dims) {
    const shapes = tensors.map((tensor) => `[${tensor.dims.join(", ")}]`).join(" and ");
    throw refusal(call, "bad-shape", `${shapes} do not broadcast`);
  }
  return tensors.map((tensor) => expanded(tensor, dims));
}
