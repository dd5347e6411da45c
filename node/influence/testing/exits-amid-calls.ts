import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { closeGates, spawnThread } from "../native-threads.ts";

// A process that exits while its threads run graphs, and while one loads the runtime. Argument: milliseconds of that.

const BUSY = new URL("./busy-thread.ts", import.meta.url);

const busy = [0, 1].map((depth) => spawnThread(BUSY, { workerData: { depth } }));
await Promise.all(busy.map((thread) => once(thread, "message")));
spawnThread(BUSY, { workerData: { depth: 0 } });
await sleep(Number(process.argv[2]));
await closeGates();
process.exit(7);
