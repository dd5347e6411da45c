import { bindDim, productOfDims } from "./dims.ts";
import { GraphError } from "./errors.ts";
import { MAX_ELEMENTS, MAX_KNOWN_INTEGERS, MAX_RANK } from "./limits.ts";
import { Call, type Value } from "./ops/operator.ts";
import { operatorOf } from "./ops/table.ts";
import { integersOf, isFloat } from "./tensor.ts";
import type { Dim, Graph, GraphNode, Shapes, Tensor, ValueInfo } from "./types.ts";

/** Values of a graph with the elements of small integer tensors, which Reshape, Slice and their like depend on. */
export type Values = Map<string, Value>;

export function valueOfTensor(tensor: Tensor): Value {
  const { dtype, dims, data } = tensor;
  if (isFloat(dtype) || data.length > MAX_KNOWN_INTEGERS) return { dtype, dims };
  return { dtype, dims, ints: integersOf(tensor) };
}

/** What a node makes of what is known of its inputs. */
export function inferNode(node: GraphNode, values: ReadonlyMap<string, Value>): readonly Value[] {
  const inputs = node.inputs.map((name) => {
    if (name === "") return undefined;
    const value = values.get(name);
    if (!value) throw new GraphError("no-such-value", `${node.op} node ${node.name}: input ${name} does not exist`);
    return value;
  });
  const operator = operatorOf(node);
  const call = new Call(node, inputs);
  const [least, most] = operator.inputs;
  const given = inputs.length;
  if (given > most || inputs.filter((v, i) => i < least && v).length < least) {
    call.fail(`takes ${least === most ? least : `${least} to ${most}`} inputs, got ${given}`, "malformed");
  }
  const results = operator.infer(call).map((value) => trim(value));
  for (const { dims } of results) checkSize(call, dims);
  return results;
}

/** A graph may be anybody's: no value may be larger than memory. */
function checkSize(call: Call, dims: readonly Dim[]): void {
  const known = dims.reduce<number>((n, d) => (typeof d === "number" ? n * d : n), 1);
  if (known > MAX_ELEMENTS) call.fail(`a result of shape [${dims}]`, "too-large");
  if (dims.length > MAX_RANK) call.fail(`a result of rank ${dims.length}`, "too-large");
  if (dims.some((d) => typeof d === "number" && d < 0)) call.fail(`a result of shape [${dims}]`);
}

function trim(value: Value): Value {
  if (!value.ints) return value;
  const size = productOfDims(value.dims);
  if (value.ints.length > MAX_KNOWN_INTEGERS || size !== value.ints.length) {
    return { dtype: value.dtype, dims: value.dims };
  }
  return value;
}

/** The graph with numbers in the place of symbolic dimensions of its inputs. */
export function bindGraph(graph: Graph, bindings: Readonly<Record<string, number>>): Graph {
  const bound = (infos: readonly ValueInfo[]) =>
    infos.map((info) => ({ ...info, dims: info.dims.map((d) => bindDim(d, bindings)) }));
  return { ...graph, inputs: bound(graph.inputs), outputs: bound(graph.outputs) };
}

/** As `inferShapes`, with known integers. */
export function inferValues(graph: Graph): Values {
  const values: Values = new Map();
  for (const { name, dtype, dims } of graph.inputs) values.set(name, { dtype, dims });
  for (const [name, tensor] of graph.initializers) values.set(name, valueOfTensor(tensor));
  for (const node of graph.nodes) {
    const results = inferNode(node, values);
    node.outputs.forEach((output, i) => {
      if (output === "") return;
      const result = results[i];
      if (!result) throw new GraphError("malformed", `${node.op} node ${node.name} has no output ${i}`);
      values.set(output, result);
    });
  }
  return values;
}

/**
 * Element type and shape of every value. `bindings` gives symbolic dimensions numbers; those without stay symbolic
 * where the operators allow it. Sizes that only a run can tell are names that start with "?".
 */
export function inferShapes(graph: Graph, bindings: Readonly<Record<string, number>> = {}): Shapes {
  const values = inferValues(bindGraph(graph, bindings));
  return new Map([...values].map(([name, { dtype, dims }]) => [name, { dtype, dims }]));
}
