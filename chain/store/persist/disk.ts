import type { KvEntry } from "../kv.ts";

/** One write of a batch; the shape that `level` takes. */
export type DiskOp =
  | { readonly type: "put"; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: "del"; readonly key: Uint8Array };

/** A question to the disk: the first `limit` entries of `[start, end)` in byte order. */
export interface DiskRequest {
  readonly start: Uint8Array;
  readonly end: Uint8Array;
  readonly limit: number;
}

/** A computation that reads the disk: it yields requests, is resumed with the entries, and returns its result. */
export type DiskRead<T> = Generator<DiskRequest, T, readonly KvEntry[]>;

export function put(key: Uint8Array, value: Uint8Array): DiskOp {
  return { type: "put", key, value };
}

export function del(key: Uint8Array): DiskOp {
  return { type: "del", key };
}

/** Runs a read against a disk that answers at once: the simulator's, and tests'. */
export function runDiskRead<T>(read: DiskRead<T>, answer: (request: DiskRequest) => readonly KvEntry[]): T {
  let step = read.next([]);
  while (!step.done) step = read.next(answer(step.value));
  return step.value;
}
