import type { Worker } from "node:worker_threads";
import { endThread, spawnThread } from "../influence/native-threads.ts";
import { siblingModule } from "../influence/sibling.ts";
import type { JobInputs } from "./job-data.ts";

/** What a trainer claimed, as chain and blobs give it. */
export interface ClaimedResult {
  readonly steps: number;
  readonly weightsHash: Uint8Array;
  readonly logRoot: Uint8Array;
  /** Encoded TrainingLog; int32 little-endian weights. */
  readonly log: Uint8Array;
  readonly weights: Uint8Array;
  /** Roots that the trainer published on the way, by step. */
  readonly published: readonly { readonly step: number; readonly root: Uint8Array }[];
}

export interface ExamineRequest {
  readonly inputs: JobInputs;
  readonly claimed: ClaimedResult;
  /** Drawn after the claim was posted: which segments of a long job are executed. */
  readonly seed: Uint8Array;
  readonly workers: number;
}

export interface ExamineOptions {
  /** A state that turns out to be needed, by the hexadecimal id of its blob. */
  readonly readBlob: (id: string) => Promise<Uint8Array>;
  /** Ends the thread. */
  readonly signal?: AbortSignal | undefined;
}

/** From the thread: its answer, why it has none, or a blob that it needs. */
export type FromExaminer =
  | ExamineReply
  | { readonly failure: string }
  | { readonly wants: string; readonly ticket: number };

/** To the thread: the blob of a ticket, or why there is none. */
export interface ToExaminer {
  readonly ticket: number;
  readonly bytes?: Uint8Array;
  readonly failure?: string;
}

export type ExamineReply =
  | {
      /** Why the result is wrong; undefined when it is right. */
      readonly wrong: string | undefined;
      /** Integers that only an execution of the job yields. */
      readonly witness: Float64Array;
    }
  /** Nobody can judge this job: its manifest does not fit its data, or it is too long. */
  | { readonly inconsistent: string };

/** Executes a job again in a thread of its own. Throws Error when the thread fails, or is ended by the signal. */
export function examineResult(request: ExamineRequest, { readBlob, signal }: ExamineOptions): Promise<ExamineReply> {
  return new Promise((resolve, reject) => {
    const worker = spawnThread(siblingModule("examine-worker", import.meta.url), { workerData: request });
    const end = () => void endThread(worker);
    signal?.addEventListener("abort", end, { once: true });
    worker.once("exit", () => signal?.removeEventListener("abort", end));
    worker.on("message", (message: FromExaminer) => {
      if ("wants" in message) answer(worker, message, readBlob);
      else if ("failure" in message) reject(new Error(message.failure));
      else resolve(message);
    });
    worker.once("error", reject);
    worker.once("exit", () => reject(new Error("the thread that executes the job ended early")));
  });
}

function answer(
  worker: Worker,
  { wants, ticket }: { readonly wants: string; readonly ticket: number },
  readBlob: ExamineOptions["readBlob"],
): void {
  const send = (message: ToExaminer) => worker.postMessage(message);
  readBlob(wants).then(
    (bytes) => send({ ticket, bytes }),
    (error: Error) => send({ ticket, failure: error.message }),
  );
}
