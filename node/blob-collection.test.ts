import { expect, test } from "vitest";
import { BlobCollection } from "./blob-collection.ts";

function collection(refresh: () => Promise<void> = async () => {}) {
  const clock = { now: 0 };
  const done: string[] = [];
  const store = {
    collect: async () => {
      done.push("collect");
      return { removed: 0, bytes: 0 };
    },
    refresh: async () => {
      done.push("refresh");
      return new Set<string>();
    },
  };
  const references = { has: () => false, refresh };
  const pass = new BlobCollection({ graceMs: 1000 }, { store, references, nowMs: () => clock.now });
  return { clock, done, pass };
}

test("nothing is removed before the node has run for a grace period", async () => {
  const { clock, done, pass } = collection();
  await pass.run();
  clock.now = 999;
  await pass.run();
  clock.now = 1000;
  await pass.run();
  expect(done).toEqual(["refresh", "refresh", "collect"]);
});

test("passes do not overlap, and one that can't ask the chain removes nothing", async () => {
  let asked = 0;
  const { clock, done, pass } = collection(async () => {
    asked++;
    if (asked === 2) throw new Error("busy");
  });
  clock.now = 1000;
  await Promise.all([pass.run(), pass.run()]);
  expect([asked, done]).toEqual([1, ["collect"]]);
  await expect(pass.run()).rejects.toThrow("busy");
  await pass.run();
  expect(done).toEqual(["collect", "collect"]);
});
