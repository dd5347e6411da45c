import { toHex } from "../../chain/crypto/bytes.ts";
import { sha256 } from "../../chain/crypto/hash.ts";
import type { TxIndex } from "../index/index.ts";
import type { CommittedEvent } from "./backend.ts";
import { failed, serverError } from "./errors.ts";

export interface TxWaitLimits {
  readonly timeoutMs: number;
  readonly maxWaits: number;
}

export interface TxPlace {
  readonly event: CommittedEvent;
  readonly index: number;
}

/** Callers that wait until a transaction stands in an indexed block. */
export class TxWaits {
  readonly #limits: TxWaitLimits;
  readonly #waits = new Map<string, Set<PromiseWithResolvers<TxPlace>>>();
  readonly #leave: () => void;
  #count = 0;

  constructor(limits: TxWaitLimits, index: Pick<TxIndex, "onIndexed">) {
    this.#limits = limits;
    this.#leave = index.onIndexed((event) => this.#indexed(event));
  }

  /** Ends every wait with RpcError. */
  close(): void {
    this.#leave();
    for (const waits of this.#waits.values()) {
      for (const { reject } of waits) reject(serverError("the node stops; the tx may be in a block later"));
    }
  }

  /**
   * Starts waiting. `place` rejects with RpcError when the time is over; `cancel` ends the wait unanswered. Throws
   * RpcError when too many wait.
   */
  wait(hash: Uint8Array): { readonly place: Promise<TxPlace>; readonly cancel: () => void } {
    if (this.#count >= this.#limits.maxWaits) {
      throw serverError(`${this.#limits.maxWaits} callers already wait for a block; use broadcast_tx_sync and tx`);
    }
    const key = toHex(hash);
    const settled = Promise.withResolvers<TxPlace>();
    const waits = this.#waits.get(key) ?? new Set();
    this.#waits.set(key, waits.add(settled));
    this.#count++;
    const seconds = this.#limits.timeoutMs / 1000;
    const timer = setTimeout(() => {
      settled.reject(failed(`timed out waiting ${seconds} s for tx to be included in a block; it may be later`));
    }, this.#limits.timeoutMs);
    const cancel = () => {
      clearTimeout(timer);
      if (!waits.delete(settled)) return;
      this.#count--;
      if (waits.size === 0) this.#waits.delete(key);
    };
    settled.promise.then(cancel, cancel);
    return { place: settled.promise, cancel };
  }

  #indexed(event: CommittedEvent): void {
    if (this.#waits.size === 0) return;
    event.block.txs.forEach((tx, index) => {
      for (const { resolve } of this.#waits.get(toHex(sha256(tx))) ?? []) resolve({ event, index });
    });
  }
}
