import { GraphBuilder } from "./builder.ts";
import { GraphError } from "./errors.ts";
import { expandGraph } from "./expand.ts";
import { Gradient, type Operator } from "./ops/operator.ts";
import { operatorOf } from "./ops/table.ts";
import { bindGraph, inferValues, type Values } from "./shapes.ts";
import { isFloat } from "./tensor.ts";
import type { Graph, GraphNode, ValueInfo } from "./types.ts";

export interface DifferentiateOptions {
  /** A float value; the gradient is that of the sum of its elements. */
  readonly loss: string;
  /** Inputs, initializers or inner values to differentiate by; each gets an output "grad:<name>" of its shape. */
  readonly wrt: readonly string[];
  /** Inner values that get an output of their own and one "grad:<value>", for factored methods. */
  readonly probes?: readonly string[];
  /** Numbers for symbolic dimensions, where a rule needs them: the result is for these numbers only (`bindGraph`). */
  readonly bindings?: Readonly<Record<string, number>>;
}

export function gradientName(value: string): string {
  return `grad:${value}`;
}

/** Values through which the loss depends on a target. */
function activeValues(nodes: readonly GraphNode[], values: Values, targets: readonly string[]): Set<string> {
  const active = new Set(targets);
  for (const node of nodes) {
    if (!node.inputs.some((name) => active.has(name))) continue;
    for (const output of node.outputs) {
      const value = values.get(output);
      if (value && isFloat(value.dtype)) active.add(output);
    }
  }
  return active;
}

class Backward {
  private readonly b: GraphBuilder;
  private readonly values: Values;
  private readonly active: ReadonlySet<string>;
  private readonly gradients = new Map<string, string>();

  constructor(b: GraphBuilder, values: Values, active: ReadonlySet<string>) {
    this.b = b;
    this.values = values;
    this.active = active;
  }

  /** One for every element of the loss. */
  seed(loss: string): void {
    const { dims, dtype } = this.values.get(loss)!;
    const shape = dims.every((d) => typeof d === "number") ? this.b.ints(dims) : this.b.node("Shape", [loss]);
    this.gradients.set(loss, this.b.node("Expand", [this.b.scalar(1, dtype), shape]));
  }

  visit(node: GraphNode): void {
    const upstream = node.outputs.map((o) => this.gradients.get(o));
    const wanted = node.inputs.map((name) => name !== "" && this.active.has(name));
    if (!upstream.some((g) => g !== undefined) || !wanted.some((w) => w)) return;
    const operator = operatorOf(node);
    const known = (names: readonly string[]) => names.map((name) => this.values.get(name));
    const g = new Gradient([this.b, node, known(node.inputs), known(node.outputs)], upstream, wanted);
    const gradients = operator.gradient?.(g) ?? g.fail("has no gradient", "not-differentiable");
    gradients.forEach((gradient, i) => {
      if (gradient !== undefined && wanted[i]) this.accumulate(node.inputs[i]!, gradient);
    });
  }

  private accumulate(name: string, gradient: string): void {
    const before = this.gradients.get(name);
    this.gradients.set(name, before === undefined ? gradient : this.b.node("Add", [before, gradient]));
  }

  /** Writes the output "grad:<name>": zeros where the loss does not depend on the value. */
  finish(name: string): ValueInfo {
    const { dtype, dims } = this.values.get(name)!;
    const found = this.gradients.get(name);
    const output = gradientName(name);
    if (found === undefined) {
      const shape = dims.every((d) => typeof d === "number") ? this.b.ints(dims) : this.b.node("Shape", [name]);
      this.b.call("Expand", [this.b.scalar(0, dtype), shape], {}, [output]);
    } else {
      this.b.call("Identity", [found], {}, [output]);
    }
    return { name: output, dtype, dims };
  }
}

function check(values: Values, name: string): void {
  const value = values.get(name);
  if (!value) throw new GraphError("no-such-value", `the graph has no value ${name}`);
  if (!isFloat(value.dtype)) throw new GraphError("not-differentiable", `${name} is ${value.dtype}`);
}

/**
 * Reverse-mode differentiation that emits ONNX nodes: the graph with further outputs "grad:<name>", the gradient of the
 * sum of `loss`. Integer and bool values carry none. A value may be differentiated by while others pass through it.
 */
export function differentiate(given: Graph, options: DifferentiateOptions): Graph {
  const { loss, wrt, probes = [], bindings = {} } = options;
  const graph = bindGraph(given, bindings);
  const targets = [...new Set([...wrt, ...probes])];
  const uncomposed = (operator: Operator) => !operator.gradient && operator.compose !== undefined;
  const plain = expandGraph(graph, uncomposed, [loss, ...targets]);
  const values = inferValues(plain);
  for (const name of [loss, ...targets]) check(values, name);
  const b = GraphBuilder.from(plain);
  const backward = new Backward(b, values, activeValues(plain.nodes, values, targets));
  backward.seed(loss);
  for (const node of plain.nodes.toReversed()) backward.visit(node);
  const outputs = new Map(graph.outputs.map((o) => [o.name, o]));
  for (const name of probes) outputs.set(name, { name, ...pick(values, name) });
  return b.build([...outputs.values(), ...targets.map((name) => backward.finish(name))]);
}

function pick(values: Values, name: string): Omit<ValueInfo, "name"> {
  const { dtype, dims } = values.get(name)!;
  return { dtype, dims };
}
