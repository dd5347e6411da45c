import { setTimeout as sleep } from "node:timers/promises";
import { toHex } from "../../chain/crypto/bytes.ts";
import {
  type Checkpoint,
  type Job,
  JobMethod,
  JobStatus,
  Query,
  type QueryJobsRequest,
} from "../../proto/gen/openledger/finetune/v1.ts";
import type { ChainClient } from "../chain/client.ts";
import { CliError, EXIT, usageError } from "../errors.ts";

/** Losses and scores on chain are integers of 2^-24. */
export const GRID = 2 ** 24;

const PAGE = 500;

/** A job as commands print it: names in place of numbers, hex in place of bytes. */
export interface JobView {
  readonly id: string;
  readonly status: string;
  readonly requester: string;
  readonly trainer: string;
  readonly base: string;
  readonly method: string;
  readonly snapshots: readonly string[];
  readonly price: string;
  readonly bond: string;
  readonly manifestHash: string;
  readonly manifestBlob: string;
  readonly checkpointInterval: number;
  readonly checkpoints: number;
  readonly lastStep: string;
  readonly createdHeight: string;
  readonly deadline: string;
  readonly result: {
    readonly steps: string;
    readonly weightsHash: string;
    readonly weightsBlob: string;
    readonly logRoot: string;
    readonly logBlob: string;
    readonly claim: string;
  } | null;
  /** First height at which a held price is paid. */
  readonly heldUntil: string | null;
  readonly dispute: { readonly number: number; readonly challenger: string; readonly claim: string } | null;
  /** Where the price went. */
  readonly paid: { readonly trainer: string; readonly attesters: string; readonly requester: string } | null;
  readonly model: string;
}

export interface CheckpointView {
  readonly step: number;
  readonly loss: number;
  readonly heldOutLoss: number;
  /** Share of right answers on held-out rows. */
  readonly heldOut: number;
  readonly root: string;
  readonly height: string;
}

/** JOB_STATUS_HELD -> held. */
export function statusName(status: JobStatus): string {
  return nameOf(JobStatus, status, "JOB_STATUS_");
}

/** The status of a name. Throws CliError `usage`. */
export function statusOf(name: string): JobStatus {
  const found = Object.entries(JobStatus).find(([key]) => key === `JOB_STATUS_${name.toUpperCase()}`);
  if (found && found[1] !== JobStatus.JOB_STATUS_UNSPECIFIED) return found[1];
  const names = Object.values(JobStatus).filter((status) => status !== JobStatus.JOB_STATUS_UNSPECIFIED);
  throw usageError(`${name} is no status of a job`, `one of ${names.map(statusName).join(", ")}`);
}

function nameOf(table: Readonly<Record<string, number>>, value: number, prefix: string): string {
  const entry = Object.entries(table).find(([, each]) => each === value);
  return (entry?.[0] ?? String(value)).replace(prefix, "").toLowerCase();
}

/** True when nothing can happen to the job any more. */
export function isOver(job: Job): boolean {
  return job.status >= JobStatus.JOB_STATUS_PAID;
}

export function jobView(job: Job): JobView {
  const { result, dispute, parts, status } = job;
  const held = status === JobStatus.JOB_STATUS_HELD;
  return {
    id: job.id,
    status: statusName(status),
    requester: job.requester,
    trainer: job.trainer,
    base: job.base,
    method: nameOf(JobMethod, job.method, "JOB_METHOD_"),
    snapshots: job.snapshots,
    price: job.price,
    bond: job.bond,
    manifestHash: toHex(job.manifestHash),
    manifestBlob: toHex(job.manifestBlob),
    checkpointInterval: job.checkpointInterval,
    checkpoints: job.checkpoints,
    lastStep: String(job.lastStep),
    createdHeight: String(job.createdHeight),
    deadline: String(job.deadline),
    result: result
      ? {
          steps: String(result.steps),
          weightsHash: toHex(result.weightsHash),
          weightsBlob: toHex(result.weightsBlob),
          logRoot: toHex(result.logRoot),
          logBlob: toHex(result.logBlob),
          claim: toHex(result.claimId),
        }
      : null,
    heldUntil: held ? String(job.due) : null,
    dispute: dispute ? { number: dispute.number, challenger: dispute.challenger, claim: toHex(dispute.claimId) } : null,
    paid: parts ? { ...parts } : null,
    model: job.model,
  };
}

export function checkpointView(checkpoint: Checkpoint): CheckpointView {
  const { step, loss, heldOut, heldOutLoss, root, height } = checkpoint;
  return {
    step: Number(step),
    loss: Number(loss) / GRID,
    heldOutLoss: Number(heldOutLoss) / GRID,
    heldOut: Number(heldOut) / GRID,
    root: toHex(root),
    height: String(height),
  };
}

/** Throws CliError `not found`. */
export async function fetchJob(client: ChainClient, id: string): Promise<Job> {
  const { job } = await client.query(Query.Job, { id });
  if (!job) throw new CliError(EXIT.notFound, `no job ${id}`, "see `openledgerd job list`");
  return job;
}

/** Every checkpoint after a step, by step. */
export async function fetchCheckpoints(client: ChainClient, job: string, after = 0n): Promise<Checkpoint[]> {
  const found: Checkpoint[] = [];
  for (let afterStep = after; ; ) {
    const { checkpoints } = await client.query(Query.Checkpoints, { job, afterStep, limit: PAGE });
    found.push(...checkpoints);
    if (checkpoints.length < PAGE) return found;
    afterStep = checkpoints.at(-1)?.step ?? afterStep;
  }
}

/** At most `limit` jobs of a filter, page by page. */
export async function fetchJobs(
  client: ChainClient,
  filter: Omit<QueryJobsRequest, "limit">,
  limit: number,
): Promise<Job[]> {
  const found: Job[] = [];
  for (let { startAfter } = filter; found.length < limit; ) {
    const page = Math.min(PAGE, limit - found.length);
    const { jobs } = await client.query(Query.Jobs, { ...filter, startAfter, limit: page });
    found.push(...jobs);
    if (jobs.length < page) break;
    startAfter = jobs.at(-1)?.id ?? "";
  }
  return found;
}

export interface WatchOptions {
  readonly job: string;
  readonly everyMs: number;
  readonly onCheckpoint: (checkpoint: Checkpoint) => void;
  readonly onStatus: (job: Job) => void;
  readonly signal: AbortSignal;
}

/** Follows a job until it is over, or until the signal; the job as it was then. */
export async function watchJob(client: ChainClient, options: WatchOptions): Promise<Job> {
  let status: JobStatus = JobStatus.JOB_STATUS_UNSPECIFIED;
  for (let step = 0n; ; ) {
    const job = await fetchJob(client, options.job);
    if (job.lastStep > step) {
      for (const checkpoint of await fetchCheckpoints(client, options.job, step)) {
        options.onCheckpoint(checkpoint);
        step = checkpoint.step;
      }
    }
    if (job.status !== status) options.onStatus(job);
    status = job.status;
    if (isOver(job) || options.signal.aborted) return job;
    await sleep(options.everyMs, undefined, { signal: options.signal }).catch(() => undefined);
  }
}
