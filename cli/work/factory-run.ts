import { toHex } from "../../chain/crypto/bytes.ts";
import {
  checkedSplit,
  HeadTrainer,
  type JobData,
  type JobEvent,
  type JobFolder,
  type JobManifest,
  type JobResult,
  type JobVerdict,
  Method,
  plotSvg,
  plotText,
  runJob,
  type Segment,
  seriesOf,
  verifyJob,
} from "../../node/factory/job/index.ts";
import { writeDurably } from "../../node/home/durable-file.ts";
import { referenceAnswer } from "../../node/influence/answer.ts";
import { fromGrid } from "../../node/influence/grid.ts";
import { judgesOf } from "../../node/pipeline/training.ts";
import { CliError, EXIT, usageError } from "../errors.ts";
import type { CsvRow } from "./csv.ts";
import { loadRows } from "./factory-data.ts";
import { keptRows, openFolder, openJobData, saveHeadModel } from "./factory-folder.ts";
import { wrongArtefact } from "./factory-kept.ts";
import type { Bar, Progress } from "./progress.ts";

export interface TrainReport {
  readonly dir: string;
  readonly steps: number;
  readonly weightsHash: string;
  readonly logRoot: string;
  readonly checkpoints: number;
  readonly roundings: number;
  readonly heldOutLoss: number | null;
  readonly heldOutAccuracy: number | null;
  readonly seconds: number;
  /** Share of right answers on the rows of `--test`; null without it. */
  readonly testAccuracy: number | null;
  /** Folder for `model index` and `model register`; null for what is no head on snapshots. */
  readonly model: string | null;
}

export interface RunFlags {
  readonly dir: string;
  readonly workers?: number;
  readonly signal: AbortSignal;
  readonly isResumed: boolean;
  /** Labelled texts to judge a head by. */
  readonly test: readonly CsvRow[];
}

interface LabelledText {
  readonly text: string;
  readonly label: string;
}

/** Trains a job's folder from its start, or goes on where it stopped. Throws CliError, JobError, InfluenceError. */
export async function trainFolder(flags: RunFlags, progress: Progress): Promise<TrainReport> {
  const { folder, manifest } = openFolder(flags.dir);
  const kept = keptRows(folder);
  const resumeFrom = whereToBegin(folder, manifest, flags.isResumed);
  folder.freeze(manifest);
  const data = openJobData(folder, manifest, kept.rows.sources, flags.workers);
  checkTest(manifest, flags.test);
  const watch = new Watch(progress);
  const begun = performance.now();
  try {
    const onEvent = (event: JobEvent) => {
      folder.keep(manifest, event);
      watch.show(event);
    };
    const options = { onEvent, signal: flags.signal, workers: flags.workers, resumeFrom };
    const { extra, ...result } = await runJob(manifest, data, options, async (trainer) =>
      trainer instanceof HeadTrainer ? saveHeadModel(folder, manifest, kept, trainer) : undefined,
    );
    folder.keepResult(result);
    const seconds = (performance.now() - begun) / 1000;
    const judged = (rows: readonly LabelledText[]) =>
      rows.length === 0 ? Promise.resolve(null) : accuracy(manifest, data, result.weights, rows);
    const testAccuracy = await judged(flags.test);
    const drawnAccuracy = extra === undefined ? null : await judged(judgesOf(kept.rows.heldOut ?? [], manifest.labels));
    return report(flags.dir, result, { model: extra, seconds, testAccuracy, drawnAccuracy });
  } finally {
    watch.end();
    await data.close();
  }
}

function whereToBegin(folder: JobFolder, manifest: JobManifest, isResumed: boolean) {
  if (folder.read("log"))
    throw new CliError(EXIT.inUse, `the job in ${folder.dir} is finished`, "see `openledgerd factory status`");
  if (!isResumed && folder.hasBegun()) {
    throw new CliError(EXIT.inUse, `the job in ${folder.dir} has begun`, "go on with `openledgerd factory resume`");
  }
  const found = folder.progress(manifest);
  if (isResumed && !found)
    throw new CliError(EXIT.notFound, `the job in ${folder.dir} has not begun`, "`openledgerd factory train`");
  return found;
}

function report(
  dir: string,
  { hash, log, logRoot, heldOut }: JobResult,
  more: {
    readonly model: string | undefined;
    readonly seconds: number;
    readonly testAccuracy: number | null;
    /** On the rows that the snapshots hold out. */
    readonly drawnAccuracy: number | null;
  },
): TrainReport {
  return {
    dir,
    steps: log.curve.length,
    weightsHash: toHex(hash),
    logRoot: toHex(logRoot),
    checkpoints: log.checkpoints.length,
    roundings: log.rounding?.entries.length ?? 0,
    heldOutLoss: heldOut?.loss ?? null,
    heldOutAccuracy: heldOut?.right === undefined ? more.drawnAccuracy : heldOut.right / heldOut.samples,
    seconds: Math.round(more.seconds * 100) / 100,
    testAccuracy: more.testAccuracy,
    model: more.model ?? null,
  };
}

function checkTest(manifest: JobManifest, test: readonly CsvRow[]): void {
  if (test.length > 0 && manifest.method !== Method.METHOD_HEAD) throw usageError("--test judges heads only");
}

/** Share of rows whose label is the head's answer. */
async function accuracy(
  manifest: JobManifest,
  { encoder }: JobData,
  weights: Int32Array,
  test: readonly LabelledText[],
): Promise<number> {
  const head = fromGrid(weights);
  const dims = encoder?.dims ?? 0;
  const features = await encoder?.encodeAll(test.map(({ text }) => text));
  const answer = (row: number) =>
    manifest.labels[referenceAnswer(head, features!.subarray(row * dims, (row + 1) * dims)).label];
  return test.filter(({ label }, row) => answer(row) === label).length / test.length;
}

