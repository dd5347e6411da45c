import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { endThread, spawnThread } from "./native-threads.ts";

const BUSY = new URL("./testing/busy-thread.ts", import.meta.url);

test("a thread that runs graphs without pause, and one whose own thread does, end without taking the process along", async () => {
  for (const depth of [0, 1]) {
    for (const pause of [0, 3, 7]) {
      const worker = spawnThread(BUSY, { workerData: { depth } });
      await once(worker, "message");
      await sleep(pause);
      await endThread(worker);
      expect(worker.threadId).toBe(-1);
    }
  }
}, 30_000);

test("a thread that has ended already ends again", async () => {
  const worker = spawnThread(BUSY, { workerData: { depth: 0 } });
  await once(worker, "message");
  await Promise.all([endThread(worker), endThread(worker)]);
  await endThread(worker);
});
