import type { Worker } from "node:worker_threads";
import { InfluenceError } from "./errors.ts";
import { endThread, spawnThread } from "./native-threads.ts";
import type { ReplyMessage, RequestKind, Requests } from "./requests.ts";
import type { Provider } from "./session.ts";
import { siblingModule } from "./sibling.ts";

interface Pending {
  readonly kind: RequestKind;
  readonly resolve: (output: never) => void;
  readonly reject: (error: Error) => void;
}

export interface WorkerClientOptions {
  /** Number of the thread's scratch in resident models. */
  readonly thread: number;
  readonly provider: Provider;
  /** Called once when the thread is gone for any reason but `close`. */
  readonly onLost: () => void;
  /** Time for one text, whose encoder is the model owner's. */
  readonly textMs: number;
}

/** Work whose length the model's owner or a requester decides; the rest is bounded by what was loaded. */
const TIMED: ReadonlySet<RequestKind> = new Set(["attribute", "adopt"]);

/** The calling side of one verifier worker: requests with ids, replies in any order. */
export class WorkerClient {
  private readonly worker: Worker;
  private readonly pending = new Map<number, Pending>();
  private readonly textMs: number;
  private nextId = 0;
  private gone = false;
  private watch: NodeJS.Timeout | undefined;

  constructor(options: WorkerClientOptions) {
    this.textMs = options.textMs;
    const workerData = { thread: options.thread, provider: options.provider };
    this.worker = spawnThread(siblingModule("worker", import.meta.url), { workerData });
    this.worker.on("message", (reply: ReplyMessage) => this.settle(reply));
    this.worker.on("error", (error) => this.lose(`a verifier worker failed: ${error.message}`));
    this.worker.on("exit", () => {
      const expected = this.gone;
      this.gone = true;
      this.lose("a verifier worker ended");
      if (!expected) options.onLost();
    });
  }

  /** Requests that wait for an answer. */
  get load(): number {
    return this.pending.size;
  }

  call<K extends RequestKind>(kind: K, input: Requests[K]["input"]): Promise<Requests[K]["output"]> {
    if (this.gone) return Promise.reject(new InfluenceError("worker-lost", "this verifier worker is gone"));
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.pending.set(id, { kind, resolve: resolve as (output: never) => void, reject });
      this.worker.postMessage({ id, kind, input });
      if (this.pending.size === 1) this.watchFirst();
    });
  }

  async close(): Promise<void> {
    this.gone = true;
    clearTimeout(this.watch);
    await endThread(this.worker);
  }

  /** A thread works in the order of its requests: time runs for the first one, from when it became the first. */
  private watchFirst(): void {
    clearTimeout(this.watch);
    const [first] = this.pending;
    if (!first || !TIMED.has(first[1].kind)) return;
    this.watch = setTimeout(() => this.expire(first[0]), this.textMs);
    this.watch.unref();
  }

  /** What runs in a thread can't be stopped, only the thread. */
  private expire(id: number): void {
    const late = this.pending.get(id);
    if (!late) return;
    this.pending.delete(id);
    late.reject(new InfluenceError("too-slow", `the model took more than ${this.textMs} ms for one text`));
    void endThread(this.worker);
  }

  private settle(reply: ReplyMessage): void {
    const waiting = this.pending.get(reply.id);
    this.pending.delete(reply.id);
    this.watchFirst();
    if (!waiting) return;
    if (!("failure" in reply)) {
      waiting.resolve(reply.output as never);
      return;
    }
    const { code, message } = reply.failure;
    waiting.reject(code ? new InfluenceError(code, message) : new Error(message));
  }

  private lose(message: string): void {
    for (const { reject } of this.pending.values()) reject(new InfluenceError("worker-lost", message));
    this.pending.clear();
  }
}
