import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { InfluenceError } from "../influence/errors.ts";
import { type KernelMemory, MAXIMUM_PAGES, PAGE_BYTES, sharedMemory } from "../influence/kernel/wasm.ts";
import { siblingModule } from "../influence/sibling.ts";
import type { OperationName } from "./operations.ts";

/** More workers than this gain nothing on the matrices we have, and cost memory. */
const MOST_WORKERS = 16;
/** The head of the memory: word 0 is the counter from which workers draw task numbers. */
export const RESERVED_BYTES = 64;

export interface CrewOptions {
  /** Threads; by default one per core. The result of every operation is the same for any number. */
  readonly workers?: number;
  /** Bytes that the operations use, RESERVED_BYTES included. */
  readonly bytes: number;
}

interface Job {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
  waiting: number;
}

/**
 * Worker threads over one shared WebAssembly memory. An operation is a numbered list of independent tasks, each of
 * which writes only its own outputs in a fixed order of additions; which worker runs which task cannot change a bit.
 */
export class Crew {
  readonly memory: KernelMemory;
  readonly doubles: Float64Array;
  readonly ints: Int32Array;
  readonly workers: number;
  private readonly threads: Worker[];
  private job: Job | undefined;

  private constructor(memory: KernelMemory, threads: Worker[]) {
    this.memory = memory;
    this.doubles = new Float64Array(memory.buffer);
    this.ints = new Int32Array(memory.buffer);
    this.threads = threads;
    this.workers = threads.length;
    for (const thread of threads) {
      thread.on("message", (failure: string | null) => this.finished(failure));
      thread.on("error", (error) => this.fail(error));
      thread.on("exit", () => this.fail(new InfluenceError("worker-lost", "a training worker ended early")));
    }
  }

  /** How many threads a crew gets when this many are asked for. */
  static size(workers: number = availableParallelism()): number {
    return Math.min(MOST_WORKERS, Math.max(1, Math.floor(workers)));
  }

  static open(options: CrewOptions): Crew {
    const workers = Crew.size(options.workers);
    if (options.bytes > MAXIMUM_PAGES * PAGE_BYTES) {
      throw new InfluenceError("bad-shape", "the training set needs more than 4 GiB of working memory");
    }
    const memory = sharedMemory(options.bytes);
    const file = siblingModule("crew-worker", import.meta.url);
    const threads = Array.from({ length: workers }, (_, id) => new Worker(file, { workerData: { memory, id } }));
    return new Crew(memory, threads);
  }

  /** Runs tasks 0 .. tasks - 1 of one operation; one operation at a time. */
  run(operation: OperationName, layout: object, tasks: number): Promise<void> {
    if (this.job) throw new Error("crew: an operation is already running");
    Atomics.store(this.ints, 0, 0);
    return new Promise((resolve, reject) => {
      this.job = { resolve, reject, waiting: this.threads.length };
      for (const thread of this.threads) thread.postMessage({ operation, layout, tasks });
    });
  }

  async close(): Promise<void> {
    for (const thread of this.threads) thread.removeAllListeners("exit");
    await Promise.all(this.threads.map((thread) => thread.terminate()));
  }

  private finished(failure: string | null): void {
    if (failure !== null) {
      this.fail(new Error(failure));
      return;
    }
    const job = this.job;
    if (!job || --job.waiting > 0) return;
    this.job = undefined;
    job.resolve();
  }

  private fail(error: Error): void {
    const job = this.job;
    this.job = undefined;
    job?.reject(error);
  }
}
