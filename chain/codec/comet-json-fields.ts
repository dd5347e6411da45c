import { fromBase64, fromHex, toHex } from "../crypto/bytes.ts";
import { type BlockId, NIL_BLOCK_ID } from "../types/block-id.ts";
import { fromRfc3339, type Timestamp } from "../types/time.ts";
import { CodecError } from "./errors.ts";
import { MAX_PARTS } from "./primitives.ts";

// Reading and writing single values in CometBFT's JSON: 64-bit integers are decimal strings, 32-bit ones numbers,
// hashes and addresses upper-case hex, other bytes base64, absent bytes null.

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export type JsonObject = { readonly [key: string]: Json };

/** One object being read; every failure names its path. */
export class JsonReader {
  readonly path: string;
  readonly #object: Readonly<Record<string, unknown>>;

  constructor(json: unknown, path: string) {
    if (typeof json !== "object" || json === null || Array.isArray(json)) {
      throw new CodecError("malformed", path, "is not a JSON object");
    }
    this.#object = json as Readonly<Record<string, unknown>>;
    this.path = path;
  }

  at(key: string): string {
    return `${this.path}.${key}`;
  }

  /** Value of an own key; undefined for none and for null. */
  raw(key: string): unknown {
    return Object.hasOwn(this.#object, key) ? (this.#object[key] ?? undefined) : undefined;
  }

  has(key: string): boolean {
    return this.raw(key) !== undefined;
  }

  object(key: string): JsonReader {
    return new JsonReader(this.raw(key), this.at(key));
  }

  /** A list; absent and null are the empty one. */
  list(key: string, limit: number): readonly unknown[] {
    const value = this.raw(key) ?? [];
    if (!Array.isArray(value)) throw new CodecError("malformed", this.at(key), "is not a list");
    if (value.length > limit) throw new CodecError("too_many", this.at(key), `${value.length} entries exceed ${limit}`);
    return value;
  }

  text(key: string, limit: number): string {
    const value = this.raw(key) ?? "";
    if (typeof value !== "string") throw new CodecError("malformed", this.at(key), "is not text");
    if (value.length > limit) throw new CodecError("too_large", this.at(key), `is longer than ${limit} characters`);
    return value;
  }

  /** A 64-bit integer, written as a decimal string. */
  int64(key: string): bigint {
    const value = this.raw(key);
    if (typeof value !== "string" || !/^-?(0|[1-9]\d{0,18})$/.test(value)) {
      throw new CodecError("malformed", this.at(key), "is not a decimal integer in quotes");
    }
    return BigInt(value);
  }

  /** An {@link int64} that is a safe integer in low..high. */
  safe(key: string, low = 0, high: number = Number.MAX_SAFE_INTEGER): number {
    const value = this.int64(key);
    if (value < BigInt(low) || value > BigInt(high)) {
      throw new CodecError("out_of_range", this.at(key), `${value} is not in ${low}..${high}`);
    }
    return Number(value);
  }

  /** A 32-bit integer, written as a JSON number. */
  int32(key: string, low: number, high: number): number {
    const value = this.raw(key);
    if (typeof value !== "number" || !Number.isInteger(value)) {
      throw new CodecError("malformed", this.at(key), "is not an integer");
    }
    if (value < low || value > high) {
      throw new CodecError("out_of_range", this.at(key), `${value} is not in ${low}..${high}`);
    }
    return value;
  }

  /** Hex bytes of one of the given lengths. */
  hex(key: string, ...lengths: readonly number[]): Uint8Array {
    const bytes = this.#convert(key, fromHex, 128);
    if (lengths.length > 0 && !lengths.includes(bytes.length)) {
      throw new CodecError("bad_length", this.at(key), `${bytes.length} bytes, expected ${lengths.join(" or ")}`);
    }
    return bytes;
  }

  base64(key: string, limit: number): Uint8Array {
    return this.#convert(key, fromBase64, Math.ceil(limit / 3) * 4);
  }

  time(key: string): Timestamp {
    return fromRfc3339(this.text(key, 40), this.at(key));
  }

  #convert(key: string, convert: (text: string) => Uint8Array, limit: number): Uint8Array {
    const text = this.text(key, limit);
    try {
      return convert(text);
    } catch (error) {
      throw new CodecError("malformed", this.at(key), error instanceof Error ? error.message : String(error));
    }
  }
}

/** Bytes as CometBFT prints hashes and addresses. */
export function upperHex(bytes: Uint8Array): string {
  return toHex(bytes).toUpperCase();
}

export function blockIdToJson(id: BlockId): JsonObject {
  return { hash: upperHex(id.hash), parts: { total: id.parts.total, hash: upperHex(id.parts.hash) } };
}

/** Null and absent are nil, as in the header of a first block. */
export function blockIdFromJson(json: unknown, path = "block_id"): BlockId {
  if (json === null || json === undefined) {
    return NIL_BLOCK_ID;
  }
  const reader = new JsonReader(json, path);
  const parts = reader.object("parts");
  return {
    hash: reader.hex("hash", 0, 32),
    parts: { total: parts.int32("total", 0, MAX_PARTS), hash: parts.hex("hash", 0, 32) },
  };
}
