import { parentPort, workerData } from "node:worker_threads";
import { checkGolden } from "../influence/golden/check.ts";
import type { GoldenRequest } from "./golden.ts";

const { provider, expected } = workerData as GoldenRequest;

parentPort?.postMessage(await checkGolden(provider, expected));
