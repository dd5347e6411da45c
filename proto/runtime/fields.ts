import { ProtoError } from "./errors.ts";
import { enumScalar, SCALARS, type Scalar } from "./scalars.ts";
import type { DecodeContext, Field, JsonOptions, NestedCodec, Reader, Writer } from "./types.ts";

/** Wire type of length-delimited fields: text, bytes, messages, packed numbers. */
const DELIMITED = 2;

/** A field with everything looked up once. */
export interface CompiledField {
  readonly field: Field;
  /** Value of the field in a message that does not carry it. */
  blank(): unknown;
  write(value: unknown, writer: Writer, path: string): void;
  read(reader: Reader, wire: number, previous: unknown, context: DecodeContext): unknown;
  fromPartial(value: unknown, path: string): unknown;
  toJson(value: unknown, options: JsonOptions): unknown;
  fromJson(json: unknown, path: string): unknown;
}

export function compile(field: Field): CompiledField {
  if (field.type === "message") return field.repeated ? repeatedMessage(field) : singleMessage(field);
  const scalar = field.type === "enum" ? enumScalar(field.enum ?? {}) : SCALARS[field.type];
  const asNumber: Scalar = field.type === "enum" ? { ...scalar, toJson: SCALARS.int32.toJson } : scalar;
  const kind = { field, scalar, amino: asNumber };
  return field.repeated ? repeatedScalar(kind) : singleScalar(kind);
}

interface ScalarKind {
  readonly field: Field;
  readonly scalar: Scalar;
  /** The same with the JSON that amino signs: enums by number. */
  readonly amino: Scalar;
}

function pathOf(field: Field, path: string): string {
  return `${path}.${field.json}`;
}

function requireWire(field: Field, wire: number, expected: number, context: DecodeContext): void {
  if (wire !== expected) {
    throw new ProtoError("malformed", pathOf(field, context.path), `wire type ${wire}, expected ${expected}`);
  }
}

function requireList(field: Field, value: unknown, path: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new ProtoError("bad_value", pathOf(field, path), "is not a list");
  return value;
}

function requirePresent(field: Field, value: unknown, path: string): void {
  if (value === undefined || value === null) throw new ProtoError("bad_value", pathOf(field, path), "is missing");
}

function singleScalar({ field, scalar, amino }: ScalarKind): CompiledField {
  const present = field.optional === true || field.oneof !== undefined;
  const tag = (field.no << 3) | scalar.wire;
  return {
    field,
    blank: () => (present ? undefined : scalar.zero),
    write(value, writer, path) {
      if (present && value === undefined) return;
      requirePresent(field, value, path);
      const checked = scalar.check(value, pathOf(field, path)) as never;
      if (!present && scalar.isDefault(checked)) return;
      scalar.write(writer.uint32(tag), checked);
    },
    read(reader, wire, _previous, context) {
      requireWire(field, wire, scalar.wire, context);
      return scalar.check(scalar.read(reader), pathOf(field, context.path));
    },
    fromPartial(value, path) {
      if (value === undefined || value === null) return present ? undefined : scalar.zero;
      return scalar.check(value, pathOf(field, path));
    },
    toJson: (value, { style }) =>
      value === undefined ? undefined : (style === "amino" ? amino : scalar).toJson(value as never),
    fromJson(json, path) {
      if (json === undefined || json === null) return present ? undefined : scalar.zero;
      return scalar.fromJson(json, pathOf(field, path));
    },
  };
}

function repeatedScalar({ field, scalar, amino }: ScalarKind): CompiledField {
  const packed = scalar.wire !== DELIMITED;
  const tag = (field.no << 3) | DELIMITED;
  return {
    field,
    blank: () => [],
    write(value, writer, path) {
      const items = requireList(field, value, path).map((item) => scalar.check(item, pathOf(field, path)) as never);
      if (items.length === 0) return;
      if (packed) {
        writer.uint32(tag).fork();
        for (const item of items) scalar.write(writer, item);
        writer.ldelim();
      } else for (const item of items) scalar.write(writer.uint32(tag), item);
    },
    read(reader, wire, previous, context) {
      const items = previous as unknown[];
      const one = (): void => {
        spend(field, context);
        items.push(scalar.check(scalar.read(reader), pathOf(field, context.path)));
      };
      if (packed && wire === DELIMITED) {
        const end = reader.uint32() + reader.pos;
        if (end > reader.len) throw new RangeError("packed list runs past the end");
        while (reader.pos < end) one();
        if (reader.pos !== end) throw new RangeError("packed list does not end at its length");
      } else {
        requireWire(field, wire, scalar.wire, context);
        one();
      }
      return items;
    },
    fromPartial: (value, path) =>
      requireList(field, value, path).map((item) => scalar.check(item, pathOf(field, path))),
    toJson: (value, { style }) =>
      (value as readonly unknown[]).map((item) => (style === "amino" ? amino : scalar).toJson(item as never)),
    fromJson: (json, path) => requireList(field, json, path).map((item) => scalar.fromJson(item, pathOf(field, path))),
  };
}

function spend(field: Field, context: DecodeContext): void {
  if (--context.budget.entries < 0)
    throw new ProtoError("too_many", pathOf(field, context.path), "too many list entries");
}

function nestedOf(field: Field): () => NestedCodec<unknown> {
  let nested: NestedCodec<unknown> | undefined;
  return () => (nested ??= field.message?.().nested as NestedCodec<unknown>);
}

function deeper(field: Field, context: DecodeContext): DecodeContext {
  return { ...context, depth: context.depth + 1, path: pathOf(field, context.path) };
}

function singleMessage(field: Field): CompiledField {
  const nested = nestedOf(field);
  const tag = (field.no << 3) | DELIMITED;
  return {
    field,
    blank: () => undefined,
    write(value, writer, path) {
      if (value === undefined || value === null) return;
      writer.uint32(tag).fork();
      nested().write(value, writer, pathOf(field, path));
      writer.ldelim();
    },
    read(reader, wire, _previous, context) {
      requireWire(field, wire, DELIMITED, context);
      return nested().read(reader, reader.uint32(), deeper(field, context));
    },
    fromPartial: (value, path) =>
      value === undefined || value === null ? undefined : nested().fromPartial(value, pathOf(field, path)),
    toJson: (value, options) => (value === undefined ? undefined : nested().toJson(value, options)),
    fromJson: (json, path) =>
      json === undefined || json === null ? undefined : nested().fromJson(json, pathOf(field, path)),
  };
}

function repeatedMessage(field: Field): CompiledField {
  const nested = nestedOf(field);
  const tag = (field.no << 3) | DELIMITED;
  return {
    field,
    blank: () => [],
    write(value, writer, path) {
      for (const item of requireList(field, value, path)) {
        writer.uint32(tag).fork();
        nested().write(item, writer, pathOf(field, path));
        writer.ldelim();
      }
    },
    read(reader, wire, previous, context) {
      requireWire(field, wire, DELIMITED, context);
      spend(field, context);
      const items = previous as unknown[];
      items.push(nested().read(reader, reader.uint32(), deeper(field, context)));
      return items;
    },
    fromPartial: (value, path) =>
      requireList(field, value, path).map((item) => nested().fromPartial(item, pathOf(field, path))),
    toJson: (value, options) => (value as readonly unknown[]).map((item) => nested().toJson(item, options)),
    fromJson: (json, path) =>
      requireList(field, json, path).map((item) => nested().fromJson(item, pathOf(field, path))),
  };
}
