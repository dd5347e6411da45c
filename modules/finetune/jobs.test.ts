import { describe, expect, test } from "vitest";
import { JobMethod, JobStatus, Msg, Query } from "../../proto/gen/openledger/finetune/v1.ts";
import {
  accept,
  BOND,
  checkpoint,
  claimedJob,
  code,
  complete,
  createJob,
  DEADLINE,
  heldJob,
  PRICE,
} from "./testing/story.ts";
import { account, FUNDS, hashOf, World } from "./testing/world.ts";

describe("creating a job", () => {
  test("escrows the price", () => {
    const world = new World();
    const id = createJob(world);
    expect(world.balance("ann")).toBe(FUNDS - PRICE);
    expect(world.held("finetune")).toBe(PRICE);
    expect(world.job(id)).toMatchObject({ status: JobStatus.JOB_STATUS_OPEN, deadline: BigInt(1 + DEADLINE) });
    expect(world.broken()).toEqual([]);
  });

  test("is refused for terms outside the parameters, or without accepted data", () => {
    const world = new World();
    const refusal = (changes: Parameters<typeof createJob>[1]) => code(() => createJob(world, changes));
    expect(refusal({ price: "999" })).toBe("finetune/5");
    expect(refusal({ price: "0" })).toBe("sdk/10");
    expect(refusal({ price: String(FUNDS + 1n) })).toBe("sdk/5");
    expect(refusal({ bond: "999999" })).toBe("finetune/6");
    expect(refusal({ deadlineBlocks: 9n })).toBe("finetune/7");
    expect(refusal({ deadlineBlocks: 100_001n })).toBe("finetune/7");
    expect(refusal({ snapshots: ["farewells/1"] })).toBe("finetune/4");
    expect(refusal({ snapshots: ["unknown/1"] })).toBe("finetune/4");
    expect(refusal({ snapshots: [] })).toBe("finetune/3");
    expect(refusal({ snapshots: ["greetings/1", "greetings/1"] })).toBe("finetune/3");
    expect(refusal({ snapshots: ["no id"] })).toBe("finetune/3");
    expect(refusal({ method: JobMethod.JOB_METHOD_UNSPECIFIED })).toBe("finetune/3");
    expect(refusal({ checkpointInterval: 0 })).toBe("finetune/3");
    expect(refusal({ manifestHash: new Uint8Array(3) })).toBe("sdk/18");
    expect(refusal({ base: "" })).toBe("sdk/18");
    expect(refusal({ baseBlobs: [new Uint8Array(3)] })).toBe("sdk/18");
    expect(refusal({ baseBlobs: Array.from({ length: 9 }, () => hashOf("blob")) })).toBe("finetune/3");
    expect(world.held("finetune")).toBe(0n);
  });

  test("is bounded per account while jobs are not over", () => {
    const world = new World();
    const ids = Array.from({ length: 64 }, () => createJob(world));
    expect(new Set(ids).size).toBe(64);
    expect(code(() => createJob(world))).toBe("finetune/8");
    world.send(Msg.CancelFinetuneJob, { requester: account("ann"), job: ids[5] as string });
    expect(code(() => createJob(world))).toBeUndefined();
  });
});

describe("cancelling", () => {
  test("returns the price while no trainer accepted", () => {
    const world = new World();
    const job = createJob(world);
    expect(code(() => world.send(Msg.CancelFinetuneJob, { requester: account("bob"), job }))).toBe("finetune/10");
    world.send(Msg.CancelFinetuneJob, { requester: account("ann"), job });
    expect(world.balance("ann")).toBe(FUNDS);
    expect(world.job(job).status).toBe(JobStatus.JOB_STATUS_CANCELLED);
    expect(code(() => accept(world, job))).toBe("finetune/9");
    expect(world.broken()).toEqual([]);
  });

  test("is too late once a trainer has the job", () => {
    const world = new World();
    const job = createJob(world);
    accept(world, job);
    expect(code(() => world.send(Msg.CancelFinetuneJob, { requester: account("ann"), job }))).toBe("finetune/9");
  });
});

