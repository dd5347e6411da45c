import type { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { WorkerClient } from "./worker-client.ts";

function threadOf(client: WorkerClient): Worker {
  return Reflect.get(client, "worker") as Worker;
}

test("behavior: a failure in the worker keeps its code", async () => {
  const client = new WorkerClient({ thread: 0, provider: "cpu", textMs: 60_000, onLost: () => {} });
  const seeds = [new Uint8Array(3)];
  await expect(client.call("sketches", { witness: new Float64Array(1), seeds })).rejects.toMatchObject({
    code: "bad-shape",
  });
  expect(client.load).toBe(0);
  await client.close();
});

test("behavior: a worker that dies fails its calls, reports once, and refuses later ones", async () => {
  let lost = 0;
  const client = new WorkerClient({ thread: 0, provider: "cpu", textMs: 60_000, onLost: () => lost++ });
  const waiting = client.call("clusters", { texts: ["a text"] });
  threadOf(client).postMessage(null);
  threadOf(client).terminate();
  await expect(waiting).rejects.toMatchObject({ code: "worker-lost" });
  await expect.poll(() => lost, { timeout: 30_000 }).toBe(1);
  await expect(client.call("clusters", { texts: [] })).rejects.toMatchObject({ code: "worker-lost" });
});
