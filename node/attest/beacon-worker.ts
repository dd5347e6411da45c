import { parentPort, workerData } from "node:worker_threads";
import { makeBeaconChain } from "../../modules/attribution/client.ts";

const { secret } = workerData as { readonly secret: Uint8Array };
parentPort?.postMessage(makeBeaconChain(secret));
