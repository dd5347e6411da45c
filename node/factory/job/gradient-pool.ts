import { availableParallelism } from "node:os";
import type { Worker } from "node:worker_threads";
import { type Feeds, sizeOf } from "../../influence/graph/index.ts";
import { endThread, spawnThread } from "../../influence/native-threads.ts";
import { siblingModule } from "../../influence/sibling.ts";
import { JobError } from "./errors.ts";
import type { GradientOrder, GradientReply, GradientWorkerData } from "./gradient-worker.ts";
import type { Gradients, MicroResult } from "./gradients.ts";
import type { TrainingGraph } from "./graph.ts";

/** Each holds two sessions of the graph; more threads than this wait for each other's memory. */
const MOST_THREADS = 16;

interface Round {
  readonly results: MicroResult[];
  readonly resolve: (results: readonly MicroResult[]) => void;
  readonly reject: (error: Error) => void;
  left: number;
}

/**
 * ONNX Runtime sessions in threads. Every micro batch is one execution whose result goes to its own place, so that
 * nothing depends on which thread ran it.
 */
class GradientPool implements Gradients {
  private readonly shared: Float64Array;
  private readonly threads: Worker[];
  private round: Round | undefined;

  constructor({ forward, backward, parameters }: TrainingGraph, workers: number) {
    const size = parameters.reduce((sum, { dims }) => sum + sizeOf(dims), 0);
    const weights = new SharedArrayBuffer(8 * size);
    this.shared = new Float64Array(weights);
    const workerData: GradientWorkerData = { forward, backward, parameters, weights };
    const file = siblingModule("gradient-worker", import.meta.url);
    this.threads = Array.from({ length: workers }, () => spawnThread(file, { workerData }));
    for (const thread of this.threads) {
      thread.on("message", (reply: GradientReply) => this.take(reply));
      thread.on("error", (error) => this.fail(error));
      thread.on("exit", () => this.fail(new JobError("worker-lost", "a thread that computes gradients ended early")));
    }
  }

  gradients(weights: Float64Array, batches: readonly Feeds[]): Promise<readonly MicroResult[]> {
    return this.run(weights, batches, true);
  }

  losses(weights: Float64Array, batches: readonly Feeds[]): Promise<readonly MicroResult[]> {
    return this.run(weights, batches, false);
  }

  async close(): Promise<void> {
    for (const thread of this.threads) thread.removeAllListeners("exit");
    await Promise.all(this.threads.map(endThread));
  }

  private run(weights: Float64Array, batches: readonly Feeds[], isBackward: boolean): Promise<readonly MicroResult[]> {
    if (this.round) throw new Error("gradient pool: a round is already under way");
    if (batches.length === 0) return Promise.resolve([]);
    this.shared.set(weights);
    return new Promise((resolve, reject) => {
      this.round = { results: new Array(batches.length), resolve, reject, left: batches.length };
      for (const [id, feeds] of batches.entries()) {
        const order: GradientOrder = { id, isBackward, feeds };
        this.threads[id % this.threads.length]!.postMessage(order);
      }
    });
  }

  private take(reply: GradientReply): void {
    const { round } = this;
    if (!round) return;
    if ("failure" in reply) {
      this.fail(new JobError("bad-graph", `graph: ${reply.failure}`));
      return;
    }
    round.results[reply.id] = reply.result;
    round.left -= 1;
    if (round.left > 0) return;
    this.round = undefined;
    round.resolve(round.results);
  }

  private fail(error: Error): void {
    const { round } = this;
    this.round = undefined;
    round?.reject(error);
  }
}

/** Threads over one graph; by default one a core. The result is the same for any number. */
export function openGradients(graph: TrainingGraph, workers: number = availableParallelism()): Gradients {
  return new GradientPool(graph, Math.min(MOST_THREADS, Math.max(1, Math.floor(workers))));
}
