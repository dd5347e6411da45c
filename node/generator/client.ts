import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Worker } from "node:worker_threads";
import { endThread, spawnThread } from "../influence/native-threads.ts";
import { siblingModule } from "../influence/sibling.ts";
import { GeneratorError } from "./errors.ts";
import { HEAP_MIB } from "./limits.ts";
import type { CallKind, CallMessage, Calls, ReplyMessage } from "./protocol.ts";

interface Pending {
  readonly kind: CallKind;
  readonly resolve: (output: never) => void;
  readonly reject: (error: Error) => void;
}

/** How long each kind of call may take once it is the thread's turn, ms. */
export type CallTimes = Readonly<Record<CallKind, number>>;

export interface ClientOptions {
  readonly times: CallTimes;
  readonly memoryBytes: number;
  /** The thread is gone; `isCrash` unless it was ended from here. */
  readonly onLost: (isCrash: boolean) => void;
}

/** One generator in a thread of its own: ending the thread gives all of its memory back. */
export class GeneratorClient {
  readonly #worker: Worker;
  readonly #times: CallTimes;
  readonly #pending = new Map<number, Pending>();
  #next = 0;
  #ending = false;
  #lost: GeneratorError | undefined;
  #watch: NodeJS.Timeout | undefined;

  constructor({ times, memoryBytes, onLost }: ClientOptions) {
    this.#times = times;
    const folder = mkdtempSync(join(tmpdir(), "openledger-generator-"));
    const resourceLimits = { maxOldGenerationSizeMb: HEAP_MIB };
    this.#worker = spawnThread(siblingModule("worker", import.meta.url), {
      workerData: { folder, memoryBytes },
      resourceLimits,
    });
    this.#worker.on("message", (reply: ReplyMessage) => this.#settle(reply));
    this.#worker.on("error", (error) =>
      this.#lose(new GeneratorError("lost", `the generator's thread: ${error.message}`)),
    );
    this.#worker.on("exit", () => {
      rmSync(folder, { recursive: true, force: true });
      const isCrash = !this.#ending;
      this.#lose(new GeneratorError("lost", "the generator's thread ended"));
      onLost(isCrash);
    });
  }

  /** Calls that wait for an answer. */
  get load(): number {
    return this.#pending.size;
  }

  /** Throws GeneratorError. */
  call<K extends CallKind>(kind: K, input: Calls[K]["input"]): Promise<Calls[K]["output"]> {
    if (this.#lost) return Promise.reject(this.#lost);
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { kind, resolve: resolve as (output: never) => void, reject });
      const message: CallMessage = { id, kind, input };
      this.#worker.postMessage(message);
      if (this.#pending.size === 1) this.#watchFirst();
    });
  }

  async close(): Promise<void> {
    this.#ending = true;
    clearTimeout(this.#watch);
    this.#lose(new GeneratorError("lost", "the generator was closed"));
    await endThread(this.#worker);
  }

  /** The thread works in the order of its calls: time runs for the first, from when it became the first. */
  #watchFirst(): void {
    clearTimeout(this.#watch);
    const [first] = this.#pending.values();
    if (!first) return;
    const ms = this.#times[first.kind];
    this.#watch = setTimeout(() => {
      this.#ending = true;
      this.#lose(new GeneratorError("too-slow", `the generator took more than ${ms} ms to ${first.kind}`));
      void endThread(this.#worker);
    }, ms);
    this.#watch.unref();
  }

  #settle(reply: ReplyMessage): void {
    const waiting = this.#pending.get(reply.id);
    this.#pending.delete(reply.id);
    this.#watchFirst();
    if (!waiting) return;
    if (!("failure" in reply)) {
      waiting.resolve(reply.output as never);
      return;
    }
    const { code, message } = reply.failure;
    waiting.reject(code ? new GeneratorError(code, message) : new Error(message));
  }

  /** The first reason stays; calls under way fail with it. */
  #lose(reason: GeneratorError): void {
    this.#lost ??= reason;
    for (const { reject } of this.#pending.values()) reject(this.#lost);
    this.#pending.clear();
  }
}
