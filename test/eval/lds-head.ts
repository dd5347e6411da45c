import { defaultLambda } from "../../node/factory/train-head.ts";
import { brittleness } from "./brittleness.ts";
import { classificationData } from "./data.ts";
import { type EvalOptions, type Evaluation, EvaluationError, ownInteger, ownNumber, ownShare } from "./evaluation.ts";
import { exportProblem } from "./export.ts";
import { type Family, familySubsets, type GroundTruth, groundTruth, problemKey } from "./ground-truth.ts";
import { type HeadProblem, headProblem } from "./head-problem.ts";
import { chooseSetting, type MethodResult, measure, type QueryRange, type Scored, scoreQueries } from "./measure.ts";
import type { Method } from "./method.ts";
import { HEAD_METHODS } from "./methods/index.ts";
import { topOverlap } from "./overlap.ts";
import { type PeerSetting, readPeers } from "./peers.ts";
import { keepScores, keptScores } from "./score-store.ts";
import { keyOf } from "./state.ts";

/** Sizes of the full evaluation and of the bounded one for continuous integration. */
const FULL = { n: 3000, subsets: 100, others: 50, queries: 300, tuning: 60, contributors: 60, brittle: 30 };
const BOUNDED = { n: 300, subsets: 12, others: 3, queries: 15, tuning: 5, contributors: 20, brittle: 1 };
const REFERENCE = "exact-gauss-newton";
const EXTRA_FAMILIES: readonly Family[] = ["contributors", "drop10", "drop2"];

type Sizes = typeof FULL;
/** A correlation wants two subsets, a head two rows. */
const LEAST: Partial<Sizes> = { n: 2, subsets: 2, queries: 1, tuning: 1, contributors: 2 };
type Truths = Readonly<Record<string, GroundTruth>> & { readonly half: GroundTruth };

function sizesOf(options: EvalOptions): Sizes {
  const base = options.bounded ? BOUNDED : FULL;
  const entries = Object.entries(base).map(([name, value]) => {
    return [name, ownInteger(options, name, value, LEAST[name as keyof Sizes])];
  });
  return Object.fromEntries(entries) as Sizes;
}

function methodsOf(options: EvalOptions): readonly Method[] {
  const { methods } = options.own;
  if (typeof methods !== "string") return HEAD_METHODS;
  return methods.split(",").map((name) => {
    const found = HEAD_METHODS.find((method) => method.name === name);
    if (found) return found;
    throw new EvaluationError("usage", `no method ${name}; there are ${HEAD_METHODS.map((m) => m.name).join(", ")}`);
  });
}

async function truthsOf(problem: HeadProblem, sizes: Sizes, options: EvalOptions): Promise<Truths> {
  const alpha = ownShare(options, "alpha", 0.5);
  const truths: Record<string, GroundTruth> = {};
  for (const family of ["half", ...EXTRA_FAMILIES] as const) {
    const count = family === "half" ? sizes.subsets : sizes.others;
    if (count === 0) continue;
    const subsets = familySubsets(problem, family, count, options.seed, alpha);
    truths[family] = await groundTruth(problem, family, subsets, options);
  }
  return truths as Truths;
}

async function scoreMethod(
  method: Method,
  problem: HeadProblem,
  half: GroundTruth,
  sizes: Sizes,
  options: EvalOptions,
): Promise<Scored> {
  const { state, progress } = options;
  const rows = problem.set.labels.length;
  const choice = half.outputs.map((outputs) => outputs.subarray(sizes.queries));
  const key = keyOf([problemKey(problem), method.name, method.version ?? 0, sizes.queries, ...choice]);
  const kept = method.version === undefined ? undefined : keptScores(state, key, rows, sizes.queries);
  if (kept) return kept;
  progress.note(`preparing ${method.name}`);
  const settings = await method.prepare(problem);
  const tuning = { from: sizes.queries, to: sizes.queries + sizes.tuning };
  const chosen = chooseSetting(settings, half, tuning);
  const scored = scoreQueries(chosen, { from: 0, to: sizes.queries }, method.name, progress);
  if (method.version !== undefined) keepScores(state, key, scored);
  return scored;
}

/** Every method and peer on one problem, measured against the same retrainings. */
class Measurement {
  readonly scored: Record<string, Scored> = {};
  readonly methods: Record<string, MethodResult> = {};
  private readonly truths: Truths;
  private readonly options: EvalOptions;

  constructor(truths: Truths, options: EvalOptions) {
    this.truths = truths;
    this.options = options;
  }

  record(name: string, scored: Scored, source?: string): void {
    const { queryMs, bytesPerRow, setting } = scored;
    this.scored[name] = scored;
    this.methods[name] = {
      ...measure(scored, this.truths, `${this.options.seed}`),
      queryMs,
      ...(bytesPerRow > 0 ? { bytesPerRow } : {}),
      ...(setting ? { setting } : {}),
      ...(source ? { source } : {}),
    };
  }

  async own(problem: HeadProblem, sizes: Sizes): Promise<void> {
    for (const method of methodsOf(this.options)) {
      const scored = await scoreMethod(method, problem, this.truths.half, sizes, this.options);
      this.record(method.name, scored, method.source);
    }
  }

  /** Other libraries' scores; their times come with them, what they keep is not known. */
  others(peers: Readonly<Record<string, readonly PeerSetting[]>>, queries: QueryRange, tuning: QueryRange): void {
    for (const [name, settings] of Object.entries(peers)) {
      const chosen = chooseSetting(settings, this.truths.half, tuning);
      const scored = scoreQueries(chosen, queries, name, this.options.progress);
      this.record(name, { ...scored, queryMs: chosen.queryMs() });
    }
  }
}

