import { availableParallelism } from "node:os";
import type { Worker } from "node:worker_threads";
import { InfluenceError, type InfluenceErrorCode } from "../errors.ts";
import { endThread, spawnThread } from "../native-threads.ts";
import type { Provider } from "../session.ts";
import { siblingModule } from "../sibling.ts";
import { EncoderError, type EncoderErrorCode } from "./errors.ts";
import { specOf } from "./spec.ts";
import type { AsyncEncoder, EncoderFiles } from "./types.ts";

export interface EncodeRequest {
  readonly texts: readonly string[];
}

export type EncodeReply =
  | { readonly features: Float64Array }
  | { readonly failure: { readonly code?: string; readonly message: string; readonly nextStep?: string } };

export interface EncoderThreads {
  /** Each holds the graph; as many as cores, at most MOST_THREADS, by default. No number changes a bit. */
  readonly workers?: number;
  readonly provider?: Provider;
  /** Time for one message of texts; what takes longer is given up with its thread. */
  readonly chunkMs?: number;
}

/** 2 s a text, far above any encoder that is worth using: tokenizer patterns and graphs are somebody else's. */
const DEFAULT_CHUNK_MS = 256_000;
const MOST_THREADS = 8;
/** Texts of one message: enough that texts of one length meet, few enough for progress to be seen. */
const CHUNK = 128;

/** Wraps one thread: one request at a time. */
class EncoderThread {
  readonly #worker: Worker;
  readonly #chunkMs: number;
  #watch: NodeJS.Timeout | undefined;
  #settle: ((reply: EncodeReply) => void) | undefined;

  constructor(files: EncoderFiles, { provider = "cuda", chunkMs = DEFAULT_CHUNK_MS }: EncoderThreads) {
    this.#chunkMs = chunkMs;
    this.#worker = spawnThread(siblingModule("encode-worker", import.meta.url), { workerData: { files, provider } });
    this.#worker.on("message", (reply: EncodeReply) => this.#done(reply));
    this.#worker.on("error", ({ message }) => this.#done({ failure: { code: "worker-lost", message } }));
    this.#worker.on("exit", () => this.#done({ failure: { code: "worker-lost", message: "an encoder thread ended" } }));
    this.#worker.unref();
  }

  encode(texts: readonly string[]): Promise<EncodeReply> {
    this.#worker.ref();
    return new Promise((resolve) => {
      this.#settle = resolve;
      this.#watch = setTimeout(() => this.#expire(), this.#chunkMs);
      this.#worker.postMessage({ texts } satisfies EncodeRequest);
    });
  }

  async close(): Promise<void> {
    await endThread(this.#worker);
  }

  /** What runs in a thread can't be stopped, only the thread. */
  #expire(): void {
    const message = `the encoder took more than ${this.#chunkMs} ms for ${CHUNK} texts or fewer`;
    this.#done({ failure: { code: "too-slow", message } });
    void endThread(this.#worker);
  }

  #done(reply: EncodeReply): void {
    clearTimeout(this.#watch);
    const settle = this.#settle;
    this.#settle = undefined;
    this.#worker.unref();
    settle?.(reply);
  }
}

function errorOf({ code, message, nextStep }: Extract<EncodeReply, { failure: unknown }>["failure"]): Error {
  if (nextStep !== undefined) return new EncoderError(code as EncoderErrorCode, message, nextStep);
  return code === undefined ? new Error(message) : new InfluenceError(code as InfluenceErrorCode, message);
}

/** An encoder graph in worker threads: the caller's thread never blocks. Throws EncoderError bad-spec at once, others on use. */
export function encodersFrom(files: EncoderFiles, options: EncoderThreads = {}): AsyncEncoder {
  const { id, dims, specHash } = specOf(files);
  const count = Math.max(1, Math.min(MOST_THREADS, options.workers ?? availableParallelism()));
  const shared = sharedFiles(files);
  const threads: EncoderThread[] = [];
  let closed = false;
  return {
    ...{ id, dims, specHash },
    async encodeAll(texts, onProgress) {
      if (closed) throw new InfluenceError("worker-lost", "this encoder is closed");
      const features = new Float64Array(texts.length * dims);
      let next = 0;
      let done = 0;
      const work = async (thread: EncoderThread) => {
        while (next < texts.length) {
          const start = next;
          next += CHUNK;
          const reply = await thread.encode(texts.slice(start, start + CHUNK));
          if ("failure" in reply) throw errorOf(reply.failure);
          features.set(reply.features, start * dims);
          onProgress?.((done += reply.features.length / dims));
        }
      };
      const wanted = Math.min(count, Math.ceil(texts.length / CHUNK));
      while (threads.length < wanted) threads.push(new EncoderThread(shared, options));
      await Promise.all(threads.slice(0, wanted).map(work));
      return features;
    },
    async close() {
      closed = true;
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}

/** Every thread reads the same copy. */
function sharedFiles({ spec, graph, tokenizer }: EncoderFiles): EncoderFiles {
  const share = (bytes: Uint8Array) => {
    const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
    copy.set(bytes);
    return copy;
  };
  return { spec, graph: share(graph), tokenizer: share(tokenizer) };
}
