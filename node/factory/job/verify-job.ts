import { equalBytes, toHex } from "../../../chain/crypto/bytes.ts";
import { weightsHash } from "../../influence/grid.ts";
import { type JobData, type LineageFinding, lineageOf } from "./data.ts";
import { JobError } from "./errors.ts";
import { checkLogOf, headOf, roundingSince, type TrainingLog } from "./log.ts";
import { type JobManifest, manifestHash } from "./manifest.ts";
import { choicesOf } from "./rounding.ts";
import { stateRoot } from "./state.ts";
import { openTrainer, type Trainer } from "./trainer.ts";

/** Checkpoints between which a job is executed again. */
export interface Segment {
  readonly from: number;
  readonly to: number;
}

export interface StepFinding {
  readonly step: number;
  /** Digest of the weights after the step, here and in the log. */
  readonly own: string;
  readonly logged: string;
  readonly agrees: boolean;
}

export interface CheckpointFinding {
  readonly index: number;
  readonly step: number;
  readonly own: string;
  readonly logged: string;
  readonly agrees: boolean;
}

export interface JobVerdict {
  readonly agrees: boolean;
  /** First reason why not. */
  readonly reason: string | undefined;
  /** First step whose result differs, where steps could be compared. */
  readonly firstStep: number | undefined;
  readonly lineage: readonly LineageFinding[];
  readonly steps: readonly StepFinding[];
  readonly checkpoints: readonly CheckpointFinding[];
}

export interface VerifyOptions {
  readonly workers?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onStep?: ((finding: StepFinding, done: number, total: number) => void) | undefined;
  /** State of a checkpoint, for segments that do not begin at the start. */
  readonly readState?: ((index: number) => Promise<Uint8Array>) | undefined;
  /** The finished weights, to compare with their hash. */
  readonly weights?: Int32Array | undefined;
  /** Gradients by the exact reference. */
  readonly reference?: boolean | undefined;
  /** Called with the trainer before each step. */
  readonly beforeStep?: ((trainer: Trainer) => void | Promise<void>) | undefined;
}

/**
 * Executes a job again, wholly or between two checkpoints, and compares every step and checkpoint with the log, and the
 * manifest's rows with those of the snapshots. What disagrees is in the verdict; only unusable inputs throw
 * (JobError bad-manifest, bad-graph, bad-bytes; InfluenceError).
 */
export async function verifyJob(
  manifest: JobManifest,
  data: JobData,
  log: TrainingLog,
  part: Segment | "all" = "all",
  options: VerifyOptions = {},
): Promise<JobVerdict> {
  const lineage = lineageOf(manifest, data.sources);
  const empty = { lineage, steps: [], checkpoints: [], firstStep: undefined };
  const wrong = lineage.find(({ agrees }) => !agrees);
  if (wrong) {
    const reason = `lineage: ${wrong.what} is ${wrong.claimed} in the manifest, the snapshots give ${wrong.found}`;
    return { ...empty, agrees: false, reason };
  }
  try {
    checkLogOf(log, manifestHash(manifest));
    const found = await execute(manifest, data, log, segmentOf(log, part), options);
    return { lineage, ...found };
  } catch (error) {
    if (!(error instanceof JobError) || !["lineage", "diverged", "bad-rounding"].includes(error.code)) throw error;
    return { ...empty, agrees: false, reason: `${error.code}: ${error.message}` };
  }
}

function segmentOf(log: TrainingLog, part: Segment | "all"): Segment {
  const last = log.checkpoints.length - 1;
  const { from, to } = part === "all" ? { from: 0, to: last } : part;
  if (Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from < to && to <= last) return { from, to };
  throw new JobError("bad-bytes", `there is no segment from checkpoint ${from} to ${to}: the log has 0 to ${last}`);
}

type Executed = Omit<JobVerdict, "lineage">;

async function startOf(log: TrainingLog, from: number, options: VerifyOptions): Promise<Uint8Array | undefined> {
  if (from === 0) return undefined;
  const state = await options.readState?.(from);
  if (!state) throw new JobError("bad-bytes", `the state of checkpoint ${from} is missing`);
  if (equalBytes(stateRoot(state), log.checkpoints[from]!.stateRoot)) return state;
  throw new JobError("lineage", `the state of checkpoint ${from} has another root than the log's`);
}

