import { readFileSync } from "node:fs";
import { fromHex, toHex } from "../../chain/crypto/bytes.ts";
import { JobFolder } from "../../node/factory/job/index.ts";
import { MsgCompleteJob, MsgCompleteJobResponse, MsgSubmitCheckpoint } from "../../proto/gen/openledger/finetune/v1.ts";
import { uploadArtefact } from "./artefacts.ts";
import { logOfLongJob, needStates, uploadStates } from "./job-states.ts";
import { GRID } from "./jobs.ts";
import type { Progress } from "./progress.ts";
import type { Session } from "./session.ts";

export interface NewCheckpoint {
  readonly job: string;
  readonly step: number;
  readonly root: Uint8Array;
  /** Real numbers; the chain holds them in units of 2^-24. */
  readonly loss: number;
  readonly heldOut: number;
  readonly heldOutLoss: number;
}

/** Publishes a checkpoint; the height of its block. */
export async function checkpointJob(session: Session, checkpoint: NewCheckpoint): Promise<number> {
  const { height } = await session.send([checkpointMessage(session.address, checkpoint)]);
  return height;
}

export function checkpointMessage(trainer: string, checkpoint: NewCheckpoint) {
  const { job, step, root, loss, heldOut, heldOutLoss } = checkpoint;
  const grid = (value: number) => BigInt(Math.round(value * GRID));
  const value = {
    trainer,
    job,
    step: BigInt(step),
    root,
    loss: grid(loss),
    heldOut: grid(heldOut),
    heldOutLoss: grid(heldOutLoss),
  };
  return { typeUrl: MsgSubmitCheckpoint.typeUrl, value };
}

export interface CompleteOptions {
  readonly steps: number;
  /** Hex. */
  readonly weightsHash: string;
  readonly logRoot: string;
  /** Files. */
  readonly weights: string;
  readonly log: string;
  /** The job's folder, with a state for each checkpoint; needed for long jobs. */
  readonly states?: string;
}

/** Uploads a result from files and claims it; the claim's id. */
export async function completeJob(
  session: Session,
  job: string,
  options: CompleteOptions,
  progress: Progress,
): Promise<string> {
  const { steps, weightsHash, logRoot } = options;
  const log = logOfLongJob(readFileSync(options.log));
  if (log) {
    const folder = needStates(options.states === undefined ? undefined : new JobFolder(options.states), log);
    await uploadStates(session, folder, { log, progress });
  }
  return claimResult(session, job, {
    steps,
    weightsHash: fromHex(weightsHash),
    weights: readFileSync(options.weights),
    logRoot: fromHex(logRoot),
    log: readFileSync(options.log),
  });
}

export interface ResultBytes {
  readonly steps: number;
  readonly weightsHash: Uint8Array;
  readonly weights: Uint8Array;
  readonly logRoot: Uint8Array;
  readonly log: Uint8Array;
}

/** Uploads weights and log, and posts the claim; its id. */
export async function claimResult(session: Session, job: string, result: ResultBytes): Promise<string> {
  const { steps, weightsHash, weights, logRoot, log } = result;
  const upload = async (bytes: Uint8Array) =>
    fromHex(await uploadArtefact(session.client.url, session.uploader, bytes));
  const blobs = { weightsBlob: await upload(weights), logBlob: await upload(log) };
  const value = { trainer: session.address, job, steps: BigInt(steps), weightsHash, logRoot, ...blobs };
  const { msgResponses } = await session.send([{ typeUrl: MsgCompleteJob.typeUrl, value }]);
  return toHex(MsgCompleteJobResponse.decode(msgResponses[0]?.value ?? new Uint8Array(0)).claimId);
}
