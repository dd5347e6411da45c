import { merkleRoot } from "../../../chain/crypto/merkle.ts";
import { taggedHash, u64be } from "../../../chain/crypto/tagged.ts";
import { END_ID } from "../../factory/decoder/index.ts";
import { checkedSplit, dataFields, type JobData, type JobRow } from "../../factory/job/data.ts";
import { encodeManifest, type JobManifest, optimiserOf } from "../../factory/job/manifest.ts";
import { openTrainer } from "../../factory/job/trainer.ts";
import { openTokenizer } from "../../tokens/tokenizer.ts";
import { InfluenceError } from "../errors.ts";
import { int32Bytes } from "../grid.ts";
import { rankCorrelation } from "../rank-correlation.ts";
import { drawn } from "../sample.ts";
import type { IndexSelection } from "../types.ts";
import { adapterQueryOf } from "./attribute.ts";
import { buildAdapterIndex } from "./build.ts";
import { answerFeeds } from "./feeds.ts";
import { type GradientOptions, openAdapterSession, openGraphGradients } from "./gradients.ts";
import { asInfluenceError, openAdapterJob, realWeights } from "./job.ts";
import { DAMPING_GRIDS } from "./limits.ts";
import { loadAdapter } from "./resident.ts";
import { scoreAdapterRows } from "./score.ts";
import type { ResidentAdapter, ViewCheckpoint } from "./types.ts";
import { VIEW_PARTS } from "./views.ts";

/** Retrainings are of halves of a sample of this many rows: the choice hardly depends on more. */
const MOST_ROWS = 512;
const MOST_QUESTIONS = 60;
const DEFAULT_SUBSETS = 12;

export interface DampingInput {
  readonly manifest: JobManifest;
  /** Rows, graph and tokenizer of the job. */
  readonly data: JobData & { readonly graph: Uint8Array; readonly tokenizer: Uint8Array };
  /** Tokens of texts that were not trained on; longer ones are cut to the context. */
  readonly questions: readonly Int32Array[];
}

export interface DampingOptions extends GradientOptions {
  readonly subsets?: number;
  readonly onProgress?: (done: number, retrainings: number) => void;
}

export interface SelectedDamping {
  readonly dampingGrid: number;
  readonly selection: IndexSelection;
  /** LDS of every candidate. */
  readonly measured: readonly { readonly dampingGrid: number; readonly lds: number }[];
}

/** The job on these rows alone. */
function jobOn({ manifest, data }: DampingInput, rows: ReadonlySet<JobRow>) {
  const sources = data.sources.flatMap((source) => {
    const kept = source.rows.filter((row) => rows.has(row));
    return kept.length > 0 ? [{ ...source, rows: kept, root: merkleRoot(kept.map(({ itemId }) => itemId)) }] : [];
  });
  const optimiser = optimiserOf(manifest);
  const own: JobManifest = {
    ...manifest,
    ...dataFields(sources, manifest.seed, 0),
    // Fewer rows have fewer steps, of which an epoch has one at least.
    optimiser: { ...optimiser, warmup: Math.min(optimiser.warmup, manifest.epochs) },
  };
  return { manifest: own, data: { ...data, sources } };
}

/** Trains; the adapter at the views of an index, the last of which is its end. */
async function trainOn(
  { manifest, data }: ReturnType<typeof jobOn>,
  { workers, reference }: GradientOptions,
): Promise<ViewCheckpoint[]> {
  const trainer = await openTrainer(manifest, data, { workers, reference });
  const views: ViewCheckpoint[] = [];
  try {
    while (!trainer.isDone()) {
      await trainer.next();
      const { step, steps = step } = trainer;
      const isBehind = (part: (typeof VIEW_PARTS)[number], at: number) =>
        at * part.denominator >= part.numerator * steps;
      const isView = VIEW_PARTS.some((part) => isBehind(part, step) && !isBehind(part, step - 1));
      if (isView) views.push({ checkpoint: step, step, weights: trainer.weights() });
    }
    return views;
  } finally {
    await trainer.close();
  }
}

interface Question {
  readonly prompt: Int32Array;
  readonly answer: Int32Array;
}

/** Texts as answers to nothing. */
function questionsOf({ questions, manifest }: DampingInput): Question[] {
  const whole = questions.filter(({ length }) => length > 0).slice(0, MOST_QUESTIONS);
  if (whole.length === 0) throw new InfluenceError("bad-shape", "the selection of a damping needs a held-out text");
  const prompt = Int32Array.of(END_ID);
  return whole.map((tokens) => ({ prompt, answer: Int32Array.of(...tokens, END_ID).slice(0, manifest.context) }));
}

interface Measure {
  readonly job: ReturnType<typeof jobOn>;
  readonly rows: readonly JobRow[];
  readonly questions: readonly Question[];
  readonly parts: readonly (readonly number[])[];
  /** [question][part]: mean log-probability of a token of the question after retraining on the part. */
  readonly outputs: readonly Float64Array[];
}

