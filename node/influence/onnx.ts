import protobuf from "protobufjs/minimal.js";

// The part of onnx.proto (ONNX IR 10, opset 21) that our graphs need, written field by field.
const IR_VERSION = 10;
const OPSET = 21;
const DOUBLE = 11;
const ATTRIBUTE_INT = 2;

type Fields = (writer: protobuf.Writer) => protobuf.Writer;

const tag = (field: number, wire: 0 | 2) => (field << 3) | wire;

function message(field: number, fields: Fields): Fields {
  return (writer) => fields(writer.uint32(tag(field, 2)).fork()).ldelim();
}

const all =
  (...parts: readonly Fields[]): Fields =>
  (writer) =>
    parts.reduce((out, part) => part(out), writer);
const text =
  (field: number, value: string): Fields =>
  (writer) =>
    writer.uint32(tag(field, 2)).string(value);
const int =
  (field: number, value: number): Fields =>
  (writer) =>
    writer.uint32(tag(field, 0)).int64(value);
const raw =
  (field: number, value: Uint8Array): Fields =>
  (writer) =>
    writer.uint32(tag(field, 2)).bytes(value);

/** NodeProto: input 1, output 2, op_type 4, attribute 5 (AttributeProto: name 1, i 3, type 20). */
function node(
  type: string,
  inputs: readonly string[],
  output: string,
  integers: Readonly<Record<string, number>> = {},
): Fields {
  const attributes = Object.entries(integers).map(([name, value]) =>
    message(5, all(text(1, name), int(3, value), int(20, ATTRIBUTE_INT))),
  );
  return message(1, all(...inputs.map((name) => text(1, name)), text(2, output), text(4, type), ...attributes));
}

/** TensorProto of float64: dims 1, data_type 2, name 8, raw_data 9 (little-endian). */
function initializer(name: string, dims: readonly number[], values: Float64Array): Fields {
  const bytes = new Uint8Array(8 * values.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < values.length; i++) view.setFloat64(8 * i, values[i]!, true);
  return message(5, all(...dims.map((d) => int(1, d)), int(2, DOUBLE), text(8, name), raw(9, bytes)));
}

/** ValueInfoProto: name 1, type 2 { tensor_type 1 { elem_type 1, shape 2 { dim 1 { dim_value 1 | dim_param 2 } } } }. */
function valueInfo(field: 11 | 12, name: string, shape: readonly (number | string)[]): Fields {
  const dims = shape.map((d) => message(1, typeof d === "number" ? int(1, d) : text(2, d)));
  return message(field, all(text(1, name), message(2, message(1, all(int(1, DOUBLE), message(2, all(...dims)))))));
}

export const FEATURES = "features";
export const PROBABILITIES = "probabilities";

/** An ONNX model in float64: features [batch, dims] -> MatMul -> Softmax -> probabilities [batch, classes]. */
export function headGraph(weights: Float64Array, dims: number): Uint8Array {
  const classes = weights.length / dims;
  const transposed = new Float64Array(weights.length);
  for (let c = 0; c < classes; c++) for (let k = 0; k < dims; k++) transposed[k * classes + c] = weights[c * dims + k]!;
  const graph = all(
    node("MatMul", [FEATURES, "weights"], "logits"),
    node("Softmax", ["logits"], PROBABILITIES, { axis: -1 }),
    text(2, "head"),
    initializer("weights", [dims, classes], transposed),
    valueInfo(11, FEATURES, ["batch", dims]),
    valueInfo(12, PROBABILITIES, ["batch", classes]),
  );
  const model = all(int(1, IR_VERSION), text(2, "openledger"), message(7, graph), message(8, int(2, OPSET)));
  return model(protobuf.Writer.create()).finish();
}
