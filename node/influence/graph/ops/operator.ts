import type { GraphBuilder } from "../builder.ts";
import { GraphError } from "../errors.ts";
import type { Attribute, Dim, DType, GraphNode } from "../types.ts";

/** What shape inference knows of a value; `ints` are the elements of a small integer or bool tensor, flattened. */
export interface Value {
  readonly dtype: DType;
  readonly dims: readonly Dim[];
  readonly ints?: readonly Dim[];
}

/** One node with what is known of its inputs; every failure names the node. */
export class Call {
  readonly node: GraphNode;
  readonly inputs: readonly (Value | undefined)[];

  constructor(node: GraphNode, inputs: readonly (Value | undefined)[]) {
    this.node = node;
    this.inputs = inputs;
  }

  fail(message: string, code: GraphError["code"] = "bad-shape"): never {
    const { name, op } = this.node;
    throw new GraphError(code, `${op} node ${name}: ${message}`, { node: name, op });
  }

  has(i: number): boolean {
    return this.inputs[i] !== undefined;
  }

  value(i: number): Value {
    return this.inputs[i] ?? this.fail(`input ${i} is missing`, "malformed");
  }

  dims(i: number): readonly Dim[] {
    return this.value(i).dims;
  }

  rank(i: number): number {
    return this.dims(i).length;
  }

  /** Elements of an integer input, where every one is known as a number. */
  numbers(i: number): number[] | undefined {
    const ints = this.inputs[i]?.ints;
    return ints?.every((d) => typeof d === "number") ? (ints as number[]) : undefined;
  }

  /** Elements of an integer input that the operator needs to know. */
  known(i: number, what: string): number[] {
    return this.numbers(i) ?? this.fail(`${what} (input ${i}) must be constant`);
  }

  axis(value: number, rank: number): number {
    const axis = value < 0 ? value + rank : value;
    if (axis < 0 || axis >= rank || !Number.isInteger(axis)) this.fail(`axis ${value} of rank ${rank}`);
    return axis;
  }

  axes(values: readonly number[], rank: number): number[] {
    const axes = values.map((v) => this.axis(v, rank));
    if (new Set(axes).size !== axes.length) this.fail(`axes [${values}] repeat`);
    return axes.sort((a, b) => a - b);
  }

  private attribute<K extends Attribute["kind"]>(name: string, kind: K): Extract<Attribute, { kind: K }> | undefined {
    const found = this.node.attributes[name];
    if (!found) return undefined;
    if (found.kind !== kind) this.fail(`attribute ${name} is no ${kind}`, "malformed");
    return found as Extract<Attribute, { kind: K }>;
  }

  int(name: string, otherwise: number): number {
    return this.attribute(name, "int")?.value ?? otherwise;
  }

  ints(name: string): readonly number[] | undefined {
    return this.attribute(name, "ints")?.value;
  }

  /** A given float attribute has 32 bits, as a file holds it; a default is taken as the specification writes it. */
  float(name: string, otherwise: number): number {
    const given = this.attribute(name, "float");
    return given ? Math.fround(given.value) : otherwise;
  }

  string(name: string, otherwise: string): string {
    return this.attribute(name, "string")?.value ?? otherwise;
  }

  tensor(name: string) {
    return this.attribute(name, "tensor")?.value;
  }
}

/** A rule under way that emits nodes: a gradient or a composition. */
export class Emission extends Call {
  readonly b: GraphBuilder;
  /** What is known of the node's outputs. */
  readonly results: readonly (Value | undefined)[];

  constructor(
    b: GraphBuilder,
    node: GraphNode,
    inputs: readonly (Value | undefined)[],
    results: readonly (Value | undefined)[],
  ) {
    super(node, inputs);
    this.b = b;
    this.results = results;
  }

  /** Name of the i-th input. */
  x(i: number): string {
    return this.node.inputs[i] || this.fail(`input ${i} is missing`, "malformed");
  }

  /** Name of the i-th output. */
  y(i = 0): string {
    return this.node.outputs[i] || this.fail(`output ${i} is missing`, "malformed");
  }

  result(i = 0): Value {
    return this.results[i] ?? this.fail(`output ${i} is unknown`);
  }

  op(op: string, inputs: readonly string[], attributes: Parameters<GraphBuilder["node"]>[2] = {}): string {
    return this.b.node(op, inputs, attributes);
  }

  /** A float scalar of the type of input i. */
  scalar(value: number, i = 0): string {
    return this.b.scalar(value, this.value(i).dtype);
  }