/** Every so many steps a line, for solvers whose end nobody knows. */
const NOTE_EVERY = 25;

/** Shows a run: a bar where the number of steps is known, lines otherwise. */
class Watch {
  private readonly progress: Progress;
  private bar: Bar | undefined;

  constructor(progress: Progress) {
    this.progress = progress;
  }

  show(event: JobEvent): void {
    if (event.kind === "start" && event.steps !== undefined) this.bar = this.progress.bar("training", event.steps);
    if (event.kind === "step" && this.bar) this.bar.set(event.step);
    if (event.kind === "step" && !this.bar && event.step % NOTE_EVERY === 0) {
      this.progress.note(`step ${event.step}: ${event.stage}, loss ${event.loss.toFixed(4)}`);
    }
    if (event.kind === "checkpoint" && event.heldOut && !process.stderr.isTTY) {
      const { loss, right, samples } = event.heldOut;
      const share = right === undefined ? "" : `, ${right} of ${samples} right`;
      this.progress.note(
        `checkpoint ${event.index}, step ${event.progress.step}: held-out loss ${loss.toFixed(4)}${share}`,
      );
    }
    if (event.kind === "stopped") this.progress.note(`stopped after step ${event.progress.step}`);
  }

  end(): void {
    this.bar?.end();
  }
}

export interface StatusReport {
  readonly dir: string;
  readonly state: "new" | "stopped" | "finished";
  readonly step: number;
  readonly loss: number | null;
  readonly checkpoints: readonly {
    index: number;
    step: number;
    root: string;
    heldOutLoss: number | null;
    heldOutRight: number | null;
  }[];
}

const CURVE_ONE = 2 ** 24;

/** Where the job of a folder stands. */
export function folderStatus(dir: string): StatusReport {
  const { folder } = openFolder(dir);
  const log = folder.partialLog();
  if (!log) return { dir, state: "new", step: 0, loss: null, checkpoints: [] };
  const at = new Map(log.curve.map((point) => [point.step, point]));
  const last = log.curve.at(-1);
  return {
    dir,
    state: folder.read("log") ? "finished" : "stopped",
    step: log.curve.length,
    loss: last ? Number(last.loss) / CURVE_ONE : null,
    checkpoints: log.checkpoints.map(({ step, stateRoot }, index) => {
      const point = at.get(step);
      const isHeld = point?.hasHeldOut ?? false;
      return {
        index,
        step: Number(step),
        root: toHex(stateRoot),
        heldOutLoss: isHeld ? Number(point?.heldOut) / CURVE_ONE : null,
        heldOutRight: isHeld ? (point?.heldOutRight ?? null) : null,
      };
    }),
  };
}

/** Writes the curves as one page and gives them as text. */
export function plotFolder(dir: string, out: string): { readonly file: string; readonly text: string } {
  const { folder } = openFolder(dir);
  const series = seriesOf(folder.partialLog()?.curve ?? []);
  const svg = plotSvg(series, dir);
  const isPage = out.endsWith(".html");
  writeDurably(
    out,
    isPage ? `<!doctype html>\n<meta charset="utf-8">\n<title>Training</title>\n${svg}\n` : `${svg}\n`,
    0o644,
  );
  return { file: out, text: plotText(series) };
}

export interface VerifyFlags {
  readonly dir: string;
  readonly node: string;
  readonly from?: number;
  readonly to?: number;
  readonly workers?: number;
  readonly reference: boolean;
  /** Rows as they were when the job was made, instead of taking them from their origin again. */
  readonly kept: boolean;
  readonly signal: AbortSignal;
}

/** Executes a finished or stopped job again and compares. Throws CliError, JobError, InfluenceError. */
export async function verifyFolder(flags: VerifyFlags, progress: Progress): Promise<JobVerdict> {
  const { folder, manifest } = openFolder(flags.dir);
  const log = folder.partialLog();
  if (!log) throw new CliError(EXIT.notFound, `the job in ${flags.dir} has not begun`, "`openledgerd factory train`");
  const { origin, rows } = keptRows(folder);
  const { sources } = flags.kept ? rows : await loadRows(origin, flags.node, progress);
  const data = openJobData(folder, manifest, sources, flags.workers);
  const bar: { shown?: Bar } = {};
  try {
    const verdict = await verifyJob(manifest, data, log, segmentOf(flags, log.checkpoints.length - 1, folder), {
      ...{ workers: flags.workers, reference: flags.reference, signal: flags.signal, weights: folder.weights() },
      readState: async (index) => folder.state(index),
      onStep: (_finding, done, total) => {
        bar.shown ??= progress.bar("verifying", total);
        bar.shown.set(done);
      },
    });
    const reason = verdict.agrees ? wrongArtefact(folder, manifest, log) : undefined;
    return reason === undefined ? verdict : { ...verdict, agrees: false, reason };
  } finally {
    bar.shown?.end();
    await data.close();
  }
}

function segmentOf({ from, to }: VerifyFlags, last: number, folder: JobFolder): Segment | "all" {
  if (from === undefined && to === undefined && folder.read("log")) return "all";
  const segment = { from: from ?? 0, to: to ?? last };
  if (segment.from < segment.to && segment.to <= last) return segment;
  throw usageError(`there is no segment from checkpoint ${segment.from} to ${segment.to}`, `the log has 0 to ${last}`);
}

/** Rows of a job by source, for `factory show`. */
export function shownJob(dir: string) {
  const { folder, manifest } = openFolder(dir);
  const { rows } = keptRows(folder);
  const { training, heldOut } = checkedSplit(manifest, rows.sources);
  return { folder, manifest, training: training.length, heldOut: heldOut.length };
}
