import { CacheKv, type KvWrite } from "./cache.ts";
import type { KvStore, StoreSet } from "./kv.ts";

/** The pending writes of one store, keys ascending. */
export interface StoreWrites {
  readonly name: string;
  readonly writes: readonly KvWrite[];
}

/** A branch over a set of stores: a block's, a transaction's or a message's. Stores are branched when first touched. */
export class StoreBranch implements StoreSet {
  readonly #parent: StoreSet;
  readonly #stores = new Map<string, CacheKv>();

  constructor(parent: StoreSet) {
    this.#parent = parent;
  }

  /** Throws `unknown_store`. */
  store(name: string): KvStore {
    const known = this.#stores.get(name);
    if (known) return known;
    const store = new CacheKv(this.#parent.store(name));
    this.#stores.set(name, store);
    return store;
  }

  /** A branch over this one. */
  branch(): StoreBranch {
    return new StoreBranch(this);
  }

  /** Passes all pending writes to the parent. */
  write(): void {
    for (const store of this.#stores.values()) store.write();
  }

  discard(): void {
    for (const store of this.#stores.values()) store.discard();
  }

  /** Stores with pending writes, in ascending order of name. */
  changes(): readonly StoreWrites[] {
    return [...this.#stores]
      .filter(([, store]) => store.size > 0)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, store]) => ({ name, writes: store.changes() }));
  }
}
