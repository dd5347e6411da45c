import { describe, expect, test } from "vitest";
import { toHex } from "../../chain/crypto/bytes.ts";
import { JobStatus } from "../../proto/gen/openledger/finetune/v1.ts";
import { jobSubject } from "./ids.ts";
import { accept, BOND, claimedJob, code, createJob, dispute, heldJob, PRICE } from "./testing/story.ts";
import { account, FUNDS, hashOf, World } from "./testing/world.ts";

/** A held job whose dispute is before the second committee. */
function disputedJob(world: World): string {
  const job = heldJob(world);
  dispute(world, job);
  world.endBlocks();
  return job;
}

describe("a dispute", () => {
  test("holds the payout and puts the result before a second committee", () => {
    const world = new World();
    const job = disputedJob(world);
    expect(world.balance("cat")).toBe(FUNDS - BOND);
    expect(world.claims.map(({ subject }) => new TextDecoder().decode(subject))).toEqual([`job/${job}/1`]);
    world.endBlocks(100);
    expect(world.job(job)).toMatchObject({ status: JobStatus.JOB_STATUS_DISPUTED, dispute: { number: 1 } });
    expect(world.broken()).toEqual([]);
  });

  test("that is right refunds the price; the trainer's bond rewards the challenger", () => {
    const world = new World();
    const job = disputedJob(world);
    world.decide("rejected");
    expect(world.job(job)).toMatchObject({ status: JobStatus.JOB_STATUS_REJECTED, disputes: 1 });
    expect(world.balance("ann")).toBe(FUNDS);
    expect(world.balance("cat")).toBe(FUNDS + BOND / 2n);
    // The claim bond came back after the first claim; the job's bond is lost.
    expect(world.balance("bob")).toBe(FUNDS - BOND);
    expect(world.held("finetune")).toBe(0n);
    expect(world.broken()).toEqual([]);
  });

  test("that is wrong pays the trainer half of the challenger's bond, then the job after a new window", () => {
    const world = new World();
    const job = disputedJob(world);
    const from = world.height;
    world.decide("accepted");
    expect(world.balance("cat")).toBe(FUNDS - BOND);
    expect(world.job(job)).toMatchObject({ status: JobStatus.JOB_STATUS_HELD, due: BigInt(from + 20) });
    expect(world.job(job).dispute).toBeUndefined();
    expect(world.broken()).toEqual([]);
    world.endBlocks(21);
    expect(world.balance("bob")).toBe(FUNDS + BOND / 2n + (PRICE * 95n) / 100n);
    expect(world.held("finetune")).toBe(0n);
  });

  test("without a quorum goes back to the challenger, and the first verdict stands", () => {
    const world = new World();
    const job = disputedJob(world);
    world.decide("no_quorum");
    expect(world.balance("cat")).toBe(FUNDS);
    expect(world.job(job).status).toBe(JobStatus.JOB_STATUS_HELD);
    world.endBlocks(21);
    expect(world.job(job).status).toBe(JobStatus.JOB_STATUS_PAID);
  });

  test("before the first verdict waits for it", () => {
    const world = new World();
    const job = claimedJob(world);
    dispute(world, job);
    world.endBlocks(3);
    expect(world.claims).toHaveLength(1);
    world.decide("accepted");
    expect(world.job(job).status).toBe(JobStatus.JOB_STATUS_DISPUTED);
    world.endBlocks();
    expect(world.claims).toHaveLength(1);
    world.decide("rejected");
    expect(world.balance("ann")).toBe(FUNDS);
    expect(world.broken()).toEqual([]);
  });

  test("before a first verdict that rejects is rewarded without a second one", () => {
    const world = new World();
    const job = claimedJob(world);
    dispute(world, job);
    world.decide("rejected");
    expect(world.job(job).status).toBe(JobStatus.JOB_STATUS_REJECTED);
    expect(world.balance("cat")).toBe(FUNDS + BOND / 2n);
    expect(world.held("finetune")).toBe(0n);
  });

  test("before a first verdict without quorum is returned with everything else", () => {
    const world = new World();
    dispute(world, claimedJob(world));
    world.decide("no_quorum");
    expect(["ann", "bob", "cat"].map((name) => world.balance(name))).toEqual([FUNDS, FUNDS, FUNDS]);
    expect(world.broken()).toEqual([]);
  });

  test("is one at a time, a few a job, and only of a result", () => {
    const world = new World();
    const open = createJob(world);
    expect(code(() => dispute(world, open))).toBe("finetune/9");
    accept(world, open);
    expect(code(() => dispute(world, open))).toBe("finetune/9");
    const job = disputedJob(world);
    expect(code(() => dispute(world, job, "dan"))).toBe("finetune/14");
    world.decide("accepted");
    for (const _ of [2, 3]) {
      dispute(world, job, "dan");
      world.endBlocks();
      world.decide("accepted");
    }
    expect(code(() => dispute(world, job, "dan"))).toBe("finetune/14");
    world.endBlocks();
    expect(world.job(job).status).toBe(JobStatus.JOB_STATUS_PAID);
    expect(code(() => dispute(world, job, "dan"))).toBe("finetune/9");
    expect(world.broken()).toEqual([]);
  });

  test("that the claim engine has no room for is tried again, and nothing is paid meanwhile", () => {
    const world = new World();
    const job = heldJob(world);
    dispute(world, job);
    world.crowded = true;
    world.endBlocks(30);
    expect(world.claims).toEqual([]);
    expect(world.job(job).status).toBe(JobStatus.JOB_STATUS_DISPUTED);
    expect(world.broken()).toEqual([]);
    world.crowded = false;
    world.endBlocks(5);
    expect(world.claims).toHaveLength(1);
    world.decide("accepted");
    expect(world.job(job).status).toBe(JobStatus.JOB_STATUS_HELD);
  });

  test("by a challenger without the bond is refused", () => {
    const world = new World({ funds: new Map(["ann", "bob"].map((name) => [account(name), FUNDS])) });
    const job = heldJob(world);
    expect(code(() => dispute(world, job, "eve"))).toBe("sdk/5");
  });
});

