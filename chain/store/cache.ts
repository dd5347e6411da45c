import { keyString } from "./bytes.ts";
import type { KvEntry, KvStore } from "./kv.ts";
import { checkKey, checkValue } from "./limits.ts";

/** A pending write of a branch. */
export interface KvWrite {
  readonly key: Uint8Array;
  /** undefined: deleted */
  readonly value: Uint8Array | undefined;
}

/**
 * A branch over a store: writes stay here until `write` passes them on, in ascending key order, or `discard`
 * drops them. Branches nest: a block's over the tree, a transaction's over the block's, a message's over that.
 */
export class CacheKv implements KvStore {
  readonly #parent: KvStore;
  readonly #writes = new Map<string, KvWrite>();
  /** The keys of `#writes` in order; built by the first iteration, kept up by insertion after that. */
  #order: string[] | undefined;

  constructor(parent: KvStore) {
    this.#parent = parent;
  }

  get size(): number {
    return this.#writes.size;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const write = this.#writes.get(keyString(key));
    return write ? write.value : this.#parent.get(key);
  }

  has(key: Uint8Array): boolean {
    const write = this.#writes.get(keyString(key));
    return write ? write.value !== undefined : this.#parent.has(key);
  }

  set(key: Uint8Array, value: Uint8Array): void {
    checkKey(key);
    checkValue(value);
    this.#put(key, value);
  }

  delete(key: Uint8Array): void {
    checkKey(key);
    this.#put(key, undefined);
  }

  iterate(start?: Uint8Array, end?: Uint8Array, reverse = false): Iterable<KvEntry> {
    const order = this.#sorted();
    const from = start ? lowerBound(order, keyString(start)) : 0;
    const to = end ? lowerBound(order, keyString(end)) : order.length;
    const names = order.slice(from, Math.max(from, to));
    if (reverse) names.reverse();
    const writes = names.map((name) => [name, this.#writes.get(name)!] as const);
    return merge(this.#parent.iterate(start, end, reverse), writes, reverse);
  }

  /** The pending writes in ascending key order; an undefined value is a deletion. */
  changes(): readonly KvWrite[] {
    return this.#sorted().map((name) => this.#writes.get(name)!);
  }

  /** Passes the pending writes to the parent in ascending key order and forgets them. */
  write(): void {
    for (const { key, value } of this.changes()) {
      if (value === undefined) this.#parent.delete(key);
      else this.#parent.set(key, value);
    }
    this.discard();
  }

  discard(): void {
    this.#writes.clear();
    this.#order = undefined;
  }

  #put(key: Uint8Array, value: Uint8Array | undefined): void {
    const name = keyString(key);
    if (this.#order && !this.#writes.has(name)) this.#order.splice(lowerBound(this.#order, name), 0, name);
    this.#writes.set(name, { key, value });
  }

  #sorted(): string[] {
    this.#order ??= [...this.#writes.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    return this.#order;
  }
}

function lowerBound(order: readonly string[], name: string): number {
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (order[middle]! < name) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The parent's entries overlaid with `writes`; both come in the direction of the iteration. */
function* merge(
  parent: Iterable<KvEntry>,
  writes: readonly (readonly [string, KvWrite])[],
  reverse: boolean,
): Generator<KvEntry> {
  let at = 0;
  for (const entry of parent) {
    const name = keyString(entry[0]);
    let replaced = false;
    for (; at < writes.length; at++) {
      const [pending, write] = writes[at]!;
      if (pending === name) replaced = true;
      else if (reverse ? pending < name : pending > name) break;
      if (write.value !== undefined) yield [write.key, write.value];
    }
    if (!replaced) yield entry;
  }
  for (; at < writes.length; at++) {
    const { key, value } = writes[at]![1];
    if (value !== undefined) yield [key, value];
  }
}
