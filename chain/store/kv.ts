import { StoreError } from "./errors.ts";

/** One key with its value, as iteration yields it. */
export type KvEntry = readonly [key: Uint8Array, value: Uint8Array];

/**
 * Ordered bytes to bytes, read side. Order is byte-wise, a prefix sorts before what extends it.
 * Returned arrays belong to the store: never write to them.
 */
export interface KvReader {
  get(key: Uint8Array): Uint8Array | undefined;
  has(key: Uint8Array): boolean;
  /**
   * Entries of `[start, end)`; an undefined bound is open. `reverse` yields the same entries backwards.
   * The iteration sees the store as it was when `iterate` was called, so writing while iterating is safe.
   */
  iterate(start?: Uint8Array, end?: Uint8Array, reverse?: boolean): Iterable<KvEntry>;
}

/** `KvReader` with writes. Throws `StoreError` for keys and values outside the limits. The arrays are kept, not copied. */
export interface KvStore extends KvReader {
  set(key: Uint8Array, value: Uint8Array): void;
  delete(key: Uint8Array): void;
}

/** A set of named stores: what a block, a transaction or a message sees of the state. */
export interface StoreSet {
  /** Throws `unknown_store`. */
  store(name: string): KvStore;
}

/** The read side of a `StoreSet`. */
export interface StoreReaderSet {
  /** Throws `unknown_store`. */
  store(name: string): KvReader;
}

/** A committed reader where a store is expected, as the floor of a query's branches; writing throws `read_only`. */
export function readOnly(reader: KvReader): KvStore {
  const refuse = (): never => {
    throw new StoreError("read_only", "a committed version cannot be written");
  };
  return {
    get: (key) => reader.get(key),
    has: (key) => reader.has(key),
    iterate: (start, end, reverse) => reader.iterate(start, end, reverse),
    set: refuse,
    delete: refuse,
  };
}
