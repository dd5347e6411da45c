import protobuf from "protobufjs/minimal.js";
import { OPSET } from "./builder.ts";
import { ELEMENT_BYTES, TYPE_NUMBERS } from "./tensor.ts";
import type { Attribute, Graph, GraphNode, Tensor, ValueInfo } from "./types.ts";

/** Field numbers are those of onnx.proto; IR version 10 belongs to opset 21. */
const IR_VERSION = 10;
const PRODUCER = "openledger";

type Writer = protobuf.Writer;

const tag = (field: number, wire: 0 | 1 | 2 | 5) => (field << 3) | wire;

function message(w: Writer, field: number, write: (w: Writer) => void): void {
  write(w.uint32(tag(field, 2)).fork());
  w.ldelim();
}

const text = (w: Writer, field: number, value: string) => w.uint32(tag(field, 2)).string(value);
const int = (w: Writer, field: number, value: number) => w.uint32(tag(field, 0)).int64(value);

/** Little-endian elements, as raw_data holds them. */
export function rawData({ dtype, data }: Tensor): Uint8Array {
  if (dtype !== "float") return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const out = new Uint8Array(ELEMENT_BYTES.float * data.length);
  const view = new DataView(out.buffer);
  for (let i = 0; i < data.length; i++) view.setFloat32(4 * i, data[i] as number, true);
  return out;
}

/** TensorProto: dims 1, data_type 2, name 8, raw_data 9. */
function tensor(w: Writer, value: Tensor, name?: string): void {
  for (const d of value.dims) int(w, 1, d);
  int(w, 2, TYPE_NUMBERS[value.dtype]);
  if (name !== undefined) text(w, 8, name);
  w.uint32(tag(9, 2)).bytes(rawData(value));
}

/** AttributeProto: name 1, f 2, i 3, s 4, t 5, floats 7, ints 8, type 20. */
function attribute(w: Writer, name: string, a: Attribute): void {
  text(w, 1, name);
  switch (a.kind) {
    case "float":
      w.uint32(tag(2, 5)).float(a.value);
      return void int(w, 20, 1);
    case "int":
      int(w, 3, a.value);
      return void int(w, 20, 2);
    case "string":
      text(w, 4, a.value);
      return void int(w, 20, 3);
    case "tensor":
      message(w, 5, (inner) => tensor(inner, a.value));
      return void int(w, 20, 4);
    case "floats":
      for (const v of a.value) w.uint32(tag(7, 5)).float(v);
      return void int(w, 20, 6);
    case "ints":
      for (const v of a.value) int(w, 8, v);
      return void int(w, 20, 7);
  }
}

/** NodeProto: input 1, output 2, name 3 (ONNX Runtime refuses a repeated one), op_type 4, attribute 5. */
function node(w: Writer, n: GraphNode, named: boolean): void {
  for (const input of n.inputs) text(w, 1, input);
  for (const output of n.outputs) text(w, 2, output);
  if (named) text(w, 3, n.name);
  text(w, 4, n.op);
  for (const [name, a] of Object.entries(n.attributes)) message(w, 5, (inner) => attribute(inner, name, a));
}

/** ValueInfoProto: name 1, type 2 { tensor_type 1 { elem_type 1, shape 2 { dim 1 { dim_value 1 | dim_param 2 } } } }. */
function valueInfo(w: Writer, { name, dtype, dims }: ValueInfo): void {
  text(w, 1, name);
  message(w, 2, (type) =>
    message(type, 1, (tensorType) => {
      int(tensorType, 1, TYPE_NUMBERS[dtype]);
      message(tensorType, 2, (shape) => {
        for (const d of dims) message(shape, 1, (w) => (typeof d === "number" ? int(w, 1, d) : text(w, 2, d)));
      });
    }),
  );
}

/** GraphProto: node 1, name 2, initializer 5, input 11, output 12. */
function graphProto(w: Writer, graph: Graph): void {
  const names = new Set<string>();
  for (const n of graph.nodes) {
    message(w, 1, (inner) => node(inner, n, !names.has(n.name)));
    names.add(n.name);
  }
  text(w, 2, graph.name);
  for (const [name, value] of graph.initializers) message(w, 5, (inner) => tensor(inner, value, name));
  for (const info of graph.inputs) message(w, 11, (inner) => valueInfo(inner, info));
  for (const info of graph.outputs) message(w, 12, (inner) => valueInfo(inner, info));
}

/** A graph as an ONNX model (ModelProto: ir_version 1, producer_name 2, graph 7, opset_import 8 { version 2 }). */
export function encodeGraph(graph: Graph): Uint8Array {
  const w = protobuf.Writer.create();
  int(w, 1, IR_VERSION);
  text(w, 2, PRODUCER);
  message(w, 7, (inner) => graphProto(inner, graph));
  message(w, 8, (inner) => int(inner, 2, OPSET));
  return new Uint8Array(w.finish());
}
