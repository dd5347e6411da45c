import { AppError } from "./errors.ts";

/** Checked reading of a module's genesis JSON; `path` names the place in errors: `app_state.bank.balances[3]`. */
export type Json = Readonly<Record<string, unknown>>;

export function genesisError(path: string, message: string): AppError {
  return new AppError("genesis", 2, `genesis: ${path} ${message}`);
}

export function jsonObject(value: unknown, path: string): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw genesisError(path, "must be an object");
  return value as Json;
}

/** An absent list is empty. */
export function jsonList(value: unknown, path: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw genesisError(path, "must be a list");
  return value;
}

export function jsonText(value: unknown, path: string): string {
  if (typeof value !== "string") throw genesisError(path, "must be a text");
  return value;
}

/** A natural number, as a number or as decimal text; `fallback` when absent. */
export function jsonNumber(value: unknown, path: string, fallback?: number): number {
  if ((value === undefined || value === null) && fallback !== undefined) return fallback;
  const number = typeof value === "string" && /^(0|[1-9][0-9]{0,15})$/.test(value) ? Number(value) : value;
  if (typeof number !== "number" || !Number.isSafeInteger(number) || number < 0) {
    throw genesisError(path, "must be a natural number");
  }
  return number;
}

/** Refuses keys that nobody reads: a misspelled parameter must not pass for its default. */
export function onlyKeys(object: Json, path: string, known: readonly string[]): void {
  for (const key of Object.keys(object)) {
    if (!known.includes(key)) throw genesisError(`${path}.${key}`, `is not known here; known are ${known.join(", ")}`);
  }
}