/** Retrains on drawn halves of a sample and notes what becomes of the questions. */
async function groundTruth(input: DampingInput, options: DampingOptions): Promise<Omit<Measure, "job">> {
  const { training } = checkedSplit(input.manifest, input.data.sources);
  const { seed, context } = input.manifest;
  const rows = drawn(seed, "damping", { limit: training.length, count: MOST_ROWS }).map((i) => training[i]!);
  const questions = questionsOf(input);
  const feeds = questions.map(({ prompt, answer }) => answerFeeds(prompt, answer, context));
  const parts = Array.from({ length: options.subsets ?? DEFAULT_SUBSETS }, (_, m) => {
    const half = taggedHash("openledger/adapter-damping", seed, u64be(BigInt(m)));
    return drawn(half, "half", { limit: rows.length, count: Math.floor(rows.length / 2) });
  });
  const outputs = questions.map(() => new Float64Array(parts.length));
  const graph = openGraphGradients(openAdapterJob(encodeManifest(input.manifest), input.data.graph), options);
  try {
    for (const [m, part] of parts.entries()) {
      const views = await trainOn(jobOn(input, new Set(part.map((i) => rows[i]!))), options);
      const results = await graph.losses(realWeights(input.manifest, views.at(-1)!.weights), feeds);
      for (const [q, { losses }] of results.entries()) outputs[q]![m] = -losses[0]!;
      options.onProgress?.(m + 1, parts.length);
    }
  } finally {
    await graph.close();
  }
  return { rows, questions, parts, outputs };
}

/** Mean over the questions of the rank correlation between summed scores and retrained outputs. */
function ldsOf(measure: Measure, resident: ResidentAdapter, gradients: readonly (readonly Float64Array[])[]): number {
  let sum = 0;
  for (const [q, gradient] of gradients.entries()) {
    const scores = scoreAdapterRows(resident, adapterQueryOf(resident, gradient));
    const predicted = measure.parts.map((part) => part.reduce((total, i) => total + scores[i]!, 0));
    sum += rankCorrelation(predicted, measure.outputs[q]!);
  }
  return sum / gradients.length;
}

/** An index over the sample under one damping. */
async function openIndex(
  { job, rows }: Measure,
  checkpoints: readonly ViewCheckpoint[],
  dampingGrid: number,
  options: GradientOptions,
): Promise<ResidentAdapter> {
  const { encode } = openTokenizer(job.data.tokenizer!);
  const [manifest, graph] = [encodeManifest(job.manifest), job.data.graph!];
  const places = rows.map(({ text }, i) => {
    return { tokens: Int32Array.from(encode(text)), contribution: 0, item: i, entry: i };
  });
  const texts = rows.map(({ text }) => text);
  const input = { job: { manifest, graph }, checkpoints, rows: places, texts };
  const built = await buildAdapterIndex(input, { ...options, dampingGrid });
  const weights = int32Bytes(checkpoints.at(-1)!.weights);
  return loadAdapter({ header: built.headerBytes, rows: built.rows, basis: built.basis, manifest, graph, weights });
}

/** Every damping's LDS: the questions' gradients are the same for all of them. */
async function measureAll(measure: Measure, options: DampingOptions): Promise<SelectedDamping["measured"]> {
  const checkpoints = await trainOn(measure.job, options);
  const gradients: Float64Array[][] = [];
  const measured: { dampingGrid: number; lds: number }[] = [];
  for (const dampingGrid of DAMPING_GRIDS) {
    const resident = await openIndex(measure, checkpoints, dampingGrid, options);
    if (gradients.length === 0) {
      const session = openAdapterSession(resident, options);
      try {
        for (const { prompt, answer } of measure.questions) gradients.push(await session.gradients(prompt, answer));
      } finally {
        await session.close();
      }
    }
    measured.push({ dampingGrid, lds: ldsOf(measure, resident, gradients) });
  }
  return measured;
}

/**
 * Chooses the damping whose scores predict real retrainings best, on texts that were not trained on; ties to the smaller. What
 * it costs is `subsets` trainings on half of at most 512 rows and one on all of them. Deterministic in its input.
 * Throws InfluenceError: bad-shape, hash-mismatch, worker-lost.
 */
export async function selectDamping(input: DampingInput, options: DampingOptions = {}): Promise<SelectedDamping> {
  try {
    const truth = await groundTruth(input, options);
    const measure = { ...truth, job: jobOn(input, new Set(truth.rows)) };
    const measured = await measureAll(measure, options);
    const best = measured.reduce((a, b) => (b.lds > a.lds ? b : a));
    const ldsPpm = Math.floor(best.lds * 1_000_000 + 0.5);
    const { questions, parts } = truth;
    const selection = { candidates: measured.length, queries: questions.length, subsets: parts.length, ldsPpm };
    return { dampingGrid: best.dampingGrid, selection, measured };
  } catch (error) {
    throw asInfluenceError(error);
  }
}
