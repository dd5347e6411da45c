import { parentPort, workerData } from "node:worker_threads";
import type { ExamineRequest } from "./examine.ts";
import { execute } from "./execute.ts";

execute(workerData as ExamineRequest).then(
  (reply) => parentPort?.postMessage(reply),
  (error: Error) => parentPort?.postMessage({ failure: error.message }),
);
