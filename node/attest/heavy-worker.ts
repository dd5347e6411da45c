import { parentPort, workerData } from "node:worker_threads";
import type { FromHeavy, HeavyRequest, HeavyVerdict, ToHeavy } from "./heavy.ts";
import { recomputeAdapterIndex } from "./recompute-adapter-index.ts";
import { recomputeFidelity } from "./recompute-fidelity.ts";
import { recomputeIndex } from "./recompute-index.ts";
import { recomputeStep } from "./recompute-step.ts";
import { recomputeTraining } from "./recompute-training.ts";

const asked = new Map<number, (answer: ToHeavy) => void>();

function readBlob(id: string): Promise<Uint8Array> {
  const ticket = asked.size + 1;
  return new Promise((resolve, reject) => {
    asked.set(ticket, ({ bytes, failure }) => (bytes ? resolve(bytes) : reject(new Error(failure))));
    send({ wants: id, ticket });
  });
}

function send(message: FromHeavy): void {
  parentPort?.postMessage(message);
}

function recompute({ kind, input }: HeavyRequest): Promise<HeavyVerdict> {
  switch (kind) {
    case "training":
      return recomputeTraining(input, readBlob);
    case "index":
      return recomputeIndex(input);
    case "adapter-index":
      return recomputeAdapterIndex(input, readBlob);
    case "fidelity":
      return recomputeFidelity(input);
    default:
      return recomputeStep(input);
  }
}

parentPort?.on("message", (answer: ToHeavy) => asked.get(answer.ticket)?.(answer));
recompute(workerData as HeavyRequest)
  .then(
    (verdict) => send({ verdict }),
    (error: Error) => send({ failure: error.message }),
  )
  .finally(() => parentPort?.close());
