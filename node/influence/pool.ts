import { InfluenceError } from "./errors.ts";
import type { RequestKind, Requests, ScoreRequest } from "./requests.ts";
import { MOST_THREADS, type SharedModel } from "./resident.ts";
import type { Provider } from "./session.ts";
import type { Sketch } from "./sketch.ts";
import type { Attribution, ModelBlobs } from "./types.ts";
import { WorkerClient } from "./worker-client.ts";

/** A Banking77 model takes 90 MB: five of them, well inside a validator's 2 GiB. */
const DEFAULT_MEMORY_BYTES = 512 * 2 ** 20;

/** A worker that keeps dying is left dead: its calls fail at once, and a validator abstains. */
const MOST_RESTARTS = 8;

/**
 * Far above any encoder that is worth serving. Tokenizer patterns and graphs are the model owner's: without a bound one
 * text could hold a validator's thread for good.
 */
const DEFAULT_TEXT_MS = 60_000;
/** Models that were too slow, remembered; the oldest are forgotten first. */
const MOST_SLOW = 1_000;

export interface VerifierOptions {
  /** Threads with their own sessions; 1 by default. */
  readonly workers?: number;
  /** Cap on resident models; the least recently used leave first. */
  readonly memoryBytes?: number;
  /** "cuda", the default, falls back to "cpu" where the provider does not load. */
  readonly provider?: Provider;
  /** Time for one text; a model that needs more is not used again. */
  readonly textMs?: number;
}

export interface VerifyRequest {
  readonly modelKey: string;
  readonly text: string;
}

/** What a validator compares with a result claim, or why it has nothing to compare. */
export type Recomputation =
  | { readonly verdict: "abstain"; readonly reason: string }
  | { readonly verdict: "recomputed"; readonly attribution: Attribution; readonly witness: Float64Array };

interface Resident {
  readonly model: SharedModel;
  lastUse: number;
}

/**
 * The verifier: resident models on shared memory, ONNX sessions in worker threads. The caller's thread only sends and
 * receives messages. A worker that dies is replaced; calls under way on it fail with "worker-lost".
 */
export class VerifierPool {
  private readonly options: Required<VerifierOptions>;
  private readonly workers: WorkerClient[];
  private readonly models = new Map<string, Resident>();
  private readonly slow = new Set<string>();
  private clock = 0;
  private restarts = 0;
  private closed = false;

  private constructor(options: VerifierOptions) {
    this.options = {
      ...{ workers: 1, memoryBytes: DEFAULT_MEMORY_BYTES, provider: "cuda", textMs: DEFAULT_TEXT_MS },
      ...options,
    };
    const count = Math.min(MOST_THREADS, Math.max(1, this.options.workers));
    this.workers = Array.from({ length: count }, (_, thread) => this.start(thread));
  }

  static async open(options: VerifierOptions = {}): Promise<VerifierPool> {
    const pool = new VerifierPool(options);
    await Promise.all(
      pool.workers.map((worker) => worker.call("sketches", { witness: new Float64Array(0), seeds: [] })),
    );
    return pool;
  }

  has(key: string): boolean {
    return this.models.has(key);
  }

  /** Bytes of all resident models. */
  get residentBytes(): number {
    return [...this.models.values()].reduce((sum, { model }) => sum + model.bytes, 0);
  }

  /** Makes a model resident. Throws InfluenceError: bad-bytes, hash-mismatch, unknown-encoder, no-model, worker-lost, too-slow. */
  async load(key: string, blobs: ModelBlobs): Promise<void> {
    if (this.models.has(key)) return;
    this.refuseSlow(key);
    const model = await this.call("share", { blobs });
    if (model.bytes > this.options.memoryBytes) {
      throw new InfluenceError(
        "no-model",
        `model ${key} needs ${model.bytes} bytes; the cap is ${this.options.memoryBytes}`,
      );
    }
    await this.makeRoom(model.bytes);
    await Promise.all(this.workers.map((worker) => this.timed(key, worker.call("adopt", { key, model }))));
    this.models.set(key, { model, lastUse: this.clock++ });
  }

