import type { Worker } from "node:worker_threads";
import { endThread, spawnThread } from "../influence/native-threads.ts";
import { siblingModule } from "../influence/sibling.ts";
import type { AdapterExamination } from "./recompute-adapter-index.ts";
import type { FidelityExamination } from "./recompute-fidelity.ts";
import type { IndexExamination } from "./recompute-index.ts";
import type { StepExamination } from "./recompute-step.ts";
import type { TrainingExamination } from "./recompute-training.ts";

/** Recomputations of seconds to minutes, each in a thread of its own. */
export type HeavyRequest =
  | { readonly kind: "training"; readonly input: TrainingExamination }
  | { readonly kind: "index"; readonly input: IndexExamination }
  | { readonly kind: "adapter-index"; readonly input: AdapterExamination }
  | { readonly kind: "fidelity"; readonly input: FidelityExamination }
  | { readonly kind: "step"; readonly input: StepExamination };

export interface HeavyVerdict {
  /** `abstain`: nobody can recompute it, whoever is to blame. */
  readonly verdict: "accept" | "reject" | "abstain";
  readonly reason?: string | undefined;
  readonly witness: Float64Array;
}

/** From the thread: its verdict, why it has none, or a blob that it needs. */
export type FromHeavy =
  | { readonly verdict: HeavyVerdict }
  | { readonly failure: string }
  | { readonly wants: string; readonly ticket: number };

/** To the thread: the blob of a ticket, or why there is none. */
export interface ToHeavy {
  readonly ticket: number;
  readonly bytes?: Uint8Array;
  readonly failure?: string;
}

export interface HeavyOptions {
  /** A blob that turns out to be needed on the way, by hexadecimal id. */
  readonly readBlob: (id: string) => Promise<Uint8Array>;
  /** Ends the thread. */
  readonly signal?: AbortSignal | undefined;
}

/** Runs a recomputation in a thread. Throws Error when it fails for another reason than the claim, or is aborted. */
export function runHeavy(request: HeavyRequest, { readBlob, signal }: HeavyOptions): Promise<HeavyVerdict> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const worker = spawnThread(siblingModule("heavy-worker", import.meta.url), { workerData: request });
    const end = () => void endThread(worker);
    signal?.addEventListener("abort", end, { once: true });
    worker.on("message", (message: FromHeavy) => {
      if ("verdict" in message) resolve(message.verdict);
      else if ("failure" in message) reject(new Error(message.failure));
      else answer(worker, message, readBlob);
    });
    worker.once("error", reject);
    worker.once("exit", () => {
      signal?.removeEventListener("abort", end);
      reject(new Error("the thread that examines the claim ended early"));
    });
  });
}

function answer(
  worker: Worker,
  { wants, ticket }: { readonly wants: string; readonly ticket: number },
  readBlob: HeavyOptions["readBlob"],
): void {
  const send = (message: ToHeavy) => worker.postMessage(message);
  readBlob(wants).then(
    (bytes) => send({ ticket, bytes }),
    (error: Error) => send({ ticket, failure: error.message }),
  );
}
