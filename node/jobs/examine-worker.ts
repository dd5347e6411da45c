import { parentPort, workerData } from "node:worker_threads";
import type { ExamineRequest, FromExaminer, ToExaminer } from "./examine.ts";
import { execute } from "./execute.ts";

const asked = new Map<number, (answer: ToExaminer) => void>();

function send(message: FromExaminer): void {
  parentPort?.postMessage(message);
}

function readBlob(id: string): Promise<Uint8Array> {
  const ticket = asked.size + 1;
  return new Promise((resolve, reject) => {
    asked.set(ticket, ({ bytes, failure }) => (bytes ? resolve(bytes) : reject(new Error(failure))));
    send({ wants: id, ticket });
  });
}

parentPort?.on("message", (answer: ToExaminer) => asked.get(answer.ticket)?.(answer));
execute(workerData as ExamineRequest, readBlob)
  .then(send, (error: Error) => send({ failure: error.message }))
  .finally(() => parentPort?.close());