describe("training", () => {
  test("bonds the first trainer and nobody after it", () => {
    const world = new World();
    const job = createJob(world);
    accept(world, job);
    expect(world.balance("bob")).toBe(FUNDS - BOND);
    expect(world.held("finetune")).toBe(PRICE + BOND);
    expect(code(() => accept(world, job, "cat"))).toBe("finetune/9");
    expect(code(() => checkpoint(world, job, 10, "cat"))).toBe("finetune/10");
    expect(code(() => complete(world, job, "cat"))).toBe("finetune/10");
    expect(code(() => accept(world, "0".repeat(64)))).toBe("finetune/2");
    expect(code(() => accept(world, "x"))).toBe("finetune/3");
  });

  test("shows its checkpoints: steps ascend by the interval, events hold the points of a plot", () => {
    const world = new World();
    const job = createJob(world);
    accept(world, job);
    checkpoint(world, job, 10);
    checkpoint(world, job, 30);
    expect(code(() => checkpoint(world, job, 30))).toBe("finetune/12");
    expect(code(() => checkpoint(world, job, 20))).toBe("finetune/12");
    expect(code(() => checkpoint(world, job, 45))).toBe("finetune/12");
    const point = { trainer: account("bob"), job, step: 40n, root: hashOf("r") };
    expect(code(() => world.send(Msg.SubmitCheckpoint, { ...point, heldOut: 2n ** 24n + 1n }))).toBe("finetune/3");
    expect(code(() => world.send(Msg.SubmitCheckpoint, { ...point, loss: 2n ** 53n }))).toBe("finetune/3");
    const { checkpoints } = world.query(Query.Checkpoints, { job });
    expect(checkpoints.map(({ step, heldOut }) => [step, heldOut])).toEqual([
      [10n, 10n],
      [30n, 30n],
    ]);
    expect(world.query(Query.Checkpoints, { job, afterStep: 10n }).checkpoints).toEqual(checkpoints.slice(1));
    expect(world.query(Query.Checkpoints, { job, limit: 1 }).checkpoints).toEqual(checkpoints.slice(0, 1));
    expect(world.query(Query.Checkpoints, { job, afterStep: 2n ** 64n - 1n }).checkpoints).toEqual([]);
    const attributes = world.events("job_checkpoint").map((event) => event.attributes.map(({ value }) => value));
    expect(attributes[1]?.slice(2)).toEqual([
      "30",
      Buffer.from(hashOf("root 30")).toString("hex"),
      "29999970",
      "30",
      "0",
    ]);
    expect(world.broken()).toEqual([]);
  });

  test("ends in a claim, which binds every hash of the result", () => {
    const world = new World();
    const job = claimedJob(world);
    const [claim] = world.claims;
    expect(new TextDecoder().decode(claim?.subject)).toBe(`job/${job}`);
    expect(claim).toMatchObject({ poster: account("bob"), bond: 1_000_000n, algorithm: "training-job-1" });
    expect(world.job(job)).toMatchObject({ status: JobStatus.JOB_STATUS_CLAIMED, result: { claimId: claim?.id } });
    expect(code(() => complete(world, job))).toBe("finetune/9");
    expect(code(() => checkpoint(world, job, 20))).toBe("finetune/9");
  });

  test("cannot end where nobody examines training claims", () => {
    const world = new World();
    const job = createJob(world);
    accept(world, job);
    world.unattested = true;
    expect(code(() => complete(world, job))).toBe("finetune/16");
    expect(world.held("finetune")).toBe(PRICE + BOND);
  });

  test("cannot claim fewer steps than its checkpoints show", () => {
    const world = new World();
    const job = createJob(world);
    accept(world, job);
    checkpoint(world, job, 110);
    expect(code(() => complete(world, job))).toBe("finetune/13");
  });
});

