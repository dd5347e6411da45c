import { StoreError } from "../errors.ts";
import type { KvReader, KvStore } from "../kv.ts";
import type { ValueCodec } from "./codec.ts";
import { badValue } from "./codec.ts";
import { prefixByte } from "./map.ts";
import { numberValue } from "./values.ts";

/** One value under one prefix byte: parameters, totals. */
export interface ItemTable<V> {
  readonly prefix: number;
  get(store: KvReader): V | undefined;
  /** Throws what `missing` makes, else `not_found`. */
  require(store: KvReader, missing?: () => Error): V;
  has(store: KvReader): boolean;
  set(store: KvStore, value: V): void;
  remove(store: KvStore): void;
  rawKey(): Uint8Array;
}

export function item<V>(prefix: number, valueCodec: ValueCodec<V>): ItemTable<V> {
  const key = prefixByte(prefix);
  const get = (store: KvReader) => {
    const bytes = store.get(key);
    return bytes === undefined ? undefined : valueCodec.decode(bytes);
  };
  return {
    prefix,
    get,
    require(store, missing) {
      const value = get(store);
      if (value !== undefined) return value;
      throw missing?.() ?? new StoreError("not_found", `no item under prefix ${prefix}`);
    },
    has: (store) => store.has(key),
    set: (store, value) => store.set(key, valueCodec.encode(value)),
    remove: (store) => store.delete(key),
    rawKey: () => key.slice(),
  };
}

/** Ids in ascending order, never given twice: `next` returns the current number and stores its successor. */
export interface Sequence {
  readonly prefix: number;
  /** The number that `next` would return. */
  peek(store: KvReader): number;
  next(store: KvStore): number;
  /** Sets what `next` returns; genesis import only. */
  reset(store: KvStore, value: number): void;
}

/** A sequence that begins at `first` (1 unless told, so that 0 can mean "none" in messages). */
export function sequence(prefix: number, first = 1): Sequence {
  const current = item(prefix, numberValue);
  const peek = (store: KvReader) => current.get(store) ?? first;
  return {
    prefix,
    peek,
    next(store) {
      const value = peek(store);
      if (value >= Number.MAX_SAFE_INTEGER) throw badValue(`sequence under prefix ${prefix} is exhausted`);
      current.set(store, value + 1);
      return value;
    },
    reset: (store, value) => current.set(store, value),
  };
}