/** Methods whose highest rows are removed, each by a retraining a query: all of them unless some are named. */
function removable(scored: Readonly<Record<string, Scored>>, options: EvalOptions): Record<string, Scored> {
  const names = options.own["brittle-methods"];
  if (typeof names !== "string") return { ...scored };
  return Object.fromEntries(Object.entries(scored).filter(([name]) => names.split(",").includes(name)));
}

/** Read before anything expensive, so that scores of another problem are refused at once. */
function peersOf(problem: HeadProblem, options: EvalOptions): Record<string, PeerSetting[]> {
  if (typeof options.own.peers !== "string") return {};
  const shape = { rows: problem.set.labels.length, queries: problem.queries.count };
  return readPeers(options.own.peers, problemKey(problem), shape);
}

async function problemOf(options: EvalOptions, sizes: Sizes): Promise<{ problem: HeadProblem; noise: number }> {
  const data = classificationData(options);
  const items = Math.min(sizes.n, data.train.length);
  const noise = ownShare(options, "noise", 0, true);
  const lambda = ownNumber(options, "lambda", defaultLambda(items));
  if (!(lambda > 0)) throw new EvaluationError("usage", `--lambda is above 0, not ${options.own.lambda}`);
  const queries = Math.min(sizes.queries + sizes.tuning, data.test.length);
  if (queries <= sizes.tuning) {
    throw new EvaluationError("bad-data", `${data.test.length} test rows leave none beside ${sizes.tuning} for tuning`);
  }
  const crew = options.workers ? { workers: options.workers } : {};
  const shape = { items, queries, seed: options.seed, contributors: sizes.contributors, lambda, noise, ...crew };
  const problem = await headProblem(data, shape);
  if (problem.queries.count > sizes.tuning) return { problem, noise };
  throw new EvaluationError(
    "bad-data",
    `the classes of ${items} training rows leave too few test rows for ${sizes.tuning} to tune on`,
  );
}

async function run(options: EvalOptions): Promise<object> {
  const asked = sizesOf(options);
  const { problem, noise } = await problemOf(options, asked);
  const sizes = { ...asked, queries: problem.queries.count - asked.tuning };
  const peers = peersOf(problem, options);
  const truths = await truthsOf(problem, sizes, options);
  if (typeof options.own.export === "string") await exportProblem(options.own.export, problem, truths, sizes.tuning);
  const measurement = new Measurement(truths, options);
  await measurement.own(problem, sizes);
  measurement.others(peers, { from: 0, to: sizes.queries }, { from: sizes.queries, to: problem.queries.count });
  const { methods, scored } = measurement;
  const exact = scored[REFERENCE]?.scores;
  return {
    data: problem.data,
    ...{ n: problem.set.labels.length, classes: problem.set.classes, dims: problem.set.dims },
    ...{ subsets: sizes.subsets, otherSubsets: sizes.others, alpha: ownShare(options, "alpha", 0.5) },
    ...{ queries: sizes.queries, tuningQueries: sizes.tuning, contributors: sizes.contributors },
    ...{ noise, lambda: problem.lambda, accuracy: problem.accuracy },
    methods,
    ...(exact ? { top32OverlapWithExact: topOverlap(scored, exact, 32) } : {}),
    ...(sizes.brittle > 0
      ? { brittleness: await brittleness(problem, removable(scored, options), sizes.brittle, options) }
      : {}),
  };
}

export const evaluation: Evaluation = {
  name: "lds-head",
  describe: "linear datamodelling score of attribution methods for a convex softmax head, against real retraining",
  options: {
    ...{ n: { type: "string" }, subsets: { type: "string" }, others: { type: "string" }, queries: { type: "string" } },
    ...{ tuning: { type: "string" }, contributors: { type: "string" }, brittle: { type: "string" } },
    "brittle-methods": { type: "string" },
    ...{ alpha: { type: "string" }, noise: { type: "string" }, lambda: { type: "string" } },
    ...{ methods: { type: "string" }, export: { type: "string" }, peers: { type: "string" } },
  },
  help: {
    n: "training rows (3000)",
    subsets: "random subsets that the head is retrained on (100)",
    others: "subsets of each further family: all but 10 %, all but 2 %, half of the contributors (50; 0: none)",
    queries: "questions that are reported (300)",
    tuning: "further questions on which dampings are chosen (60)",
    contributors: "contributors that rows are dealt to (60)",
    brittle: "questions whose highest rows are removed, each by a retraining (30; 0: none)",
    "brittle-methods": "methods a,b of the brittleness (all)",
    alpha: "share of rows that a random subset keeps (0.5)",
    noise: "share of rows under a random label (0)",
    lambda: "ridge (0.2 / rows)",
    methods: "methods a,b (all)",
    export: "writes problem and ground truth to this folder, for peers/compare.py",
    peers: "reads other libraries' scores from such a folder",
  },
  examples: [
    ["lds-head", "Banking77, all methods; about an hour the first time, seconds when it is asked again"],
    ["lds-head --bounded --methods cosine-same-label,ours-int8-3,ours-paid", "a first look"],
    ["lds-head --data train.csv --test test.csv --text-column body --label-column topic --output json", "your texts"],
    ["lds-head --data train.csv --test test.csv --label-column kind --features", "your table of numbers"],
  ],
  run,
};