describe("settlement", () => {
  test("an accepted claim pays trainer and attesters after the dispute window, to the last coin", () => {
    const world = new World();
    const job = heldJob(world);
    const held = world.job(job);
    expect(held).toMatchObject({ status: JobStatus.JOB_STATUS_HELD, due: 21n });
    expect(world.query(Query.Job, { id: job }).payees).toHaveLength(2);
    world.endBlocks(20);
    expect(world.job(job).status).toBe(JobStatus.JOB_STATUS_HELD);
    world.endBlocks();
    const paid = world.job(job);
    expect(paid.status).toBe(JobStatus.JOB_STATUS_PAID);
    expect(paid.parts).toEqual({ trainer: "9500000", attesters: "500000", requester: "0" });
    expect(world.balance("bob")).toBe(FUNDS + 9_500_000n);
    expect([world.balance("val-a"), world.balance("val-b")]).toEqual([375_000n, 125_000n]);
    expect(world.held("finetune")).toBe(0n);
    expect(world.query(Query.Totals, {}).totals).toMatchObject({
      escrowed: "10000000",
      paid: "10000000",
      paidJobs: 1n,
    });
    expect(world.broken()).toEqual([]);
  });

  test("a rejected claim refunds the price and forfeits the bond to validators and DataNets", () => {
    const world = new World();
    const job = claimedJob(world);
    world.decide("rejected");
    expect(world.job(job)).toMatchObject({ status: JobStatus.JOB_STATUS_REJECTED, parts: { requester: "10000000" } });
    expect(world.balance("ann")).toBe(FUNDS);
    expect(world.balance("bob")).toBe(FUNDS - BOND - 1_000_000n);
    expect(world.held("bounty greetings")).toBe(BOND / 2n);
    expect(world.broken()).toEqual([]);
  });

  test("no quorum returns price and bond", () => {
    const world = new World();
    const job = claimedJob(world);
    world.decide("no_quorum");
    expect(world.job(job).status).toBe(JobStatus.JOB_STATUS_UNDECIDED);
    expect([world.balance("ann"), world.balance("bob")]).toEqual([FUNDS, FUNDS]);
    expect(world.broken()).toEqual([]);
  });
});

describe("deadlines", () => {
  test("a job that nobody accepted goes back to its requester", () => {
    const world = new World();
    const job = createJob(world);
    world.endBlocks(DEADLINE);
    expect(code(() => accept(world, job))).toBe("finetune/11");
    expect(world.job(job).status).toBe(JobStatus.JOB_STATUS_OPEN);
    world.endBlocks();
    expect(world.job(job).status).toBe(JobStatus.JOB_STATUS_EXPIRED);
    expect(world.balance("ann")).toBe(FUNDS);
    expect(world.broken()).toEqual([]);
  });

  test("a trainer that is late loses its bond, half of it to the requester", () => {
    const world = new World();
    const job = createJob(world);
    accept(world, job);
    world.endBlocks(DEADLINE);
    expect(code(() => checkpoint(world, job, 10))).toBe("finetune/11");
    expect(code(() => complete(world, job))).toBe("finetune/11");
    world.endBlocks();
    expect(world.job(job).status).toBe(JobStatus.JOB_STATUS_LATE);
    expect(world.balance("ann")).toBe(FUNDS + BOND / 2n);
    expect(world.held("bounty greetings")).toBe(BOND / 2n);
    expect(world.broken()).toEqual([]);
  });

  test("that come together are worked off a few a block, all of them in the end", () => {
    const params = { ...(new World().export() as { params: object }).params, max_ends_per_block: 2 };
    const world = new World({ finetune: { params } });
    for (let i = 0; i < 5; i++) createJob(world);
    world.endBlocks(DEADLINE + 1);
    expect(world.events("job_ended")).toHaveLength(2);
    world.endBlocks(2);
    expect(world.events("job_ended")).toHaveLength(5);
    expect(world.balance("ann")).toBe(FUNDS);
  });

  test("do not touch a result that was claimed in time", () => {
    const world = new World();
    const job = claimedJob(world);
    world.endBlocks(DEADLINE + 5);
    expect(world.job(job).status).toBe(JobStatus.JOB_STATUS_CLAIMED);
  });
});