async function execute(
  manifest: JobManifest,
  data: JobData,
  log: TrainingLog,
  { from, to }: Segment,
  options: VerifyOptions,
): Promise<Executed> {
  const state = await startOf(log, from, options);
  const { workers, reference } = options;
  const trainer = await openTrainer(manifest, data, { workers, state, reference });
  try {
    return await new Comparison(trainer, log, options).run(from, to);
  } finally {
    await trainer.close();
  }
}

class Comparison {
  private readonly trainer: Trainer;
  private readonly log: TrainingLog;
  private readonly options: VerifyOptions;
  private readonly steps: StepFinding[] = [];
  private readonly checkpoints: CheckpointFinding[] = [];
  private reason: string | undefined;
  private firstStep: number | undefined;

  constructor(trainer: Trainer, log: TrainingLog, options: VerifyOptions) {
    this.trainer = trainer;
    this.log = log;
    this.options = options;
  }

  async run(from: number, to: number): Promise<Executed> {
    const { trainer, log } = this;
    this.compareCheckpoint(from);
    const end = Number(log.checkpoints[to]!.step);
    const start = trainer.step;
    for (let index = from + 1; index <= to && this.reason === undefined; index++) {
      const choices = choicesOf(roundingSince(log, index));
      const upTo = Number(log.checkpoints[index]!.step);
      while (trainer.step < upTo && this.reason === undefined) {
        if (this.options.signal?.aborted) throw new JobError("aborted", "verification was stopped");
        if (trainer.isDone())
          this.differs(trainer.step + 1, `the job ends after step ${trainer.step}, the log goes on`);
        else await this.step(choices, end - start);
      }
      if (trainer.step === upTo) this.compareCheckpoint(index);
    }
    if (to === log.checkpoints.length - 1) this.compareEnd();
    const { reason, firstStep, steps, checkpoints } = this;
    return { agrees: reason === undefined, reason, firstStep, steps, checkpoints };
  }

  private async step(choices: ReturnType<typeof choicesOf>, total: number): Promise<void> {
    const { trainer, log } = this;
    await this.options.beforeStep?.(trainer);
    const step = trainer.step + 1;
    try {
      await trainer.next(choices);
    } catch (error) {
      if (!(error instanceof JobError) || (error.code !== "bad-rounding" && error.code !== "diverged")) throw error;
      this.differs(step, error.message);
      return;
    }
    const own = toHex(trainer.digest().slice(0, 8));
    const logged = toHex(log.curve[step - 1]?.digest ?? new Uint8Array(0));
    const finding = { step, own, logged, agrees: own === logged };
    this.steps.push(finding);
    this.options.onStep?.(finding, this.steps.length, total);
    if (!finding.agrees)
      this.differs(step, `step ${step}: the weights are ${own} after it, the log says ${logged || "nothing"}`);
  }

  private compareCheckpoint(index: number): void {
    const { step, stateRoot: claimed } = this.log.checkpoints[index]!;
    const own = toHex(stateRoot(this.trainer.state()));
    const finding = { index, step: Number(step), own, logged: toHex(claimed), agrees: own === toHex(claimed) };
    this.checkpoints.push(finding);
    if (!finding.agrees)
      this.differs(Number(step), `checkpoint ${index}: the state's root is ${own}, the log says ${toHex(claimed)}`);
  }

  private compareEnd(): void {
    if (this.reason !== undefined) return;
    const { trainer, log } = this;
    const { weightsHash: claimed, steps } = headOf(log);
    if (!trainer.isDone()) this.differs(trainer.step + 1, `the log ends at step ${steps}, the job goes on`);
    else if (!equalBytes(weightsHash(trainer.weights()), claimed)) {
      this.differs(trainer.step, "the finished weights have another hash than the log's");
    } else if (this.options.weights && !equalBytes(weightsHash(this.options.weights), claimed)) {
      this.differs(trainer.step, "the given weights are not those of the log");
    }
  }

  private differs(step: number, reason: string): void {
    this.reason ??= reason;
    this.firstStep ??= step;
  }
}
