import protobuf from "protobufjs/minimal.js";
import { GraphError } from "./errors.ts";
import {
  MAX_ARITY,
  MAX_ATTRIBUTE_ELEMENTS,
  MAX_ATTRIBUTES,
  MAX_NAME_BYTES,
  MAX_NODES,
  MAX_RANK,
  MAX_VALUES,
} from "./limits.ts";

/** The subset of onnx.proto that loading reads, as it stands in the file. Unknown fields are passed over. */
export interface RawTensor {
  name: string;
  dims: number[];
  type: number;
  raw: Uint8Array | undefined;
  /** Typed data: the field's packed or single elements as they came. */
  typed: number[] | bigint[] | undefined;
  external: boolean;
}

export interface RawAttribute {
  name: string;
  type: number;
  f: number;
  i: number;
  s: Uint8Array;
  t: RawTensor | undefined;
  floats: number[];
  ints: number[];
}

export interface RawNode {
  inputs: string[];
  outputs: string[];
  name: string;
  op: string;
  domain: string;
  attributes: RawAttribute[];
}

export interface RawValueInfo {
  name: string;
  /** 0 where the value is no tensor. */
  type: number;
  /** Absent where the file gives no shape; a dimension of the empty name is unknown. */
  dims: (number | string)[] | undefined;
}

export interface RawGraph {
  name: string;
  nodes: RawNode[];
  initializers: RawTensor[];
  inputs: RawValueInfo[];
  outputs: RawValueInfo[];
  sparse: boolean;
}

export interface RawModel {
  opsets: { domain: string; version: number }[];
  graph: RawGraph | undefined;
  functions: string[];
}

type Reader = protobuf.Reader;
type Handlers = Readonly<Record<number, (r: Reader, wire: number) => void>>;

/** Reads one message up to `end`. */
function message(r: Reader, end: number, handlers: Handlers): void {
  if (end > r.len) throw new GraphError("malformed", "a message runs past the end of the file");
  while (r.pos < end) {
    const tag = r.uint32();
    const handler = handlers[tag >>> 3];
    if (handler) handler(r, tag & 7);
    else r.skipType(tag & 7);
  }
  if (r.pos !== end) throw new GraphError("malformed", "a field runs past the end of its message");
}

function nested(r: Reader, handlers: Handlers): void {
  const length = r.uint32();
  message(r, r.pos + length, handlers);
}

function push<T>(list: T[], item: T, limit: number, what: string): void {
  if (list.length >= limit) throw new GraphError("too-large", `more than ${limit} ${what}`);
  list.push(item);
}

const DECODER = new TextDecoder("utf-8", { fatal: true });

function text(r: Reader): string {
  const bytes = r.bytes();
  if (bytes.length > MAX_NAME_BYTES)
    throw new GraphError("too-large", `a name of ${bytes.length} bytes; at most ${MAX_NAME_BYTES}`);
  return DECODER.decode(bytes);
}

/** Integers beyond 2^53 become 2^53 - 1 with their sign: only "to the end" markers are that large. */
function integer(r: Reader): number {
  const FAR = Number.MAX_SAFE_INTEGER;
  return Math.min(Math.max(Number(r.int64()), -FAR), FAR);
}

function bigInteger(r: Reader): bigint {
  return BigInt(r.int64().toString());
}

/** A repeated scalar, packed or not. */
function repeated<T>(
  r: Reader,
  wire: number,
  list: T[],
  read: (r: Reader) => T,
  limit = Number.POSITIVE_INFINITY,
): void {
  if (wire !== 2) {
    push(list, read(r), limit, "elements");
    return;
  }
  const end = r.uint32() + r.pos;
  if (end > r.len) throw new GraphError("malformed", "a list runs past the end of the file");
  while (r.pos < end) push(list, read(r), limit, "elements");
}

function readTensor(r: Reader): RawTensor {
  const out: RawTensor = { name: "", dims: [], type: 0, raw: undefined, typed: undefined, external: false };
  const small = (read: (r: Reader) => number) => (r: Reader, wire: number) => {
    out.typed ??= [];
    repeated(r, wire, out.typed as number[], read);
  };
  nested(r, {
    1: (r, wire) => repeated(r, wire, out.dims, integer, MAX_RANK),
    2: (r) => (out.type = r.int32()),
    4: small((r) => r.float()),
    5: small((r) => r.int32()),
    7: (r, wire) => {
      out.typed ??= [];
      repeated(r, wire, out.typed as bigint[], bigInteger);
    },
    8: (r) => (out.name = text(r)),
    9: (r) => (out.raw = r.bytes()),
    10: small((r) => r.double()),
    13: (r, wire) => {
      out.external = true;
      r.skipType(wire);
    },
    14: (r) => {
      if (r.int32() === 1) out.external = true;
    },
  });
  return out;
}

