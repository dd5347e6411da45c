import { compareBytes } from "../crypto/bytes.ts";
import { keyString } from "./bytes.ts";
import type { KvEntry } from "./kv.ts";
import type { DiskOp, DiskRequest } from "./persist/disk.ts";

/** A disk in memory with atomic batches, for the simulator and for tests. */
export class MemoryDisk {
  readonly #entries = new Map<string, KvEntry>();

  get size(): number {
    return this.#entries.size;
  }

  batch(ops: readonly DiskOp[]): void {
    for (const op of ops) {
      if (op.type === "put") this.#entries.set(keyString(op.key), [op.key, op.value]);
      else this.#entries.delete(keyString(op.key));
    }
  }

  read = ({ start, end, limit }: DiskRequest): readonly KvEntry[] => {
    const found = [...this.#entries.values()].filter(
      ([key]) => compareBytes(key, start) >= 0 && compareBytes(key, end) < 0,
    );
    return found.sort(([a], [b]) => compareBytes(a, b)).slice(0, limit);
  };

  /** An independent copy: what a crash at this moment leaves. */
  clone(): MemoryDisk {
    const copy = new MemoryDisk();
    for (const [name, entry] of this.#entries) copy.#entries.set(name, entry);
    return copy;
  }
}
