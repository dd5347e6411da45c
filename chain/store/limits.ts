import { StoreError } from "./errors.ts";

/** Longest key. Keys are a prefix and a few ids or addresses; the bound keeps a proof small. */
export const MAX_KEY_BYTES = 1_024;

/** Longest value: above any record of a module, below what would make one block's batch unbounded. */
export const MAX_VALUE_BYTES = 4 * 1_024 * 1_024;

/** Versions whose trees stay in memory for proofs and historical reads. */
export const RETAINED_VERSIONS = 100;

/** Throws `empty_key` or `key_too_long`. */
export function checkKey(key: Uint8Array): void {
  if (key.length === 0) throw new StoreError("empty_key", "a key has at least one byte");
  if (key.length > MAX_KEY_BYTES) {
    throw new StoreError("key_too_long", `key of ${key.length} bytes, the limit is ${MAX_KEY_BYTES}`);
  }
}

/** Throws `value_too_long`. An empty value is a value. */
export function checkValue(value: Uint8Array): void {
  if (value.length > MAX_VALUE_BYTES) {
    throw new StoreError("value_too_long", `value of ${value.length} bytes, the limit is ${MAX_VALUE_BYTES}`);
  }
}
