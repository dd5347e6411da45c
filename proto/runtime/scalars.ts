import { fromBase64, toBase64 } from "@cosmjs/encoding";
import { ProtoError } from "./errors.ts";
import type { Reader, ScalarType, Writer } from "./types.ts";

/** How one scalar type is checked, written and read. */
export interface Scalar {
  readonly wire: 0 | 1 | 2 | 5;
  readonly zero: unknown;
  isDefault(value: never): boolean;
  /** The value itself when it belongs to the type, else a ProtoError `bad_value`. */
  check(value: unknown, path: string): unknown;
  write(writer: Writer, value: never): void;
  read(reader: Reader): unknown;
  toJson(value: never): unknown;
  fromJson(json: unknown, path: string): unknown;
}

function bad(path: string, type: string, value: unknown): never {
  throw new ProtoError("bad_value", path, `${show(value)} is not a value of type ${type}`);
}

// Objects are not printed: a hostile one may have a toString that is not a function.
function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 40));
  return typeof value === "object" && value !== null ? "an object" : String(value);
}

// protobufjs takes 64-bit integers as {low, high}; a bare bigint would silently be written as 0.
function toBits(value: bigint): { low: number; high: number; unsigned: boolean } {
  return { low: Number(BigInt.asIntN(32, value)), high: Number(BigInt.asIntN(32, value >> 32n)), unsigned: false };
}

interface Bits {
  readonly low: number;
  readonly high: number;
}

function fromBits(bits: Bits, signed: boolean): bigint {
  if (bits.high === 0) return BigInt(bits.low >>> 0);
  const unsigned = (BigInt(bits.high >>> 0) << 32n) | BigInt(bits.low >>> 0);
  return signed ? BigInt.asIntN(64, unsigned) : unsigned;
}

type Method64 = "int64" | "sint64" | "uint64" | "fixed64" | "sfixed64";
type Method32 = "int32" | "sint32" | "uint32" | "fixed32" | "sfixed32";

const DECIMAL = /^-?\d{1,20}$/;

function long(method: Method64, wire: 0 | 1, signed: boolean): Scalar {
  const min = signed ? -(2n ** 63n) : 0n;
  const max = signed ? 2n ** 63n - 1n : 2n ** 64n - 1n;
  const check = (value: unknown, path: string): bigint => {
    const wide = typeof value === "number" && Number.isSafeInteger(value) ? BigInt(value) : value;
    const exact = typeof wide === "string" && DECIMAL.test(wide) ? BigInt(wide) : wide;
    if (typeof exact !== "bigint" || exact < min || exact > max) return bad(path, method, value);
    return exact;
  };
  return {
    wire,
    zero: 0n,
    isDefault: (value: bigint) => value === 0n,
    check,
    write: (writer, value: bigint) => writer[method](toBits(value) as never),
    read: (reader) => fromBits(reader[method]() as unknown as Bits, signed),
    toJson: (value: bigint) => String(value),
    fromJson: check,
  };
}

function int(method: Method32, wire: 0 | 5, signed: boolean): Scalar {
  const min = signed ? -(2 ** 31) : 0;
  const max = signed ? 2 ** 31 - 1 : 2 ** 32 - 1;
  const check = (value: unknown, path: string): number => {
    if (typeof value !== "number" || !Number.isInteger(value) || value < min || value > max) {
      return bad(path, method, value);
    }
    return value;
  };
  return {
    wire,
    zero: 0,
    isDefault: (value: number) => value === 0,
    check,
    write: (writer, value: number) => writer[method](value),
    read: (reader) => reader[method](),
    toJson: (value: number) => value,
    fromJson: (json, path) => check(typeof json === "string" && DECIMAL.test(json) ? Number(json) : json, path),
  };
}

function floating(method: "double" | "float", wire: 1 | 5): Scalar {
  const check = (value: unknown, path: string): unknown =>
    typeof value === "number" ? value : bad(path, method, value);
  return {
    wire,
    zero: 0,
    isDefault: (value: number) => Object.is(value, 0),
    check,
    write: (writer, value: number) => writer[method](value),
    read: (reader) => reader[method](),
    toJson: (value: number) => (Number.isFinite(value) ? value : String(value)),
    fromJson: (json, path) =>
      check(json === "NaN" || json === "Infinity" || json === "-Infinity" ? Number(json) : json, path),
  };
}

const bool: Scalar = {
  wire: 0,
  zero: false,
  isDefault: (value: boolean) => !value,
  check: (value, path) => (typeof value === "boolean" ? value : bad(path, "bool", value)),
  write: (writer, value: boolean) => writer.bool(value),
  read: (reader) => reader.bool(),
  toJson: (value: boolean) => value,
  fromJson: (json, path) => (typeof json === "boolean" ? json : bad(path, "bool", json)),
};

const checkText = (value: unknown, path: string): unknown =>
  typeof value === "string" && value.isWellFormed() ? value : bad(path, "string", value);

const string: Scalar = {
  wire: 2,
  zero: "",
  isDefault: (value: string) => value === "",
  check: checkText,
  write: (writer, value: string) => writer.string(value),
  read: (reader) => reader.stringVerify(),
  toJson: (value: string) => value,
  fromJson: checkText,
};

const NO_BYTES = new Uint8Array(0);

const bytes: Scalar = {
  wire: 2,
  zero: NO_BYTES,
  isDefault: (value: Uint8Array) => value.length === 0,
  check: (value, path) => (value instanceof Uint8Array ? value : bad(path, "bytes", value)),
  write: (writer, value: Uint8Array) => writer.bytes(value),
  // A copy: a view would keep the whole frame alive and change with it.
  read: (reader) => reader.bytes().slice(),
  toJson: (value: Uint8Array) => toBase64(value),
  fromJson: (json, path) => {
    if (typeof json !== "string") return bad(path, "base64 bytes", json);
    try {
      return fromBase64(json);
    } catch {
      return bad(path, "base64 bytes", json);
    }
  },
};

export const SCALARS: Readonly<Record<ScalarType, Scalar>> = {
  bool,
  bytes,
  string,
  int32: int("int32", 0, true),
  sint32: int("sint32", 0, true),
  uint32: int("uint32", 0, false),
  fixed32: int("fixed32", 5, false),
  sfixed32: int("sfixed32", 5, true),
  int64: long("int64", 0, true),
  sint64: long("sint64", 0, true),
  uint64: long("uint64", 0, false),
  fixed64: long("fixed64", 1, false),
  sfixed64: long("sfixed64", 1, true),
  double: floating("double", 1),
  float: floating("float", 5),
};

/** Enums travel as int32; a number without a name is refused. */
export function enumScalar(table: Readonly<Record<string, number>>): Scalar {
  const names = new Map(Object.entries(table).map(([name, value]) => [value, name]));
  const base = SCALARS.int32;
  const check = (value: unknown, path: string): unknown =>
    typeof value === "number" && names.has(value) ? value : bad(path, "enum", value);
  return {
    ...base,
    check,
    toJson: (value: number) => names.get(value) ?? value,
    fromJson: (json, path) => check(typeof json === "string" && Object.hasOwn(table, json) ? table[json] : json, path),
  };
}
