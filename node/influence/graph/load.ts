import { readFileSync, statSync } from "node:fs";
import { OPSET } from "./builder.ts";
import { atomOf, bindDim } from "./dims.ts";
import { GraphError } from "./errors.ts";
import { expandGraph } from "./expand.ts";
import { MAX_INITIALIZER_BYTES, MAX_MODEL_BYTES } from "./limits.ts";
import { decodeTensor, requireFinite } from "./load-tensor.ts";
import { MACROS } from "./ops/macros.ts";
import { operatorOf } from "./ops/table.ts";
import { constantOf, FIRST_OPSET, LAST_OPSET, toOpset21 } from "./opsets.ts";
import {
  type RawAttribute,
  type RawModel,
  type RawNode,
  type RawTensor,
  type RawValueInfo,
  readModel,
} from "./proto.ts";
import { inferShapes } from "./shapes.ts";
import { int64, typeOfNumber } from "./tensor.ts";
import type { Attribute, Dim, Graph, GraphNode, Tensor, ValueInfo } from "./types.ts";

/** AttributeProto.AttributeType numbers. */
const KINDS: Readonly<Record<number, Attribute["kind"]>> = {
  1: "float",
  2: "int",
  3: "string",
  4: "tensor",
  6: "floats",
  7: "ints",
};

function opsetOf(model: RawModel): number {
  const version = model.opsets.find((o) => o.domain === "" || o.domain === "ai.onnx")?.version;
  if (version === undefined) throw new GraphError("malformed", "the model imports no operator set");
  if (version < FIRST_OPSET || version > LAST_OPSET) {
    throw new GraphError(
      "unsupported-operator",
      `operator set ${version}; supported are ${FIRST_OPSET} to ${LAST_OPSET}`,
    );
  }
  return version;
}

class Loader {
  private readonly opset: number;
  private readonly functions: ReadonlySet<string>;
  private readonly initializers = new Map<string, Tensor>();
  private readonly nodes: GraphNode[] = [];
  private readonly names = new Set<string>();
  private budget = MAX_INITIALIZER_BYTES;
  private constants = 0;

  constructor(model: RawModel) {
    this.opset = opsetOf(model);
    this.functions = new Set(model.functions);
  }

  private claim(name: string): string {
    if (name === "") throw new GraphError("malformed", "a value without a name");
    if (this.names.has(name)) throw new GraphError("malformed", `the name ${name} is assigned twice`);
    this.names.add(name);
    return name;
  }

  private tensor(raw: RawTensor, what: string): Tensor {
    const tensor = decodeTensor(raw, what, this.budget);
    this.budget -= 8 * tensor.data.length;
    return tensor;
  }

  initializer(raw: RawTensor): void {
    const tensor = this.tensor(raw, `weight ${raw.name}`);
    requireFinite(tensor, `weight ${raw.name}`);
    this.initializers.set(this.claim(raw.name), tensor);
  }

  /** An input with a default value is that constant. */
  input(raw: RawValueInfo): ValueInfo[] {
    if (this.initializers.has(raw.name)) return [];
    const dtype = typeOfNumber(raw.type);
    if (!dtype) throw new GraphError("unsupported-type", `input ${raw.name} has element type ${raw.type}`);
    if (!raw.dims) throw new GraphError("bad-shape", `input ${raw.name} has no shape`);
    const dims = raw.dims.map((d, k): Dim => (typeof d === "number" ? d : atomOf(d === "" ? `${raw.name}.${k}` : d)));
    return [{ name: this.claim(raw.name), dtype, dims }];
  }

  private attribute(raw: RawAttribute, node: RawNode, label: string): Attribute {
    const kind = KINDS[raw.type];
    const at = { node: label, op: node.op };
    if (!kind)
      throw new GraphError(
        "unsupported-operator",
        `${node.op} node ${label}: attribute ${raw.name} of type ${raw.type}`,
        at,
      );
    switch (kind) {
      case "float":
        return { kind, value: raw.f };
      case "int":
        return { kind, value: raw.i };
      case "string":
        return { kind, value: new TextDecoder().decode(raw.s) };
      case "tensor":
        if (!raw.t) throw new GraphError("malformed", `${node.op} node ${label}: attribute ${raw.name} is empty`, at);
        return { kind, value: this.tensor(raw.t, `attribute ${raw.name} of node ${label}`) };
      case "floats":
        return { kind, value: raw.floats };
      case "ints":
        return { kind, value: raw.ints };
    }
  }

