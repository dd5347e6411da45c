import { JobMethod, Msg, type MsgCreateFinetuneJob } from "../../../proto/gen/openledger/finetune/v1.ts";
import type { Partially } from "../../../proto/runtime.ts";
import { account, hashOf, type World } from "./world.ts";

export const PRICE = 10_000_000n;
export const BOND = 4_000_000n;

/** Blocks that a test's jobs have until their deadline. */
export const DEADLINE = 50;

/** Ann's job; its id. */
export function createJob(world: World, changes: Partially<MsgCreateFinetuneJob> = {}): string {
  return world.send(Msg.CreateFinetuneJob, {
    requester: account("ann"),
    manifestHash: hashOf("manifest"),
    manifestBlob: hashOf("manifest blob"),
    base: "hashed-ngram-512",
    method: JobMethod.JOB_METHOD_HEAD,
    snapshots: ["greetings/1"],
    price: String(PRICE),
    bond: String(BOND),
    deadlineBlocks: BigInt(DEADLINE),
    checkpointInterval: 10,
    ...changes,
  }).job;
}

export function accept(world: World, job: string, trainer = "bob"): void {
  world.send(Msg.AcceptJob, { trainer: account(trainer), job });
}

export function checkpoint(world: World, job: string, step: number, trainer = "bob"): void {
  const root = hashOf(`root ${step}`);
  const point = { loss: BigInt(30_000_000 - step), heldOut: BigInt(step) };
  world.send(Msg.SubmitCheckpoint, { trainer: account(trainer), job, step: BigInt(step), root, ...point });
}

export function complete(world: World, job: string, trainer = "bob"): void {
  world.send(Msg.CompleteJob, {
    trainer: account(trainer),
    job,
    steps: 100n,
    weightsHash: hashOf("weights"),
    weightsBlob: hashOf("weights blob"),
    logRoot: hashOf("log"),
    logBlob: hashOf("log blob"),
  });
}

export function dispute(world: World, job: string, challenger = "cat"): void {
  world.send(Msg.DisputeJob, { challenger: account(challenger), job });
}

/** A job that Bob claims to have done. */
export function claimedJob(world: World, changes: Partially<MsgCreateFinetuneJob> = {}): string {
  const job = createJob(world, changes);
  accept(world, job);
  checkpoint(world, job, 10);
  complete(world, job);
  return job;
}

/** A job whose claim was accepted and whose dispute window is open. */
export function heldJob(world: World): string {
  const job = claimedJob(world);
  world.decide("accepted");
  return job;
}

/** Codespace and code that `run` is refused with; undefined when it is not. */
export function code(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    const { codespace, code: number } = error as { codespace: string; code: number };
    return `${codespace}/${number}`;
  }
}
