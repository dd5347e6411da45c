import { concatBytes } from "../../crypto/hash.ts";
import { prefixEnd } from "../bytes.ts";
import { StoreError } from "../errors.ts";
import type { KvEntry, KvReader, KvStore } from "../kv.ts";
import { badKey, type KeyCodec, type ValueCodec } from "./codec.ts";

/**
 * Which entries of a table: those whose key starts with `prefix` (from a tuple codec's `prefix`), from `from`
 * inclusive to `to` exclusive, backwards if `reverse`.
 */
export interface TableRange<K> {
  readonly prefix?: Uint8Array;
  readonly from?: K;
  readonly to?: K;
  readonly reverse?: boolean;
}

/** The only way in which a module touches its keys: one prefix byte, one key codec, one value codec. */
export interface MapTable<K, V> {
  readonly prefix: number;
  get(store: KvReader, key: K): V | undefined;
  /** Throws what `missing` makes, else `not_found`. */
  require(store: KvReader, key: K, missing?: () => Error): V;
  has(store: KvReader, key: K): boolean;
  set(store: KvStore, key: K, value: V): void;
  remove(store: KvStore, key: K): void;
  /** Entries in byte order of the encoded keys, as of the call. */
  iterate(store: KvReader, range?: TableRange<K>): Iterable<readonly [key: K, value: V]>;
  /** The keys of `iterate`. */
  keys(store: KvReader, range?: TableRange<K>): Iterable<K>;
  /** The full key in the store, for proofs and raw queries. */
  rawKey(key: K): Uint8Array;
}

/** A table under one prefix byte (0-255), unique within its store. */
export function map<K, V>(prefix: number, keyCodec: KeyCodec<K>, valueCodec: ValueCodec<V>): MapTable<K, V> {
  const head = prefixByte(prefix);
  const rawKey = (key: K) => concatBytes(head, keyCodec.encode(key));
  const get = (store: KvReader, key: K) => {
    const bytes = store.get(rawKey(key));
    return bytes === undefined ? undefined : valueCodec.decode(bytes);
  };
  return {
    prefix,
    rawKey,
    get,
    require(store, key, missing) {
      const value = get(store, key);
      if (value !== undefined) return value;
      throw missing?.() ?? new StoreError("not_found", `no entry under prefix ${prefix}`);
    },
    has: (store, key) => store.has(rawKey(key)),
    set: (store, key, value) => store.set(rawKey(key), valueCodec.encode(value)),
    remove: (store, key) => store.delete(rawKey(key)),
    iterate(store, range = {}) {
      const entry = ([key, value]: KvEntry) => [decodeKey(keyCodec, key), valueCodec.decode(value)] as const;
      return mapped(entriesIn(store, head, range, rawKey), entry);
    },
    keys: (store, range = {}) => mapped(entriesIn(store, head, range, rawKey), ([key]) => decodeKey(keyCodec, key)),
  };
}

/** Throws `bad_key` unless `prefix` is a byte. */
export function prefixByte(prefix: number): Uint8Array {
  if (!Number.isInteger(prefix) || prefix < 0 || prefix > 255) throw badKey(`prefix ${prefix} is no byte`);
  return Uint8Array.of(prefix);
}

function entriesIn<K>(store: KvReader, head: Uint8Array, range: TableRange<K>, rawKey: (key: K) => Uint8Array) {
  const lead = range.prefix ? concatBytes(head, range.prefix) : head;
  const start = range.from === undefined ? lead : rawKey(range.from);
  const end = range.to === undefined ? prefixEnd(lead) : rawKey(range.to);
  return store.iterate(start, end, range.reverse);
}

/** `fn` of each entry, lazily. */
export function* mapped<A, B>(entries: Iterable<A>, fn: (entry: A) => B): Generator<B> {
  for (const entry of entries) yield fn(entry);
}

function decodeKey<K>(codec: KeyCodec<K>, bytes: Uint8Array): K {
  const [key, next] = codec.decode(bytes, 1);
  if (next !== bytes.length) throw badKey(`${bytes.length - next} bytes after the key`);
  return key;
}