  private constant(values: readonly number[]): string {
    let name: string;
    do name = `axes_${this.constants++}`;
    while (this.names.has(name));
    this.initializers.set(this.claim(name), int64(values));
    return name;
  }

  private checkOperator(raw: RawNode, label: string): void {
    if (raw.domain === "" || raw.domain === "ai.onnx") return void operatorOf({ op: raw.op, name: label });
    const local = this.functions.has(raw.op) ? ", a function of the model: inline it before export" : "";
    const message = `the operator ${raw.domain}.${raw.op} of node ${label} is not supported${local}`;
    throw new GraphError("unsupported-operator", message, { node: label, op: raw.op });
  }

  node(raw: RawNode): void {
    const label = raw.name || raw.outputs.find((o) => o !== "") || raw.op;
    this.checkOperator(raw, label);
    for (const input of raw.inputs) {
      if (input !== "" && !this.names.has(input)) {
        throw new GraphError("malformed", `${raw.op} node ${label} reads ${input} before it exists`, {
          node: label,
          op: raw.op,
        });
      }
    }
    const entries = raw.attributes.map((a) => [a.name, this.attribute(a, raw, label)] as const);
    const { op, inputs, outputs } = raw;
    const given = {
      name: label,
      op,
      inputs: trimmed(inputs),
      outputs: trimmed(outputs),
      attributes: Object.fromEntries(entries),
    };
    if (op === "Constant") {
      this.initializers.set(this.claim(outputs[0] ?? ""), constantOf(given));
      return;
    }
    const node = toOpset21(given, this.opset, (values) => this.constant(values));
    for (const output of node.outputs) if (output !== "") this.claim(output);
    this.nodes.push(node);
  }

  finish(
    name: string,
    inputs: readonly ValueInfo[],
    outputs: readonly RawValueInfo[],
    bindings: Readonly<Record<string, number>>,
  ): Graph {
    const { initializers, nodes } = this;
    const bound = inputs.map((i) => ({
      ...i,
      dims: i.dims.map((d) => bindDim(d, bindings)),
    }));
    const graph: Graph = { name, opset: OPSET, inputs: bound, outputs: [], initializers, nodes };
    const shapes = inferShapes(graph);
    const infos = outputs.map((o): ValueInfo => {
      const value = shapes.get(o.name);
      if (!value) throw new GraphError("no-such-value", `nothing makes the output ${o.name}`);
      return { name: o.name, ...value };
    });
    const whole = { ...graph, outputs: infos };
    return nodes.some((n) => MACROS.has(n.op)) ? expandGraph(whole, ({ name }) => MACROS.has(name)) : whole;
  }
}

/** Omitted trailing inputs and outputs are left out. */
function trimmed(names: readonly string[]): readonly string[] {
  const last = names.findLastIndex((name) => name !== "");
  return names.slice(0, last + 1);
}

/**
 * Reads an ONNX model of the supported operator set into the form of opset 21, every shape inferred. `bindings` fixes
 * symbolic dimensions of inputs. Constants become initializers; float16 and bfloat16 are read as float.
 */
export function loadGraph(bytes: Uint8Array, bindings: Readonly<Record<string, number>> = {}): Graph {
  if (bytes.length > MAX_MODEL_BYTES) throw tooLarge(bytes.length);
  const model = readModel(bytes);
  const raw = model.graph;
  if (!raw) throw new GraphError("malformed", "the model has no graph");
  if (raw.sparse) throw new GraphError("unsupported-type", "the model has sparse weights");
  const loader = new Loader(model);
  for (const tensor of raw.initializers) loader.initializer(tensor);
  const inputs = raw.inputs.flatMap((input) => loader.input(input));
  for (const node of raw.nodes) loader.node(node);
  return loader.finish(raw.name, inputs, raw.outputs, bindings);
}

function tooLarge(size: number): GraphError {
  return new GraphError("too-large", `a model of ${size} bytes; at most ${MAX_MODEL_BYTES} are read`);
}

/** As `loadGraph`, from a file whose size is looked at before it is read. */
export function loadGraphFile(path: string, bindings: Readonly<Record<string, number>> = {}): Graph {
  const { size } = statSync(path);
  if (size > MAX_MODEL_BYTES) throw tooLarge(size);
  return loadGraph(readFileSync(path), bindings);
}
