import { trainHead } from "../../node/factory/train-head.ts";
import type { TrainingSet } from "../../node/factory/training-set.ts";
import { logits } from "../../node/influence/answer.ts";
import { clusters } from "../../node/influence/dedupe.ts";
import { softmaxInPlace } from "../../node/influence/exact-math.ts";
import { fromGrid } from "../../node/influence/grid.ts";
import { SeededStream, seededOrder } from "../bench/random.ts";
import { type DataRow, type EvalData, withClassesOf } from "./data.ts";
import { featureSpace } from "./features.ts";

/** A trained head, its training rows and the questions put to it: what every attribution method starts from. */
export interface HeadProblem {
  readonly data: string;
  readonly labels: readonly string[];
  readonly set: TrainingSet;
  readonly texts: readonly string[];
  /** Contributor of every row, 0 .. contributors - 1. */
  readonly contributor: Int32Array;
  readonly contributors: number;
  readonly lambda: number;
  /** classes x dims: on the 2^-24 grid, and as float64. */
  readonly gridWeights: Int32Array;
  readonly weights: Float64Array;
  /** rows x classes: p and p - y of the training rows under the weights. */
  readonly probabilities: Float64Array;
  readonly residuals: Float64Array;
  readonly queries: Queries;
  /** Rows that judge the others and are never trained on, where the data leaves some. */
  readonly heldOut?: { readonly features: Float64Array; readonly labels: Int32Array };
  /** Share of right answers over the whole test part. */
  readonly accuracy: number;
}

export interface Queries {
  readonly count: number;
  /** count x dims. */
  readonly features: Float64Array;
  /** The model's own answer to each. */
  readonly labels: Int32Array;
  /** count x classes: p, and p - (own answer). */
  readonly probabilities: Float64Array;
  readonly residuals: Float64Array;
}

export interface ProblemOptions {
  readonly items: number;
  readonly queries: number;
  readonly seed: number;
  readonly contributors: number;
  /** Ridge of the mean loss. */
  readonly lambda: number;
  /** Share of training rows whose label is replaced by a uniformly drawn one. */
  readonly noise: number;
  readonly workers?: number;
}

/** Share of the classes that one contributor covers. */
const COVERED = 0.25;
/** One row is held out for this many that are trained on. */
const HELD_OUT_PART = 10;

/**
 * A seeded sample of what a snapshot would train on, cluster owners of texts or any row of numeric data; and as held
 * out a tenth as many of the rest.
 */
function sampleRows(data: EvalData, items: number, seed: number): { rows: DataRow[]; heldOut: DataRow[] } {
  const { owner } = data.columns ? { owner: undefined } : clusters(data.train.map(({ text }) => text));
  const owners = data.train.filter((_, i) => owner === undefined || owner[i] === i);
  const order = seededOrder(owners.length, `lds-items-${seed}`);
  const taken = (from: number, to: number) =>
    order
      .slice(from, to)
      .sort((a, b) => a - b)
      .map((i) => owners[i]!);
  return { rows: taken(0, items), heldOut: taken(items, items + Math.ceil(items / HELD_OUT_PART)) };
}

/** Deals rows to contributors that each cover a seeded quarter of the classes; a class that nobody covers is everybody's. */
function deal(labels: ArrayLike<number>, classes: number, contributors: number, seed: number): Int32Array {
  const stream = new SeededStream(`lds-contributors-${seed}`);
  const covering = Array.from({ length: classes }, () =>
    Array.from({ length: contributors }, (_, c) => c).filter(() => stream.next() < COVERED),
  );
  return Int32Array.from(labels, (label) => {
    const choice = covering[label]!;
    return choice.length > 0 ? choice[stream.below(choice.length)]! : stream.below(contributors);
  });
}

function withNoise(labels: Int32Array, classes: number, noise: number, seed: number): Int32Array {
  const noisy = labels.slice();
  const stream = new SeededStream(`lds-noise-${seed}`);
  const hit = seededOrder(labels.length, `lds-noise-rows-${seed}`).slice(0, Math.round(noise * labels.length));
  for (const row of hit) noisy[row] = stream.below(classes);
  return noisy;
}

