import protobuf from "protobufjs/minimal.js";
import { ProtoError } from "./errors.ts";
import { type CompiledField, compile } from "./fields.ts";
import { messageFromJson, messageToJson } from "./json.ts";
import type { DecodeContext, Field, MessageCodec, NestedCodec, Partially, Reader, Writer } from "./types.ts";

/** Deepest nesting of messages: what any real transaction needs, and far from the stack's end. */
export const MAX_DEPTH = 32;

/** Largest message: above the largest block (22 MB) and any response; frames have tighter limits of their own. */
export const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/** Most entries of all lists of one message together: an empty entry takes two bytes on the wire, but far more here. */
export const MAX_LIST_ENTRIES = 2 ** 20;

/** Builds the codec of a message from its fields, which are read at the first use: messages refer to each other. */
export function message<T extends object>(typeName: string, declare: () => readonly Field[]): MessageCodec<T> {
  let compiled: CompiledMessage<T> | undefined;
  const get = (): CompiledMessage<T> => (compiled ??= new CompiledMessage<T>(typeName, declare()));
  return {
    typeName,
    typeUrl: `/${typeName}`,
    get fields() {
      return get().fields.map(({ field }) => field);
    },
    get nested() {
      return get();
    },
    encode(value, writer = new protobuf.Writer()) {
      get().write(value, writer, typeName);
      return writer;
    },
    decode(input, length) {
      const reader = input instanceof Uint8Array ? readerOf(input) : input;
      return get().read(reader, length ?? reader.len - reader.pos, rootContext(typeName, false));
    },
    fromPartial: (partial: Partially<T>) => get().fromPartial(partial, typeName),
  };
}

export function rootContext(path: string, strict: boolean): DecodeContext {
  return { depth: 0, strict, budget: { entries: MAX_LIST_ENTRIES }, path };
}

/** A reader over plain bytes, so that sub-arrays are plain too when the input is a Buffer. */
export function readerOf(bytes: Uint8Array): Reader {
  return new protobuf.Reader(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}

type Values = Record<string, unknown>;

class CompiledMessage<T extends object> implements NestedCodec<T> {
  readonly typeName: string;
  readonly fields: readonly CompiledField[];
  readonly #byNumber: ReadonlyMap<number, CompiledField>;
  readonly #choices: readonly Field[];

  constructor(typeName: string, fields: readonly Field[]) {
    this.typeName = typeName;
    this.fields = fields.map(compile).sort((a, b) => a.field.no - b.field.no);
    this.#choices = fields.filter(({ oneof }) => oneof !== undefined);
    this.#byNumber = new Map(this.fields.map((compiled) => [compiled.field.no, compiled]));
  }

  write(value: T, writer: Writer, path: string): void {
    if (typeof value !== "object" || value === null) throw new ProtoError("bad_value", path, "is not a message");
    const values = value as Values;
    this.#checkOneofs(values, path);
    for (const field of this.fields) field.write(values[field.field.name], writer, path);
  }

  #checkOneofs(values: Values, path: string): void {
    if (this.#choices.length === 0) return;
    const seen = new Set<string | undefined>();
    for (const { oneof, name } of this.#choices) {
      if (values[name] === undefined) continue;
      if (seen.has(oneof)) throw new ProtoError("bad_value", path, `more than one of ${oneof} is set`);
      seen.add(oneof);
    }
  }

  read(reader: Reader, length: number, context: DecodeContext): T {
    if (context.depth > MAX_DEPTH) throw new ProtoError("too_deep", context.path, `nested beyond ${MAX_DEPTH}`);
    if (length > MAX_MESSAGE_BYTES) throw new ProtoError("too_large", context.path, `${length} bytes`);
    const values = this.#blank();
    const end = reader.pos + length;
    try {
      if (end > reader.len) throw new RangeError("length beyond the end");
      while (reader.pos < end) this.#readField(reader, values, context);
      if (reader.pos !== end) throw new RangeError("a field runs past the end of its message");
    } catch (error) {
      if (error instanceof ProtoError) throw error;
      throw new ProtoError("malformed", context.path, error instanceof Error ? error.message : String(error));
    }
    return values as T;
  }

  #blank(): Values {
    const values: Values = {};
    for (const field of this.fields) values[field.field.name] = field.blank();
    return values;
  }

  #readField(reader: Reader, values: Values, context: DecodeContext): void {
    const tag = reader.uint32();
    const compiled = this.#byNumber.get(tag >>> 3);
    if (!compiled) {
      skipUnknown(reader, tag, context);
      return;
    }
    const { field } = compiled;
    values[field.name] = compiled.read(reader, tag & 7, values[field.name], context);
    if (field.oneof) this.#clearOthers(field, values);
  }

  // The last member of a oneof on the wire wins (protobuf encoding guide, "Last One Wins").
  #clearOthers(kept: Field, values: Values): void {
    for (const field of this.#choices) {
      if (field.oneof === kept.oneof && field !== kept) values[field.name] = undefined;
    }
  }

  fromPartial(partial: unknown, path: string): T {
    if (typeof partial !== "object" || partial === null) throw new ProtoError("bad_value", path, "is not a message");
    const values: Values = {};
    for (const field of this.fields) {
      values[field.field.name] = field.fromPartial((partial as Values)[field.field.name], path);
    }
    return values as T;
  }

  toJson: NestedCodec<T>["toJson"] = (value, options) => messageToJson(this.fields, value as Values, options);

  fromJson: NestedCodec<T>["fromJson"] = (json, path) => messageFromJson(this.fields, json, path) as T;
}

function skipUnknown(reader: Reader, tag: number, context: DecodeContext): void {
  const no = tag >>> 3;
  const wire = tag & 7;
  if (context.strict) throw new ProtoError("unknown_field", context.path, `has no field ${no}`);
  // Groups (3, 4) can nest without a length; no type here uses them.
  if (no === 0 || wire === 3 || wire === 4 || wire > 5) {
    throw new ProtoError("malformed", context.path, `tag ${tag} is not allowed`);
  }
  reader.skipType(wire);
}
