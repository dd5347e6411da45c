import type { BlobReferences } from "./blob-references.ts";
import type { BlobStore } from "./blobs/index.ts";

export interface BlobCollectionPorts {
  readonly store: Pick<BlobStore, "collect" | "refresh">;
  readonly references: Pick<BlobReferences, "has" | "refresh">;
  /** Milliseconds of a monotonic clock. */
  readonly nowMs?: () => number;
}

/**
 * Removes what the chain does not refer to. Only once the node has run for a grace period: after a longer absence it
 * learns what refers to its blobs while it catches up, and it may hold the only copy.
 */
export class BlobCollection {
  readonly #ports: BlobCollectionPorts;
  readonly #nowMs: () => number;
  readonly #from: number;
  #running: Promise<void> | undefined;

  constructor(options: { readonly graceMs: number }, ports: BlobCollectionPorts) {
    this.#ports = ports;
    this.#nowMs = ports.nowMs ?? (() => performance.now());
    this.#from = this.#nowMs() + options.graceMs;
  }

  /** One pass; joins the one under way. Rejects when the chain can't be asked: nothing is removed then. */
  run(): Promise<void> {
    this.#running ??= this.#pass().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #pass(): Promise<void> {
    const { store, references } = this.#ports;
    await references.refresh();
    const isReferenced = (id: string) => references.has(id);
    if (this.#nowMs() < this.#from) await store.refresh(isReferenced);
    else await store.collect(isReferenced);
  }
}