function readAttribute(r: Reader): RawAttribute {
  const out: RawAttribute = { name: "", type: 0, f: 0, i: 0, s: new Uint8Array(), t: undefined, floats: [], ints: [] };
  nested(r, {
    1: (r) => (out.name = text(r)),
    2: (r) => (out.f = r.float()),
    3: (r) => (out.i = integer(r)),
    4: (r) => (out.s = r.bytes()),
    5: (r) => (out.t = readTensor(r)),
    7: (r, wire) => repeated(r, wire, out.floats, (r) => r.float(), MAX_ATTRIBUTE_ELEMENTS),
    8: (r, wire) => repeated(r, wire, out.ints, integer, MAX_ATTRIBUTE_ELEMENTS),
    20: (r) => (out.type = r.int32()),
  });
  return out;
}

function readNode(r: Reader): RawNode {
  const out: RawNode = { inputs: [], outputs: [], name: "", op: "", domain: "", attributes: [] };
  nested(r, {
    1: (r) => push(out.inputs, text(r), MAX_ARITY, "inputs of a node"),
    2: (r) => push(out.outputs, text(r), MAX_ARITY, "outputs of a node"),
    3: (r) => (out.name = text(r)),
    4: (r) => (out.op = text(r)),
    5: (r) => push(out.attributes, readAttribute(r), MAX_ATTRIBUTES, "attributes of a node"),
    7: (r) => (out.domain = text(r)),
  });
  return out;
}

function readValueInfo(r: Reader): RawValueInfo {
  const out: RawValueInfo = { name: "", type: 0, dims: undefined };
  const dimension = (r: Reader) => {
    let dim: number | string = "";
    nested(r, { 1: (r) => (dim = integer(r)), 2: (r) => (dim = text(r)) });
    push(out.dims!, dim, MAX_RANK, "dimensions");
  };
  const shape = (r: Reader) => {
    out.dims = [];
    nested(r, { 1: dimension });
  };
  const tensorType = (r: Reader) => nested(r, { 1: (r) => (out.type = r.int32()), 2: shape });
  nested(r, { 1: (r) => (out.name = text(r)), 2: (r) => nested(r, { 1: tensorType }) });
  return out;
}

function readGraph(r: Reader): RawGraph {
  const out: RawGraph = { name: "", nodes: [], initializers: [], inputs: [], outputs: [], sparse: false };
  nested(r, {
    1: (r) => push(out.nodes, readNode(r), MAX_NODES, "nodes"),
    2: (r) => (out.name = text(r)),
    5: (r) => push(out.initializers, readTensor(r), MAX_VALUES, "initializers"),
    11: (r) => push(out.inputs, readValueInfo(r), MAX_VALUES, "inputs"),
    12: (r) => push(out.outputs, readValueInfo(r), MAX_VALUES, "outputs"),
    15: (r, wire) => {
      out.sparse = true;
      r.skipType(wire);
    },
  });
  return out;
}

/** Decodes a ModelProto. Whatever the bytes are, the outcome is a model or a GraphError. */
export function readModel(bytes: Uint8Array): RawModel {
  const out: RawModel = { opsets: [], graph: undefined, functions: [] };
  try {
    const r = protobuf.Reader.create(bytes);
    message(r, bytes.length, {
      7: (r) => (out.graph = readGraph(r)),
      8: (r) => {
        const opset = { domain: "", version: 0 };
        nested(r, { 1: (r) => (opset.domain = text(r)), 2: (r) => (opset.version = integer(r)) });
        push(out.opsets, opset, MAX_ATTRIBUTES, "operator set imports");
      },
      25: (r) => {
        let name = "";
        nested(r, { 1: (r) => (name = text(r)) });
        push(out.functions, name, MAX_VALUES, "functions");
      },
    });
  } catch (error) {
    if (error instanceof GraphError) throw error;
    throw new GraphError("malformed", `no ONNX model: ${(error as Error).message}`);
  }
  return out;
}
