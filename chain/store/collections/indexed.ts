import type { KvReader, KvStore } from "../kv.ts";
import type { KeyCodec, ValueCodec } from "./codec.ts";
import { type MapTable, map, mapped, type TableRange } from "./map.ts";
import { pair } from "./tuples.ts";
import { unitValue } from "./values.ts";

/** Keys without values. */
export interface KeySet<K> {
  readonly prefix: number;
  has(store: KvReader, key: K): boolean;
  add(store: KvStore, key: K): void;
  remove(store: KvStore, key: K): void;
  iterate(store: KvReader, range?: TableRange<K>): Iterable<K>;
}

export function keySet<K>(prefix: number, keyCodec: KeyCodec<K>): KeySet<K> {
  const table = map(prefix, keyCodec, unitValue);
  return {
    prefix,
    has: table.has,
    add: (store, key) => table.set(store, key, undefined),
    remove: table.remove,
    iterate: table.keys,
  };
}

/** Secondary index: entries (reference, primary key) that an `indexedMap` keeps beside its table. */
export interface Index<R, K, V> {
  readonly prefix: number;
  /** The references of an entry: none, one or several distinct ones. */
  references(key: K, value: V): readonly R[];
  link(store: KvStore, reference: R, key: K): void;
  unlink(store: KvStore, reference: R, key: K): void;
  /** Primary keys under one reference, in key order. */
  keys(store: KvReader, reference: R, reverse?: boolean): Iterable<K>;
  /** All (reference, key) entries in order, or those of a range of references. */
  iterate(store: KvReader, range?: TableRange<readonly [R, K]>): Iterable<readonly [R, K]>;
}

/** An index under its own prefix byte over what `references` derives from an entry. */
export function index<R, K, V>(
  prefix: number,
  codecs: { readonly reference: KeyCodec<R>; readonly key: KeyCodec<K> },
  references: (key: K, value: V) => readonly R[],
): Index<R, K, V> {
  const codec = pair(codecs.reference, codecs.key);
  const entries = keySet(prefix, codec);
  return {
    prefix,
    references,
    link: (store, reference, key) => entries.add(store, [reference, key]),
    unlink: (store, reference, key) => entries.remove(store, [reference, key]),
    keys: (store, reference, reverse = false) =>
      mapped(entries.iterate(store, { prefix: codec.prefix(reference), reverse }), ([, key]) => key),
    iterate: entries.iterate,
  };
}

/** A table whose `set` and `remove` keep `indexes` in step. */
export function indexedMap<K, V>(
  table: { readonly prefix: number; readonly key: KeyCodec<K>; readonly value: ValueCodec<V> },
  // An index's reference type is its own affair: it only ever meets references that it made.
  // biome-ignore lint/suspicious/noExplicitAny: existential type
  indexes: readonly Index<any, K, V>[],
): MapTable<K, V> {
  const primary = map(table.prefix, table.key, table.value);
  const unlink = (store: KvStore, key: K) => {
    const old = primary.get(store, key);
    if (old === undefined) return;
    for (const each of indexes) for (const reference of each.references(key, old)) each.unlink(store, reference, key);
  };
  return {
    ...primary,
    set(store, key, value) {
      unlink(store, key);
      primary.set(store, key, value);
      for (const each of indexes) for (const reference of each.references(key, value)) each.link(store, reference, key);
    },
    remove(store, key) {
      unlink(store, key);
      primary.remove(store, key);
    },
  };
}
