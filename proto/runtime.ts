import { ProtoError } from "./runtime/errors.ts";
import { MAX_MESSAGE_BYTES, readerOf, rootContext } from "./runtime/message.ts";
import type { AnyCodec, MessageCodec } from "./runtime/types.ts";

// What generated code and its users need. Codecs run on protobufjs' reader and writer; the rules (bounds, canonical
// form, 64-bit integers as bigint) are in ./runtime.

export { ProtoError, type ProtoErrorCode } from "./runtime/errors.ts";
export { external } from "./runtime/external.ts";
export { MAX_DEPTH, MAX_LIST_ENTRIES, MAX_MESSAGE_BYTES, message } from "./runtime/message.ts";
export type { AnyCodec, EnumTable, Field, MessageCodec, Partially, Reader, Writer } from "./runtime/types.ts";

/** Canonical bytes in memory of their own. */
export function encodeBytes<T>(codec: MessageCodec<T>, message: T): Uint8Array {
  return codec.encode(message).finish().slice();
}

/**
 * Decodes bytes that must be the canonical encoding of their value: no unknown field, no explicit default, no
 * other field order.
 * @throws ProtoError only
 */
export function decodeStrict<T>(codec: MessageCodec<T>, bytes: Uint8Array, maxBytes: number = MAX_MESSAGE_BYTES): T {
  if (bytes.length > maxBytes) {
    throw new ProtoError("too_large", codec.typeName, `${bytes.length} bytes exceed ${maxBytes}`);
  }
  const value = codec.nested.read(readerOf(bytes), bytes.length, rootContext(codec.typeName, true)) as T;
  const again = codec.encode(value).finish();
  if (!sameBytes(again, bytes)) {
    throw new ProtoError("not_canonical", codec.typeName, "bytes are not the canonical encoding of their value");
  }
  return value;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** The SDK's JSON of a message: names of the .proto file, 64-bit integers as strings, bytes as base64. */
export function toJson<T>(codec: MessageCodec<T>, value: T): unknown {
  return codec.nested.toJson(value, { style: "plain" });
}

/** JSON as LEGACY_AMINO_JSON signs it: defaults left out, enums by number. */
export function toAminoJson<T>(codec: MessageCodec<T>, value: T): unknown {
  return codec.nested.toJson(value, { style: "amino" });
}

/** Inverse of {@link toJson} and {@link toAminoJson}. Throws ProtoError `bad_json` or `bad_value`. */
export function fromJson<T>(codec: MessageCodec<T>, json: unknown): T {
  return codec.nested.fromJson(json, codec.typeName) as T;
}

/** One method of a service: full gRPC path, and the codecs of its request and response. */
export interface ServiceMethod<Request, Response> {
  readonly path: string;
  readonly request: MessageCodec<Request>;
  readonly response: MessageCodec<Response>;
}

/** Method table of a generated service, for code that treats all methods alike. */
export type ServiceTable = Readonly<
  Record<string, { readonly path: string; readonly request: AnyCodec; readonly response: AnyCodec }>
>;