describe("a challenge of the claim itself", () => {
  test("holds the payout while it lasts", () => {
    const world = new World();
    const job = heldJob(world);
    const claim = toHex(world.job(job).result?.claimId ?? new Uint8Array(0));
    world.challenged.add(claim);
    world.endBlocks(60);
    expect(world.job(job).status).toBe(JobStatus.JOB_STATUS_HELD);
    world.challenged.delete(claim);
    world.endBlocks(5);
    expect(world.job(job).status).toBe(JobStatus.JOB_STATUS_PAID);
  });

  test("that overturns it refunds the price; half of the trainer's bond is the challenger's, a quarter the referees'", () => {
    const world = new World();
    const job = heldJob(world);
    const referees = world.bank.balance(world.context(), "attesters");
    world.overturn(job);
    expect(world.job(job)).toMatchObject({ status: JobStatus.JOB_STATUS_REJECTED, parts: { requester: `${PRICE}` } });
    expect([world.balance("ann"), world.balance("bob")]).toEqual([FUNDS, FUNDS - BOND]);
    expect(world.balance("dan")).toBe(FUNDS + BOND / 2n);
    expect(world.bank.balance(world.context(), "attesters") - referees).toBe(BOND / 4n);
    expect(world.held("finetune")).toBe(0n);
    expect(world.broken()).toEqual([]);
  });

  test("that the trainer does not answer rewards the challenger as well, and no referee", () => {
    const world = new World();
    const job = claimedJob(world);
    world.overturn(job, { referees: [] });
    expect(world.balance("dan")).toBe(FUNDS + BOND / 2n);
    expect(world.bank.balance(world.context(), "bounty greetings")).toBe(BOND / 2n);
    expect(world.held("finetune")).toBe(0n);
    expect(world.broken()).toEqual([]);
  });

  test("that overturns it while somebody else disputes the job returns that bond: who proved it is rewarded", () => {
    const world = new World();
    const job = disputedJob(world);
    world.overturn(job);
    expect(world.job(job).status).toBe(JobStatus.JOB_STATUS_REJECTED);
    expect(world.balance("ann")).toBe(FUNDS);
    expect([world.balance("cat"), world.balance("dan")]).toEqual([FUNDS, FUNDS + BOND / 2n]);
    expect(world.broken()).toEqual([]);
    world.decide("accepted");
    expect(world.job(job).status).toBe(JobStatus.JOB_STATUS_REJECTED);
    expect(world.held("finetune")).toBe(0n);
  });

  test("comes too late once the job is paid", () => {
    const world = new World();
    const job = heldJob(world);
    world.endBlocks(21);
    world.overturn(job);
    expect(world.job(job).status).toBe(JobStatus.JOB_STATUS_PAID);
  });

  test("follows the training from manifest to weights", () => {
    const world = new World();
    const job = heldJob(world);
    const { claimHandler } = world.finetune;
    const trace = (dispute: number) => claimHandler.trace(world.context(), { subject: jobSubject(job, dispute) });
    expect(trace(0)).toEqual({ start: hashOf("manifest"), result: hashOf("weights"), logRoot: hashOf("log") });
    expect(trace(1)).toBeUndefined();
  });
});
