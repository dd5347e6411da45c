import type protobuf from "protobufjs/minimal.js";

export type Writer = protobuf.Writer;
export type Reader = protobuf.Reader;

export type ScalarType =
  | "bool"
  | "bytes"
  | "string"
  | "int32"
  | "sint32"
  | "uint32"
  | "fixed32"
  | "sfixed32"
  | "int64"
  | "sint64"
  | "uint64"
  | "fixed64"
  | "sfixed64"
  | "double"
  | "float";

export type EnumTable = Readonly<Record<string, number>>;

/** One field of a message, as the generated code declares it. */
export interface Field {
  readonly no: number;
  /** Property of the TypeScript interface (camelCase). */
  readonly name: string;
  /** Name in the .proto file, and key in JSON. */
  readonly json: string;
  readonly type: ScalarType | "enum" | "message";
  readonly repeated?: true;
  /** Has presence: absent is undefined, and a default value that is set is encoded. */
  readonly optional?: true;
  /** Name of the oneof this field is a member of; at most one member is set. */
  readonly oneof?: string;
  readonly enum?: EnumTable;
  /** Looked up late, since messages refer to each other in cycles. */
  readonly message?: () => AnyCodec;
}

/** Any value with fewer fields: numbers and decimal strings may stand for 64-bit integers. */
export type Partially<T> = T extends bigint
  ? bigint | number | string
  : T extends Uint8Array
    ? Uint8Array
    : T extends readonly (infer U)[]
      ? readonly Partially<U>[]
      : T extends object
        ? { readonly [K in keyof T]?: Partially<T[K]> | undefined }
        : T;

/** Codec of one message type, usable as a generated type in a CosmJS Registry. */
export interface MessageCodec<T> extends AnyCodec {
  readonly typeUrl: string;
  readonly fields: readonly Field[];
  /** Canonical encoding: ascending field numbers, defaults omitted, numbers packed. */
  encode(message: T, writer?: Writer): Writer;
  /** Bounded decoding; unknown fields are skipped. Throws ProtoError only. */
  decode(input: Uint8Array | Reader, length?: number): T;
  /** A full message from some of its fields. */
  fromPartial(partial: Partially<T>): T;
}

/** What nested fields need of a codec; generated codecs and adapters of cosmjs-types have it. */
export interface AnyCodec {
  readonly typeName: string;
  // biome-ignore lint/suspicious/noExplicitAny: fields of every message type meet here
  readonly nested: NestedCodec<any>;
}

export interface NestedCodec<T> {
  write(message: T, writer: Writer, path: string): void;
  /** Reads exactly `length` bytes. */
  read(reader: Reader, length: number, context: DecodeContext): T;
  fromPartial(partial: unknown, path: string): T;
  toJson(message: T, options: JsonOptions): unknown;
  fromJson(json: unknown, path: string): T;
}

export interface DecodeContext {
  readonly depth: number;
  readonly strict: boolean;
  /** List entries that this decoding may still make; shared by all levels. */
  readonly budget: { entries: number };
  readonly path: string;
}

/** `plain` is the SDK's JSON (defaults present, enums by name); `amino` is what LEGACY_AMINO_JSON signs. */
export interface JsonOptions {
  readonly style: "plain" | "amino";
}
