import { equalBytes, fromHex, toHex } from "../../../chain/crypto/bytes.ts";
import type { Rounding } from "../../../proto/gen/openledger/factory/v1.ts";
import { weightsHash } from "../../influence/grid.ts";
import { artefactId } from "../../pipeline/snapshot-table.ts";
import type { JobData } from "./data.ts";
import { JobError } from "./errors.ts";
import { MOST_CHECKPOINTS } from "./limits.ts";
import { type Checkpoint, type CurvePoint, logRoot, roundingHash, type TrainingLog } from "./log.ts";
import { type JobManifest, manifestHash } from "./manifest.ts";
import { stateRoot } from "./state.ts";
import { type HeldOut, openTrainer, type StepReport, type Trainer } from "./trainer.ts";

/** What a job had done when it stopped; a folder keeps it between two runs. */
export interface JobProgress {
  readonly checkpoints: readonly Checkpoint[];
  readonly rounding: readonly Rounding[];
  readonly curve: readonly CurvePoint[];
  /** Blob of every checkpoint's state. */
  readonly stateBlobs: readonly Uint8Array[];
  /** State at `step`, which is that of the last checkpoint or later. */
  readonly state: Uint8Array;
  readonly step: number;
}

export type JobEvent =
  | { readonly kind: "start"; readonly step: number; readonly steps: number | undefined }
  | ({ readonly kind: "step"; readonly steps: number | undefined } & Omit<StepReport, "rounding">)
  | {
      readonly kind: "checkpoint";
      readonly index: number;
      readonly progress: JobProgress;
      readonly heldOut: HeldOut | undefined;
    }
  | { readonly kind: "stopped"; readonly progress: JobProgress }
  | { readonly kind: "done"; readonly step: number };

export interface RunOptions {
  /** Threads; by default one a core. Never changes a bit of the result. */
  readonly workers?: number | undefined;
  /** Called in order; the next step waits for it, so that what it stores is stored. */
  readonly onEvent?: (event: JobEvent) => void | Promise<void>;
  /** Stops after the step under way: a "stopped" event, then JobError aborted. */
  readonly signal?: AbortSignal | undefined;
  readonly resumeFrom?: JobProgress | undefined;
}

export interface JobResult {
  /** Integers on the job's grid. */
  readonly weights: Int32Array;
  /** sha256 of the weights as little-endian int32. */
  readonly hash: Uint8Array;
  readonly log: TrainingLog;
  readonly logRoot: Uint8Array;
  /** Last evaluation on held-out rows. */
  readonly heldOut: HeldOut | undefined;
}

const DIGEST_BYTES = 8;
const CURVE_ONE = 2 ** 24;

/** Where and how a job is being run; `finish` reads from a trainer before it is closed. */
export async function runJob<Extra = undefined>(
  manifest: JobManifest,
  data: JobData,
  options: RunOptions = {},
  finish?: (trainer: Trainer) => Promise<Extra>,
): Promise<JobResult & { readonly extra: Extra | undefined }> {
  const { resumeFrom, workers } = options;
  const trainer = await openTrainer(manifest, data, { workers, state: resumeFrom?.state });
  try {
    const run = new Run(manifest, trainer, options);
    await run.toEnd();
    return { ...run.result(), extra: finish && (await finish(trainer)) };
  } finally {
    await trainer.close();
  }
}

class Run {
  private readonly manifest: JobManifest;
  private readonly trainer: Trainer;
  private readonly options: RunOptions;
  private readonly checkpoints: Checkpoint[];
  private readonly rounding: Rounding[];
  private readonly curve: CurvePoint[];
  private readonly stateBlobs: Uint8Array[];
  private lastHeldOut: HeldOut | undefined;

  constructor(manifest: JobManifest, trainer: Trainer, options: RunOptions) {
    const { resumeFrom } = options;
    if (resumeFrom) checkProgress(trainer, resumeFrom);
    this.manifest = manifest;
    this.trainer = trainer;
    this.options = options;
    this.checkpoints = [...(resumeFrom?.checkpoints ?? [])];
    this.rounding = [...(resumeFrom?.rounding ?? [])];
    this.curve = [...(resumeFrom?.curve ?? [])];
    this.stateBlobs = [...(resumeFrom?.stateBlobs ?? [])];
  }