  async unload(key: string): Promise<void> {
    if (!this.models.delete(key)) return;
    await Promise.all(this.workers.map((worker) => worker.call("drop", { key })));
  }

  /** One attributed inference. Throws InfluenceError: no-model, worker-lost, too-slow. */
  async attribute(key: string, text: string): Promise<Attribution> {
    this.touch(key);
    return (await this.timed(key, this.call("attribute", { key, text, witness: false }))).attribution;
  }

  /** Recomputes a result claim. Never throws: what cannot be recomputed is an abstention with its reason. */
  async verifyResult({ modelKey: key, text }: VerifyRequest): Promise<Recomputation> {
    try {
      this.touch(key);
      const { attribution, witness } = await this.timed(key, this.call("attribute", { key, text, witness: true }));
      return { verdict: "recomputed", attribution, witness: witness! };
    } catch (error) {
      return { verdict: "abstain", reason: error instanceof Error ? error.message : String(error) };
    }
  }

  /** Raw row scores alone. Throws InfluenceError: no-model, bad-shape, worker-lost. */
  async scores(key: string, of: ScoreRequest): Promise<Float64Array> {
    this.touch(key);
    return this.call("scores", { key, of });
  }

  sketches(witness: Float64Array, seeds: readonly Uint8Array[]): Promise<Sketch[]> {
    return this.call("sketches", { witness, seeds });
  }

  /** Duplicates of a snapshot's texts in originality order, with the witness of its claim. */
  clusters(texts: readonly string[]): Promise<Requests["clusters"]["output"]> {
    return this.call("clusters", { texts });
  }

  blobWitness(blob: Uint8Array): Promise<Float64Array> {
    return this.call("blobWitness", { blob });
  }

  async close(): Promise<void> {
    this.closed = true;
    this.models.clear();
    await Promise.all(this.workers.map((worker) => worker.close()));
  }

  /** Passes an answer on; a model that was too slow for it leaves and does not come back. */
  private async timed<T>(key: string, answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      if (error instanceof InfluenceError && error.code === "too-slow") {
        const [oldest] = this.slow;
        if (this.slow.size >= MOST_SLOW && oldest !== undefined) this.slow.delete(oldest);
        this.slow.add(key);
        this.models.delete(key);
        // The thread was ended for the model's sake, not for its own.
        this.restarts--;
      }
      throw error;
    }
  }

  private refuseSlow(key: string): void {
    if (this.slow.has(key)) throw new InfluenceError("too-slow", `model ${key} was too slow for this verifier`);
  }

  private touch(key: string): void {
    this.refuseSlow(key);
    const resident = this.models.get(key);
    if (!resident) throw new InfluenceError("no-model", `model ${key} is not resident; load its blobs first`);
    resident.lastUse = this.clock++;
  }

  private async makeRoom(bytes: number): Promise<void> {
    while (this.models.size > 0 && this.residentBytes + bytes > this.options.memoryBytes) {
      const [oldest] = [...this.models].reduce((a, b) => (b[1].lastUse < a[1].lastUse ? b : a));
      await this.unload(oldest);
    }
  }

  /** The least loaded worker answers. */
  private call<K extends RequestKind>(kind: K, input: Requests[K]["input"]): Promise<Requests[K]["output"]> {
    const worker = this.workers.reduce((a, b) => (b.load < a.load ? b : a));
    return worker.call(kind, input);
  }

  private start(thread: number): WorkerClient {
    const { provider, textMs } = this.options;
    return new WorkerClient({ thread, provider, textMs, onLost: () => this.replace(thread) });
  }

  private replace(thread: number): void {
    if (this.closed || this.restarts++ >= MOST_RESTARTS) return;
    const worker = this.start(thread);
    this.workers[thread] = worker;
    for (const [key, { model }] of this.models)
      worker.call("adopt", { key, model }).catch(() => this.models.delete(key));
  }
}
