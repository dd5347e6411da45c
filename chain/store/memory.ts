import { CacheKv } from "./cache.ts";
import { type KvStore, readOnly } from "./kv.ts";

/** A store without history or hash: for tests and for state that never reaches a root. */
export function memoryKv(): KvStore {
  return new CacheKv(readOnly({ get: () => undefined, has: () => false, iterate: () => [] }));
}