  ints64(values: readonly number[]): string {
    return this.b.ints(values);
  }

  /** The shape of a value as an int64 vector: a constant where it is known, a Shape node otherwise. */
  shape(name: string, dims: readonly Dim[]): string {
    return dims.every((d) => typeof d === "number") ? this.ints64(dims) : this.op("Shape", [name]);
  }

  shapeOf(i: number): string {
    return this.shape(this.x(i), this.dims(i));
  }

  /** Size of one axis of a value as an int64 vector of one element. */
  sizeOf(name: string, dims: readonly Dim[], axis: number): string {
    const d = dims[axis];
    return typeof d === "number" ? this.ints64([d]) : this.op("Shape", [name], { start: axis, end: axis + 1 });
  }

  reshape(name: string, dims: readonly number[]): string {
    return this.op("Reshape", [name, this.ints64(dims)]);
  }

  /** Zeros of the shape and type of input i. */
  zerosLike(i: number): string {
    return this.op("Expand", [this.scalar(0, i), this.shapeOf(i)]);
  }

  /** 1 where the bool holds and 0 elsewhere, in the type of input i. */
  mask(bool: string, i = 0): string {
    return this.b.cast(bool, this.value(i).dtype);
  }

  /**
   * The gradient of a broadcast input: `from`, of shape `fromDims`, summed over the axes along which `toDims` was
   * repeated.
   */
  sumTo(from: string, fromDims: readonly Dim[], to: string, toDims: readonly Dim[]): string {
    const extra = fromDims.length - toDims.length;
    const repeated: number[] = [];
    toDims.forEach((d, k) => {
      const wide = fromDims[k + extra]!;
      if (d === wide) return;
      if (d !== 1) this.fail(`bind the dimensions ${d} and ${wide}: one may be broadcast to the other`);
      repeated.push(k + extra);
    });
    const leading = Array.from({ length: extra }, (_, k) => k);
    if (repeated.length === 0) {
      return extra === 0 ? from : this.op("ReduceSum", [from, this.ints64(leading)], { keepdims: 0 });
    }
    const summed = this.op("ReduceSum", [from, this.ints64([...leading, ...repeated])], { keepdims: 1 });
    if (extra === 0) return summed;
    return this.op("Reshape", [summed, this.shape(to, toDims)]);
  }
}

/** A gradient rule under way. */
export class Gradient extends Emission {
  private readonly gradients: readonly (string | undefined)[];
  private readonly wanted: readonly boolean[];

  constructor(
    base: ConstructorParameters<typeof Emission>,
    gradients: readonly (string | undefined)[],
    wanted: readonly boolean[],
  ) {
    super(...base);
    this.gradients = gradients;
    this.wanted = wanted;
  }

  /** Gradient of the loss with respect to output i, of that output's shape. */
  dy(i = 0): string {
    return this.gradients[i] ?? this.fail(`only output 0 carries a gradient`, "not-differentiable");
  }

  hasDy(i: number): boolean {
    return this.gradients[i] !== undefined;
  }

  /** Whether anybody wants the gradient of input i. */
  needs(i: number): boolean {
    return this.wanted[i] ?? false;
  }

  /** Sums a gradient of output 0's shape to input i's. */
  toInput(i: number, gradient: string): string {
    return this.sumTo(gradient, this.result().dims, this.x(i), this.dims(i));
  }

  /** One gradient per input, made only where it is wanted. */
  each(...rules: readonly (() => string)[]): (string | undefined)[] {
    return rules.map((rule, i) => (this.needs(i) ? rule() : undefined));
  }
}

/** One operator of the supported set (opset 21 form). */
export interface Operator {
  readonly name: string;
  /** Fewest and most inputs. */
  readonly inputs: readonly [number, number];
  /** Fewest and most outputs; one by default. */
  readonly outputs?: readonly [number, number];
  /** Inputs whose gradient is defined, as the README's table names them. */
  readonly gradients: string;
  infer(call: Call): readonly Value[];
  /** Gradients of the inputs; undefined where there is none. Absent: by `compose`, or nothing to differentiate. */
  gradient?(g: Gradient): readonly (string | undefined)[];
  /** The same function from other operators. */
  compose?(e: Emission): readonly string[];
  /**
   * Always composed in float64: ONNX Runtime's CPU provider lacks the operator or its accuracy there, or (LayerNormalization)
   * sums would depend on whether the graph was differentiated.
   */
  readonly composed?: true;
}
