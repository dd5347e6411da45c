import { Worker } from "node:worker_threads";
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
  readonly workers: number;
}

export type ExamineReply =
  | {
      /** Why the result is wrong; undefined when it is right. */
      readonly wrong: string | undefined;
      /** Integers that only an execution of the job yields. */
      readonly witness: Float64Array;
    }
  /** Nobody can run this job: its manifest does not fit its data. */
  | { readonly inconsistent: string };

/** Executes a job again in a thread of its own. Throws Error when the thread fails, or is ended by the signal. */
export function examineResult(request: ExamineRequest, signal?: AbortSignal): Promise<ExamineReply> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(siblingModule("examine-worker", import.meta.url), { workerData: request });
    const end = () => void worker.terminate();
    signal?.addEventListener("abort", end, { once: true });
    worker.once("exit", () => signal?.removeEventListener("abort", end));
    worker.once("message", (reply: ExamineReply | { readonly failure: string }) => {
      if ("failure" in reply) reject(new Error(reply.failure));
      else resolve(reply);
    });
    worker.once("error", reject);
    worker.once("exit", () => reject(new Error("the thread that executes the job ended early")));
  });
}
