import { StoreError } from "../errors.ts";

/**
 * Keys of one position. `encode` is injective, no encoding is a prefix of another one of the same codec unless the
 * codec is `terminal`, and `decode` reads from `at` and tells where it stopped.
 */
export interface KeyCodec<K> {
  /** A terminal codec reads to the end of the key, so it may stand in the last position only. */
  readonly terminal: boolean;
  encode(key: K): Uint8Array;
  decode(bytes: Uint8Array, at: number): readonly [key: K, next: number];
}

/** Canonical bytes of a value: `encode` is a function of the value alone, `decode` throws on what it did not write. */
export interface ValueCodec<V> {
  encode(value: V): Uint8Array;
  decode(bytes: Uint8Array): V;
}

export function badKey(message: string): StoreError {
  return new StoreError("bad_key", message);
}

export function badValue(message: string): StoreError {
  return new StoreError("bad_value", message);
}
