import { expect, test } from "vitest";
import { AppError } from "../../chain/app/errors.ts";
import { JobStatus, Msg } from "../../proto/gen/openledger/finetune/v1.ts";
import { Dice } from "../datanet/testing/moves.ts";
import { accept, checkpoint, complete, createJob, dispute } from "./testing/story.ts";
import { ACCOUNTS, account, hashOf, type Verdict, World } from "./testing/world.ts";

const SEEDS = 4;
const STEPS = 250;
/** Invariants read the whole state, so they are checked after every few moves. */
const CHECK_EVERY = 4;

const VERDICTS: readonly Verdict[] = ["accepted", "accepted", "rejected", "no_quorum"];

/** Random moves, most of them sensible, some wrong. */
function run(seed: number): { readonly world: World; readonly done: ReadonlySet<string> } {
  const world = new World();
  const dice = new Dice(seed);
  const done = new Set<string>();
  const supply = world.supply();
  const anyJob = (...statuses: readonly JobStatus[]) => {
    const jobs = [...world.finetune.keeper.jobs(world.context())].filter(({ status }) => statuses.includes(status));
    return dice.of(jobs);
  };
  const { JOB_STATUS_OPEN, JOB_STATUS_ACCEPTED, JOB_STATUS_CLAIMED, JOB_STATUS_HELD, JOB_STATUS_DISPUTED } = JobStatus;
  const nameOf = (address: string) => ACCOUNTS.find((name) => account(name) === address) ?? "ann";
  const moves: Record<string, () => unknown> = {
    create: () => {
      const terms = { price: String(1_000 + dice.below(9_999)), bond: String(1_000_000 + dice.below(999)) };
      const deadlineBlocks = BigInt(10 + dice.below(30));
      return createJob(world, { ...terms, deadlineBlocks, manifestHash: hashOf(String(dice.below(99))) });
    },
    accept: () => accept(world, anyJob(JOB_STATUS_OPEN)?.id ?? "", dice.of(ACCOUNTS)),
    checkpoint: () => {
      const job = anyJob(JOB_STATUS_ACCEPTED);
      if (job) checkpoint(world, job.id, 10 * (1 + dice.below(9)), nameOf(job.trainer));
    },
    complete: () => {
      const job = anyJob(JOB_STATUS_ACCEPTED);
      if (job) complete(world, job.id, nameOf(job.trainer));
    },
    cancel: () => {
      const job = anyJob(JOB_STATUS_OPEN);
      if (job) world.send(Msg.CancelFinetuneJob, { requester: job.requester, job: job.id });
    },
    dispute: () => dispute(world, anyJob(JOB_STATUS_CLAIMED, JOB_STATUS_HELD)?.id ?? "", dice.of(ACCOUNTS)),
    overturn: () => {
      const job = anyJob(JOB_STATUS_CLAIMED, JOB_STATUS_HELD, JOB_STATUS_DISPUTED);
      if (job && dice.below(4) === 0) world.overturn(job.id, { challenger: dice.of(ACCOUNTS) });
    },
    decide: () => world.claims.length > 0 && world.decide(dice.of(VERDICTS) as Verdict),
    block: () => world.endBlocks(1 + dice.below(4)),
    crowd: () => {
      world.crowded = dice.below(3) === 0;
    },
  };
  for (let step = 0; step < STEPS; step++) {
    const [name, move] = dice.of(Object.entries(moves)) as [string, () => unknown];
    try {
      move();
      done.add(name);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
    expect(world.supply()).toBe(supply);
    if (step % CHECK_EVERY === 0) expect(world.broken(), `seed ${seed}, step ${step}: ${name}`).toEqual([]);
  }
  world.crowded = false;
  for (let i = 0; i < 12; i++) {
    while (world.claims.length > 0) world.decide("accepted");
    world.endBlocks(25);
  }
  return { world, done };
}

test("random moves keep every invariant, and in the end nothing is left in escrow", () => {
  const ends = new Set<JobStatus>();
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { world, done } = run(seed);
    expect(done.size).toBe(10);
    expect(world.held("finetune")).toBe(0n);
    expect(world.held("attribution")).toBe(0n);
    for (const { status } of world.finetune.keeper.jobs(world.context())) ends.add(status);
  }
  // Paid, rejected, undecided, expired, late, cancelled: every end is reached.
  expect([...ends].sort((a, b) => a - b)).toEqual([6, 7, 8, 9, 10, 11]);
});

test("the same moves give the same state", () => {
  expect(run(99).world.export()).toEqual(run(99).world.export());
});
