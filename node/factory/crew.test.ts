import { expect, test } from "vitest";
import { Crew } from "./crew.ts";

test("behavior: an operation that fails rejects its run, and the crew closes cleanly", async () => {
  const crew = Crew.open({ workers: 2, bytes: 1024 });
  await expect(
    crew.run("forward", { probabilities: 0, paddedClasses: 1, paddedRows: 4, rows: 4 }, 1),
  ).rejects.toThrow();
  await crew.close();
});

test("behavior: no tasks is no work", async () => {
  const crew = Crew.open({ workers: 1, bytes: 1024 });
  await crew.run("forward", {}, 0);
  expect(() => crew.run("forward", {}, 0).then(() => crew.run("forward", {}, 0))).not.toThrow();
  await crew.close();
});

test("behavior: between 1 and 16 threads, 4 GiB at most", () => {
  expect([Crew.size(0), Crew.size(3.7), Crew.size(99)]).toEqual([1, 3, 16]);
  expect(() => Crew.open({ bytes: 2 ** 33 })).toThrow("4 GiB");
});
