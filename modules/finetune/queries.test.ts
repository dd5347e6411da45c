import { expect, test } from "vitest";
import { JobStatus, Query, type QueryJobsRequest } from "../../proto/gen/openledger/finetune/v1.ts";
import type { Partially } from "../../proto/runtime.ts";
import { accept, code, createJob } from "./testing/story.ts";
import { account, hashOf, World } from "./testing/world.ts";

test("jobs are listed by status, requester or trainer, in pages", () => {
  const world = new World();
  const ann = Array.from({ length: 5 }, (_, i) => createJob(world, { manifestHash: hashOf(`a${i}`) })).sort();
  const dan = createJob(world, { requester: account("dan") });
  accept(world, ann[1] as string);
  accept(world, dan, "eve");
  const ids = (request: Partially<QueryJobsRequest>) => world.query(Query.Jobs, request).jobs.map(({ id }) => id);
  expect(ids({})).toEqual([...ann, dan].sort());
  expect(ids({ requester: account("ann") })).toEqual(ann);
  expect(ids({ requester: account("ann"), limit: 2 })).toEqual(ann.slice(0, 2));
  expect(ids({ requester: account("ann"), startAfter: ann[1] as string, limit: 2 })).toEqual(ann.slice(2, 4));
  expect(ids({ requester: account("ann"), startAfter: ann[4] as string })).toEqual([]);
  expect(ids({ requester: account("dan") })).toEqual([dan]);
  expect(ids({ requester: account("nobody") })).toEqual([]);
  expect(ids({ trainer: account("eve") })).toEqual([dan]);
  expect(ids({ status: JobStatus.JOB_STATUS_ACCEPTED })).toEqual([ann[1] as string, dan].sort());
  expect(ids({ startAfter: [...ann, dan].sort()[4] as string })).toEqual([...ann, dan].sort().slice(5));
  expect(code(() => ids({ status: JobStatus.JOB_STATUS_OPEN, trainer: account("eve") }))).toBe("finetune/3");
  expect(code(() => ids({ trainer: "x".repeat(200) }))).toBe("finetune/2");
});
