import { mkdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { toHex } from "../../chain/crypto/bytes.ts";
import {
  decodeManifest,
  encodeLog,
  type JobEvent,
  JobFolder,
  type JobManifest,
  type JobResult,
  runJob,
} from "../../node/factory/job/index.ts";
import { int32Bytes } from "../../node/influence/grid.ts";
import { isLong, JobDataError, type JobInputs, jobDataOf, jobInputs } from "../../node/jobs/index.ts";
import { NodeRpc } from "../../node/serving/index.ts";
import { type Job, JobStatus, Query as Jobs, MsgAcceptJob } from "../../proto/gen/openledger/finetune/v1.ts";
import { CliError, EXIT } from "../errors.ts";
import { formatOpen } from "../output.ts";
import { uploadStates } from "./job-states.ts";
import { checkpointMessage, claimResult, type NewCheckpoint } from "./job-train.ts";
import { fetchJob, fetchJobs, GRID, isOver, statusName } from "./jobs.ts";
import type { Progress } from "./progress.ts";
import type { Session } from "./session.ts";

export interface WorkOptions {
  /** This job; otherwise open jobs, the best paid first. */
  readonly job: string | undefined;
  /** Least price in uopen, and largest bond. */
  readonly minPrice: bigint;
  readonly maxBond: bigint;
  /** Ends after one job. */
  readonly once: boolean;
  readonly workers: number | undefined;
  /** Folder of the jobs' states, to go on after an interruption. */
  readonly folder: string;
  readonly everyMs: number;
  readonly signal: AbortSignal;
}

export interface Worked {
  readonly job: string;
  readonly claim: string;
  readonly weightsHash: string;
  readonly steps: number;
}

/** Most open jobs that are compared. */
const CONSIDERED = 1_000;

/** Checkpoints of one transaction: a short job has many at once. */
const BATCH = 32;

/** Takes jobs, trains, publishes checkpoints, and claims results, until told to stop. */
export async function workOnJobs(session: Session, options: WorkOptions, progress: Progress): Promise<Worked[]> {
  const done: Worked[] = [];
  const unfit = new Set<string>();
  while (!options.signal.aborted) {
    const job = await nextJob(session, options, unfit);
    if (!job) {
      await sleep(options.everyMs, undefined, { signal: options.signal }).catch(() => undefined);
      continue;
    }
    try {
      done.push(await workOn(session, job, options, progress));
    } catch (error) {
      if (options.signal.aborted) break;
      if (options.job !== undefined || !(error instanceof JobDataError)) throw error;
      progress.note(`${job.id}: ${error.message}`);
      unfit.add(job.id);
      continue;
    }
    if (options.once || options.job !== undefined) break;
  }
  return done;
}

/** A job of this trainer that is under way, the one that was asked for, or the best paid open one. */
async function nextJob(session: Session, options: WorkOptions, unfit: ReadonlySet<string>): Promise<Job | undefined> {
  const { client, address } = session;
  if (options.job !== undefined) return workable(await fetchJob(client, options.job), address);
  const filter = { status: JobStatus.JOB_STATUS_UNSPECIFIED, requester: "", trainer: address, startAfter: "" };
  const own = await fetchJobs(client, filter, CONSIDERED);
  const begun = own.find(({ id, status }) => status === JobStatus.JOB_STATUS_ACCEPTED && !unfit.has(id));
  if (begun) return begun;
  const open = { ...filter, status: JobStatus.JOB_STATUS_OPEN, trainer: "" };
  const jobs = await fetchJobs(client, open, CONSIDERED);
  const wanted = jobs.filter(
    ({ id, price, bond }) => !unfit.has(id) && BigInt(price) >= options.minPrice && BigInt(bond) <= options.maxBond,
  );
  return wanted.sort((a, b) => Number(BigInt(b.price) - BigInt(a.price)))[0];
}

function workable(job: Job, trainer: string): Job {
  const { JOB_STATUS_OPEN, JOB_STATUS_ACCEPTED } = JobStatus;
  if (job.status === JOB_STATUS_OPEN) return job;
  if (job.status === JOB_STATUS_ACCEPTED && job.trainer === trainer) return job;
  const what = isOver(job) ? "over" : `${statusName(job.status)}, trained by ${job.trainer}`;
  throw new CliError(EXIT.refused, `job ${job.id} is ${what}`, "see `openledgerd job list --status open`");
}

async function workOn(session: Session, job: Job, options: WorkOptions, progress: Progress): Promise<Worked> {
  const rpc = new NodeRpc(session.client.url);
  progress.note(`${job.id}: fetching its data`);
  // Looked at before the bond is paid: a job that contradicts itself earns nothing.
  const inputs = await jobInputs(job, { ask: rpc.ask, blobs: rpc });
  const manifest = decodeManifest(inputs.manifest);
  if (job.status === JobStatus.JOB_STATUS_OPEN) {
    await noteStakes(session, job, progress);
    await session.send([{ typeUrl: MsgAcceptJob.typeUrl, value: { trainer: session.address, job: job.id } }]);
    progress.note(`${job.id}: accepted`);
  }
  const result = await train(session, { job, manifest, inputs }, options, progress);
  const steps = Number(result.log.head?.steps ?? 0n);
  const folder = new JobFolder(`${options.folder}/${job.id}`);
  if (isLong(result.log)) await uploadStates(session, folder, { log: result.log, progress });
  const claim = await claimResult(session, job.id, {
    steps,
    weightsHash: result.hash,
    weights: int32Bytes(result.weights),
    logRoot: result.logRoot,
    log: encodeLog(result.log),
  });
  progress.note(`${job.id}: claimed as ${claim}`);
  return { job: job.id, claim, weightsHash: toHex(result.hash), steps };
}

async function noteStakes({ query }: Session, { id, bond }: Job, progress: Progress): Promise<void> {
  const { params } = await query(Jobs.Params, {});
  const claim = formatOpen(BigInt(params?.claimBond ?? "0"));
  progress.note(`${id}: takes a bond of ${formatOpen(BigInt(bond))}, and ${claim} with the claim of its result`);
}

interface Training {
  readonly job: Job;
  readonly manifest: JobManifest;
  readonly inputs: JobInputs;
}

async function train(
  session: Session,
  { job, manifest, inputs }: Training,
  options: WorkOptions,
  progress: Progress,
): Promise<JobResult> {
  const folder = new JobFolder(`${options.folder}/${job.id}`);
  mkdirSync(folder.dir, { recursive: true });
  const data = jobDataOf(manifest, inputs);
  const publisher = new Publisher(session, job, manifest);
  try {
    return await runJob(manifest, data, {
      workers: options.workers,
      signal: options.signal,
      resumeFrom: folder.progress(manifest),
      onEvent: async (event) => {
        folder.keep(manifest, event);
        await publisher.take(event);
        report(event, job.id, progress);
      },
    });
  } finally {
    await data.encoder?.close();
  }
}

function report(event: JobEvent, job: string, progress: Progress): void {
  if (event.kind !== "checkpoint" || event.progress.step === 0) return;
  const { step, curve } = event.progress;
  const loss = Number(curve.at(-1)?.loss ?? 0n) / GRID;
  progress.note(`${job}: step ${step}, loss ${loss.toFixed(5)}`);
}

type CheckpointEvent = Extract<JobEvent, { kind: "checkpoint" }>;

/** Puts a run's checkpoints on chain, several in one transaction when they come fast. */
class Publisher {
  readonly #session: Session;
  readonly #job: Job;
  readonly #manifest: JobManifest;
  #last: bigint;
  #waiting: NewCheckpoint[] = [];

  constructor(session: Session, job: Job, manifest: JobManifest) {
    this.#session = session;
    this.#job = job;
    this.#manifest = manifest;
    this.#last = job.lastStep;
  }

  async take(event: JobEvent): Promise<void> {
    if (event.kind === "checkpoint") this.#add(event);
    const isOver = event.kind === "done" || event.kind === "stopped";
    if (this.#waiting.length >= BATCH || (isOver && this.#waiting.length > 0)) await this.#send();
  }

  #add({ progress, heldOut }: CheckpointEvent): void {
    const { step, curve, checkpoints } = progress;
    const root = checkpoints.at(-1)?.stateRoot;
    // The last state of a job may lie between two multiples: the claim's log has it.
    if (!root || step % this.#manifest.checkpointEvery !== 0 || BigInt(step) <= this.#last) return;
    const loss = Number(curve.at(-1)?.loss ?? 0n) / GRID;
    const scores = { heldOut: scoreOf(heldOut), heldOutLoss: heldOut?.loss ?? 0 };
    this.#waiting.push({ job: this.#job.id, step, root, loss, ...scores });
    this.#last = BigInt(step);
  }

  async #send(): Promise<void> {
    const messages = this.#waiting.map((checkpoint) => checkpointMessage(this.#session.address, checkpoint));
    this.#waiting = [];
    await this.#session.send(messages);
  }
}

/** Share of right answers; 0 where nothing is held out or has a label. */
function scoreOf(heldOut: CheckpointEvent["heldOut"]): number {
  return heldOut?.right === undefined || heldOut.samples === 0 ? 0 : heldOut.right / heldOut.samples;
}
