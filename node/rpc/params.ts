import { fromBase64, fromHex } from "../../chain/crypto/bytes.ts";
import { invalidParams } from "./errors.ts";

/**
 * How a parameter is written.
 *
 * - `integer`: "5" in JSON (5 is taken too), 5 or "5" in a URI; a safe integer
 * - `text`: a string; in a URI in double quotes, or 0x and hex of its UTF-8 bytes
 * - `flag`: true or false
 * - `bytes`: base64 in JSON; in a URI 0x and hex, or the bytes of a text in double quotes
 * - `hex`: hex in JSON, with or without 0x; in a URI as `bytes`
 */
export type ParamKind = "integer" | "text" | "flag" | "bytes" | "hex";

interface ValueOf {
  integer: number;
  text: string;
  flag: boolean;
  bytes: Uint8Array;
  hex: Uint8Array;
}

/** Parameters of a method by name, in their order for callers that give a list. */
export type ParamSpec = Readonly<Record<string, ParamKind>>;

/** Values; undefined for a parameter that was not given or is null. */
export type Params<S extends ParamSpec> = { readonly [K in keyof S]: ValueOf[S[K]] | undefined };

type AnyValue = ValueOf[ParamKind];

/** Reads `params` of a JSON-RPC request: an object, a list of all parameters, or nothing. Throws RpcError -32602. */
export function paramsFromJson<S extends ParamSpec>(spec: S, params: unknown): Params<S> {
  const names = Object.keys(spec);
  if (params === undefined || params === null) return read(spec, () => undefined, jsonValue);
  if (Array.isArray(params)) {
    if (params.length !== names.length) {
      throw invalidParams(`expected ${names.length} parameters (${names.join(", ")}), got ${params.length}`);
    }
    return read(spec, (name) => params[names.indexOf(name)], jsonValue);
  }
  if (typeof params !== "object") throw invalidParams("params must be an object or a list");
  const given = params as Readonly<Record<string, unknown>>;
  return read(spec, (name) => (Object.hasOwn(given, name) ? given[name] : undefined), jsonValue);
}

/** Reads the query of `GET /method?name=value`. Throws RpcError -32602. */
export function paramsFromUri<S extends ParamSpec>(spec: S, query: URLSearchParams): Params<S> {
  return read(spec, (name) => query.get(name) || undefined, uriValue);
}

function read<S extends ParamSpec, Raw>(
  spec: S,
  rawOf: (name: string) => Raw | undefined,
  convert: (kind: ParamKind, raw: Raw, name: string) => AnyValue,
): Params<S> {
  const values = Object.entries(spec).map(([name, kind]) => {
    const raw = rawOf(name);
    return [name, raw === undefined || raw === null ? undefined : convert(kind, raw, name)];
  });
  return Object.fromEntries(values) as Params<S>;
}

function jsonValue(kind: ParamKind, raw: unknown, name: string): AnyValue {
  switch (kind) {
    case "integer":
      if (typeof raw === "number" || typeof raw === "string") return integer(String(raw), name);
      break;
    case "flag":
      if (typeof raw === "boolean") return raw;
      break;
    case "text":
      if (typeof raw === "string") return raw;
      break;
    case "bytes":
      if (typeof raw === "string") return decoded(() => fromBase64(raw), name, "base64");
      break;
    case "hex":
      if (typeof raw === "string") return hexBytes(raw, name);
  }
  const wanted = {
    integer: "an integer in quotes",
    flag: "true or false",
    text: "text",
    bytes: "base64 text",
    hex: "hex text",
  };
  throw invalidParams(`${name} must be ${wanted[kind]}`);
}

function uriValue(kind: ParamKind, raw: string, name: string): AnyValue {
  if (kind === "integer") return integer(raw.replace(/^"(.*)"$/, "$1"), name);
  if (kind === "flag") {
    if (raw === "true" || raw === "false") return raw === "true";
    throw invalidParams(`${name} must be true or false`);
  }
  const bytes = uriBytes(raw, name);
  return kind === "text" ? new TextDecoder().decode(bytes) : bytes;
}

function uriBytes(raw: string, name: string): Uint8Array {
  if (/^0x/i.test(raw)) return hexBytes(raw, name);
  let text: unknown;
  try {
    text = JSON.parse(raw);
  } catch {
    text = undefined;
  }
  if (typeof text === "string") return new TextEncoder().encode(text);
  throw invalidParams(`${name} must be in double quotes, or 0x and hex`);
}

function integer(text: string, name: string): number {
  if (!/^-?\d{1,19}$/.test(text))
    throw invalidParams(`${name} must be an integer, got ${JSON.stringify(text.slice(0, 40))}`);
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw invalidParams(`${name} ${text} is beyond 2^53`);
  return value;
}

function hexBytes(text: string, name: string): Uint8Array {
  return decoded(() => fromHex(text.replace(/^0x/i, "").toLowerCase()), name, "hex");
}

function decoded(convert: () => Uint8Array, name: string, form: string): Uint8Array {
  try {
    return convert();
  } catch {
    throw invalidParams(`${name} is not ${form}`);
  }
}
