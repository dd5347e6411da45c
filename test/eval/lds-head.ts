import { defaultLambda } from "../../node/factory/train-head.ts";
import { brittleness } from "./brittleness.ts";
import { classificationData } from "./data.ts";
import { type EvalOptions, type Evaluation, EvaluationError, ownInteger, ownNumber } from "./evaluation.ts";
import { exportProblem } from "./export.ts";
import { type Family, familySubsets, type GroundTruth, groundTruth, problemKey } from "./ground-truth.ts";
import { type HeadProblem, headProblem } from "./head-problem.ts";
import { chooseSetting, type MethodResult, measure, type Scored, scoreQueries } from "./measure.ts";
import type { Method } from "./method.ts";
import { HEAD_METHODS } from "./methods/index.ts";
import { topOverlap } from "./overlap.ts";
import { readPeers } from "./peers.ts";

/** Sizes of the full evaluation and of the bounded one for continuous integration. */
const FULL = { n: 3000, subsets: 100, others: 50, queries: 300, tuning: 60, contributors: 60, brittle: 20 };
const BOUNDED = { n: 300, subsets: 16, others: 4, queries: 20, tuning: 5, contributors: 20, brittle: 2 };
const REFERENCE = "exact-gauss-newton";
const EXTRA_FAMILIES: readonly Family[] = ["contributors", "drop10", "drop2"];

type Sizes = typeof FULL;

function sizesOf(options: EvalOptions): Sizes {
  const base = options.bounded ? BOUNDED : FULL;
  const entries = Object.entries(base).map(([name, value]) => [name, ownInteger(options, name, value)]);
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

async function truthsOf(problem: HeadProblem, sizes: Sizes, options: EvalOptions) {
  const alpha = ownNumber(options, "alpha", 0.5);
  const truths: Record<string, GroundTruth> = {};
  for (const family of ["half", ...EXTRA_FAMILIES] as const) {
    const count = family === "half" ? sizes.subsets : sizes.others;
    if (count === 0) continue;
    const subsets = familySubsets(problem, family, count, options.seed, alpha);
    truths[family] = await groundTruth(problem, family, subsets, options);
  }
  return truths as Record<string, GroundTruth> & { readonly half: GroundTruth };
}

async function scoreMethod(
  method: Method,
  problem: HeadProblem,
  half: GroundTruth,
  sizes: Sizes,
  options: EvalOptions,
): Promise<Scored> {
  options.progress.note(`preparing ${method.name}`);
  const settings = await method.prepare(problem);
  const tuning = { from: sizes.queries, to: sizes.queries + sizes.tuning };
  const chosen = chooseSetting(settings, half, tuning);
  return scoreQueries(chosen, { from: 0, to: sizes.queries }, method.name, options.progress);
}

async function run(options: EvalOptions): Promise<object> {
  const sizes = sizesOf(options);
  const data = classificationData(options);
  const n = Math.min(sizes.n, data.train.length);
  const noise = ownNumber(options, "noise", 0);
  const lambda = ownNumber(options, "lambda", defaultLambda(n));
  const asked = Math.min(sizes.queries + sizes.tuning, data.test.length);
  const queries = asked - sizes.tuning;
  if (queries < 1) throw new EvaluationError("bad-data", `${data.test.length} test rows leave none beside tuning`);
  const shape = { items: n, queries: asked, seed: options.seed, contributors: sizes.contributors, lambda, noise };
  const problem = await headProblem(data, { ...shape, ...(options.workers ? { workers: options.workers } : {}) });
  const truths = await truthsOf(problem, sizes, options);
  if (typeof options.own.export === "string") exportProblem(options.own.export, problem, truths, sizes.tuning);
  const all: Record<string, Scored> = {};
  const methods: Record<string, MethodResult> = {};
  const record = (name: string, scored: Scored, source?: string) => {
    all[name] = scored;
    const { queryMs, bytesPerRow, setting } = scored;
    const figures = measure(scored, truths, `${options.seed}`);
    methods[name] = {
      ...figures,
      queryMs,
      bytesPerRow,
      ...(setting ? { setting } : {}),
      ...(source ? { source } : {}),
    };
  };
  const counted = { ...sizes, queries };
  for (const method of methodsOf(options)) {
    record(method.name, await scoreMethod(method, problem, truths.half, counted, options), method.source);
  }
  if (typeof options.own.peers === "string") {
    const peers = readPeers(options.own.peers, problemKey(problem), {
      rows: problem.set.labels.length,
      queries: asked,
    });
    for (const [name, settings] of Object.entries(peers)) {
      const setting = chooseSetting(settings, truths.half, { from: queries, to: asked });
      const scored = scoreQueries(setting, { from: 0, to: queries }, name, options.progress);
      record(name, { ...scored, queryMs: setting.queryMs(), bytesPerRow: 0 });
    }
  }
  return {
    data: problem.data,
    ...{ n: problem.set.labels.length, classes: problem.set.classes, dims: problem.set.dims },
    ...{ subsets: sizes.subsets, otherSubsets: sizes.others, alpha: ownNumber(options, "alpha", 0.5), queries },
    ...{ tuningQueries: sizes.tuning, contributors: sizes.contributors, noise, lambda, accuracy: problem.accuracy },
    methods,
    ...(all[REFERENCE] ? { top32OverlapWithExact: topOverlap(all, all[REFERENCE].scores, 32) } : {}),
    ...(sizes.brittle > 0 ? { brittleness: await brittleness(problem, all, sizes.brittle, options) } : {}),
  };
}

export const evaluation: Evaluation = {
  name: "lds-head",
  describe: "linear datamodelling score of attribution methods for a convex softmax head, against real retraining",
  options: {
    ...{ n: { type: "string" }, subsets: { type: "string" }, others: { type: "string" }, queries: { type: "string" } },
    ...{ tuning: { type: "string" }, contributors: { type: "string" }, brittle: { type: "string" } },
    ...{ alpha: { type: "string" }, noise: { type: "string" }, lambda: { type: "string" } },
    ...{ methods: { type: "string" }, export: { type: "string" }, peers: { type: "string" } },
  },
  run,
};