/** Softmax probabilities of rows of features, rows x classes. */
export function probabilitiesOf(weights: Float64Array, features: Float64Array, dims: number): Float64Array {
  const rows = features.length / dims;
  const classes = weights.length / dims;
  const out = new Float64Array(rows * classes);
  for (let i = 0; i < rows; i++) {
    const values = logits(weights, features.subarray(i * dims, (i + 1) * dims));
    softmaxInPlace(values);
    out.set(values, i * classes);
  }
  return out;
}

/** p - y in place of p, rows x classes. */
export function residualsOf(probabilities: Float64Array, labels: ArrayLike<number>): Float64Array {
  const out = probabilities.slice();
  const classes = out.length / labels.length;
  for (let i = 0; i < labels.length; i++) out[i * classes + labels[i]!]! -= 1;
  return out;
}

function largestOf(row: Float64Array): number {
  let best = 0;
  for (let c = 1; c < row.length; c++) if (row[c]! > row[best]!) best = c;
  return best;
}

/** The model's answers to rows of features, as the queries of a problem. */
export function queriesOf(weights: Float64Array, features: Float64Array, dims: number): Queries {
  const probabilities = probabilitiesOf(weights, features, dims);
  const count = features.length / dims;
  const classes = weights.length / dims;
  const labels = Int32Array.from({ length: count }, (_, q) =>
    largestOf(probabilities.subarray(q * classes, (q + 1) * classes)),
  );
  return { count, features, labels, probabilities, residuals: residualsOf(probabilities, labels) };
}

/** A problem around given rows and weights: what the tests build by hand. */
export function assembleProblem(
  parts: Pick<
    HeadProblem,
    "data" | "labels" | "set" | "texts" | "contributor" | "contributors" | "lambda" | "accuracy"
  > & {
    readonly gridWeights: Int32Array;
    readonly queryFeatures: Float64Array;
    readonly heldOut?: HeadProblem["heldOut"];
  },
): HeadProblem {
  const { queryFeatures, ...rest } = parts;
  const weights = fromGrid(parts.gridWeights);
  const probabilities = probabilitiesOf(weights, parts.set.features, parts.set.dims);
  const residuals = residualsOf(probabilities, parts.set.labels);
  return { ...rest, weights, probabilities, residuals, queries: queriesOf(weights, queryFeatures, parts.set.dims) };
}

/** Draws, deals, trains and asks. Throws EvaluationError or InfluenceError on unusable data. */
export async function headProblem(whole: EvalData, options: ProblemOptions): Promise<HeadProblem> {
  const { seed, lambda } = options;
  const space = featureSpace(whole);
  const sample = sampleRows(whole, options.items, seed);
  const { data, renamed } = withClassesOf(whole, sample.rows);
  const [rows, heldOut] = [renamed(sample.rows), renamed(sample.heldOut)];
  const classes = data.labels.length;
  const clean = Int32Array.from(rows, ({ label }) => label);
  const labels = withNoise(clean, classes, options.noise, seed);
  const set: TrainingSet = { features: space.of(rows), dims: space.dims, classes, labels };
  const head = await trainHead(set, { lambda, ...(options.workers ? { workers: options.workers } : {}) });
  const asked = seededOrder(data.test.length, `lds-queries-${seed}`).slice(0, options.queries);
  const testFeatures = space.of(data.test);
  const own = queriesOf(fromGrid(head.weights), testFeatures, space.dims).labels;
  const right = data.test.filter(({ label }, i) => label === own[i]).length;
  const queryFeatures = new Float64Array(asked.length * space.dims);
  for (const [q, i] of asked.entries()) {
    queryFeatures.set(testFeatures.subarray(i * space.dims, (i + 1) * space.dims), q * space.dims);
  }
  return assembleProblem({
    ...{ data: data.name, labels: data.labels, set, texts: rows.map(({ text }) => text), lambda },
    ...{ contributor: deal(clean, classes, options.contributors, seed), contributors: options.contributors },
    ...(heldOut.length > 0
      ? { heldOut: { features: space.of(heldOut), labels: Int32Array.from(heldOut, ({ label }) => label) } }
      : {}),
    ...{ gridWeights: head.weights, queryFeatures, accuracy: right / data.test.length },
  });
}
