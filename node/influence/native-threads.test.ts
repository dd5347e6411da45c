import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { endThread, spawnThread } from "./native-threads.ts";

const EXITS = fileURLToPath(new URL("./testing/exits-amid-calls.ts", import.meta.url));
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

test("a thread that loads the runtime ends without taking the process along", async () => {
  for (let pause = 60; pause < 400; pause += 20) {
    const workers = [0, 1].map(() => spawnThread(BUSY, { workerData: { depth: 0 } }));
    await sleep(pause);
    await Promise.all(workers.map(endThread));
  }
}, 30_000);

test("a process exits with its own code while threads are inside calls, and while one loads the runtime", () => {
  for (const pause of [0, 100, 200]) {
    const { status, stderr } = spawnSync(process.execPath, [EXITS, String(pause)], { encoding: "utf8" });
    expect(status, stderr).toBe(7);
  }
}, 30_000);
