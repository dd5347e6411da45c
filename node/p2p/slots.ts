import { P2pError } from "./errors.ts";

interface Waiter {
  readonly grant: () => void;
}

/** A counting semaphore with a bounded queue. */
export class Slots {
  readonly #maxWaiting: number;
  readonly #waiting: Waiter[] = [];
  #free: number;

  constructor(options: { readonly slots: number; readonly maxWaiting: number }) {
    this.#free = options.slots;
    this.#maxWaiting = options.maxWaiting;
  }

  /** Waits for a slot. Throws `busy` when too many wait, `timeout` when the signal aborts first. */
  acquire(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(timeout());
    if (this.#free > 0) {
      this.#free--;
      return Promise.resolve();
    }
    if (this.#waiting.length >= this.#maxWaiting) {
      return Promise.reject(new P2pError("busy", "too many requests wait for this peer"));
    }
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        reject(timeout());
      };
      const waiter: Waiter = {
        grant: () => {
          signal.removeEventListener("abort", onAbort);
          resolve();
        },
      };
      signal.addEventListener("abort", onAbort, { once: true });
      this.#waiting.push(waiter);
    });
  }

  /** Gives a slot back, to the one that waits longest if any. */
  release(): void {
    const next = this.#waiting.shift();
    if (next) next.grant();
    else this.#free++;
  }
}

function timeout(): P2pError {
  return new P2pError("timeout", "no slot free in time");
}
