import { ProtoError } from "./errors.ts";
import type { AnyCodec, NestedCodec } from "./types.ts";

/** A codec of cosmjs-types, whose writers and readers differ from ours: its messages cross the border as bytes. */
export interface CosmjsCodec<T> {
  readonly typeUrl: string;
  encode(message: T): { finish(): Uint8Array };
  decode(input: Uint8Array): T;
  fromPartial(partial: never): T;
  toJSON(message: T): unknown;
  fromJSON(json: unknown): T;
}

/** Makes a message type of cosmjs-types usable as a field of ours. */
export function external<T>(codec: CosmjsCodec<T>): AnyCodec {
  const typeName = codec.typeUrl.replace(/^\//, "");
  const guard = <R>(path: string, code: "malformed" | "bad_value" | "bad_json", run: () => R): R => {
    try {
      return run();
    } catch (error) {
      throw new ProtoError(code, path, error instanceof Error ? error.message : String(error));
    }
  };
  const nested: NestedCodec<T> = {
    write(value, writer, path) {
      writer.raw(guard(path, "bad_value", () => codec.encode(value).finish()));
    },
    read(reader, length, context) {
      const end = reader.pos + length;
      if (end > reader.len) throw new ProtoError("malformed", context.path, "truncated");
      const bytes = reader.buf.slice(reader.pos, end);
      reader.pos = end;
      return guard(context.path, "malformed", () => codec.decode(bytes));
    },
    fromPartial: (partial, path) => guard(path, "bad_value", () => codec.fromPartial(partial as never)),
    toJson: (value) => renameKeys(codec.toJSON(value), toSnake),
    fromJson: (json, path) => guard(path, "bad_json", () => codec.fromJSON(renameKeys(json, toCamel))),
  };
  return { typeName, nested };
}

const toSnake = (key: string): string => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const toCamel = (key: string): string => key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

// cosmjs-types has JSON under camelCase keys; the chain's JSON uses the names of the .proto files.
function renameKeys(json: unknown, rename: (key: string) => string): unknown {
  if (Array.isArray(json)) return json.map((item) => renameKeys(item, rename));
  if (typeof json !== "object" || json === null) return json;
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [rename(key), renameKeys(value, rename)]));
}