  async toEnd(): Promise<void> {
    const { trainer } = this;
    await this.emit({ kind: "start", step: trainer.step, steps: trainer.steps });
    if (this.checkpoints.length === 0) await this.checkpoint();
    while (!trainer.isDone()) {
      if (this.options.signal?.aborted) await this.stop();
      const { rounding, ...report } = await trainer.next();
      this.rounding.push(...rounding);
      this.curve.push(point(report, trainer));
      await this.emit({ kind: "step", steps: trainer.steps, ...report });
      if (trainer.step % this.manifest.checkpointEvery === 0 || trainer.isDone()) await this.checkpoint();
    }
    this.lastHeldOut ??= await trainer.heldOut();
    await this.emit({ kind: "done", step: trainer.step });
  }

  private async stop(): Promise<never> {
    await this.emit({ kind: "stopped", progress: this.progress() });
    throw new JobError("aborted", `stopped after step ${this.trainer.step}; it can be resumed`);
  }

  private async checkpoint(): Promise<void> {
    const { trainer } = this;
    if (this.checkpoints.length > MOST_CHECKPOINTS) {
      throw new JobError("bad-manifest", `gives more than ${MOST_CHECKPOINTS} checkpoints`, "checkpoint_every");
    }
    const heldOut = await trainer.heldOut();
    this.lastHeldOut = heldOut;
    const last = this.curve.at(-1);
    if (last && heldOut) this.curve[this.curve.length - 1] = withHeldOut(last, heldOut);
    const since = BigInt(this.checkpoints.at(-1)?.step ?? 0n);
    const state = trainer.state();
    const own = this.rounding.filter(({ step }) => step > since);
    this.checkpoints.push({ step: BigInt(trainer.step), stateRoot: stateRoot(state), roundingHash: roundingHash(own) });
    this.stateBlobs.push(fromHex(artefactId(state)));
    const index = this.checkpoints.length - 1;
    await this.emit({ kind: "checkpoint", index, progress: this.progress(state), heldOut });
  }

  private progress(state = this.trainer.state()): JobProgress {
    const { checkpoints, rounding, curve, stateBlobs, trainer } = this;
    const kept = {
      checkpoints: [...checkpoints],
      rounding: [...rounding],
      curve: [...curve],
      stateBlobs: [...stateBlobs],
    };
    return { ...kept, state, step: trainer.step };
  }

  private async emit(event: JobEvent): Promise<void> {
    await this.options.onEvent?.(event);
  }

  result(): JobResult {
    const { manifest, trainer } = this;
    const weights = trainer.weights();
    const hash = weightsHash(weights);
    const head = {
      manifestHash: manifestHash(manifest),
      steps: BigInt(trainer.step),
      every: manifest.checkpointEvery,
      weightsHash: hash,
    };
    const { checkpoints, curve, stateBlobs } = this;
    const log = { head, checkpoints, rounding: { entries: this.rounding }, curve, stateBlobs };
    return { weights, hash, log, logRoot: logRoot(log), heldOut: this.lastHeldOut };
  }
}

function onCurve(loss: number): bigint {
  return BigInt(Math.max(0, Math.min(Number.MAX_SAFE_INTEGER, Math.round(loss * CURVE_ONE))));
}

function point({ step, loss }: { readonly step: number; readonly loss: number }, trainer: Trainer): CurvePoint {
  const digest = trainer.digest().slice(0, DIGEST_BYTES);
  return { step: BigInt(step), loss: onCurve(loss), hasHeldOut: false, heldOut: 0n, heldOutRight: 0, digest };
}

function withHeldOut(at: CurvePoint, { loss, right }: HeldOut): CurvePoint {
  return { ...at, hasHeldOut: true, heldOut: onCurve(loss), heldOutRight: right ?? 0 };
}

/** What was stored must be what the trainer stands at. Throws JobError bad-bytes. */
function checkProgress(trainer: Trainer, { checkpoints, curve, state, step }: JobProgress): void {
  const last = checkpoints.at(-1);
  if (trainer.step !== step || curve.length !== step || !last || Number(last.step) > step) {
    throw new JobError("bad-bytes", `resume: a state of step ${trainer.step} with a log of ${curve.length} steps`);
  }
  if (Number(last.step) === step && !equalBytes(last.stateRoot, stateRoot(state))) {
    throw new JobError("bad-bytes", `resume: the state is not that of checkpoint ${toHex(last.stateRoot)}`);
  }
}
