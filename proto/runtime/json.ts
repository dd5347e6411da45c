import { ProtoError } from "./errors.ts";
import type { CompiledField } from "./fields.ts";
import type { JsonOptions } from "./types.ts";

type Values = Readonly<Record<string, unknown>>;

/**
 * JSON under the names of the .proto file: 64-bit integers as strings, bytes as base64. `plain` shows every field
 * (absent messages as null) and enums by name; `amino` leaves defaults out and has enums by number.
 */
export function messageToJson(fields: readonly CompiledField[], values: Values, options: JsonOptions): unknown {
  const out: Record<string, unknown> = {};
  for (const compiled of fields) {
    const { field } = compiled;
    const value = values[field.name];
    if (options.style === "amino" && isOmitted(compiled, value)) continue;
    const json = compiled.toJson(value, options);
    if (json !== undefined) out[field.json] = json;
    else if (!field.optional && !field.oneof) out[field.json] = null;
  }
  return out;
}

function isOmitted({ field, blank }: CompiledField, value: unknown): boolean {
  if (value === undefined) return true;
  if (Array.isArray(value)) return value.length === 0;
  if (field.optional || field.oneof) return false;
  return value instanceof Uint8Array ? value.length === 0 : value === blank();
}

/** Inverse of {@link messageToJson} for both styles; keys may be missing, unknown keys are refused. */
export function messageFromJson(fields: readonly CompiledField[], json: unknown, path: string): unknown {
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new ProtoError("bad_json", path, "is not a JSON object");
  }
  const names = new Set(fields.map(({ field }) => field.json));
  const unknown = Object.keys(json).find((key) => !names.has(key));
  if (unknown !== undefined) {
    throw new ProtoError("bad_json", path, `unknown key ${JSON.stringify(unknown)}; known: ${[...names].join(", ")}`);
  }
  const values: Record<string, unknown> = {};
  for (const compiled of fields) {
    const { field } = compiled;
    values[field.name] = compiled.fromJson((json as Values)[field.json], path);
  }
  return values;
}
