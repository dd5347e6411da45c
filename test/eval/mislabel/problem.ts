import { defaultLambda, trainHead } from "../../../node/factory/train-head.ts";
import { subset, type TrainingSet } from "../../../node/factory/training-set.ts";
import { SeededStream, seededOrder } from "../../bench/random.ts";
import { classificationData, type EvalData } from "../data.ts";
import { type EvalOptions, EvaluationError } from "../evaluation.ts";
import { featureSpace } from "../features.ts";
import { assembleProblem, type HeadProblem, residualsOf } from "../head-problem.ts";

/** Rows that judge the others and are never trained on: one in this many. */
const HELD_OUT_PART = 10;
/** Rows are dealt to this many contributors, whose folds cross-fit each other's labels. */
const CONTRIBUTORS = 60;

/** A head on rows of which some are mislabelled. Query i is row i under its given label; held-out rows follow. */
export interface MislabelProblem {
  readonly problem: HeadProblem;
  readonly bad: readonly boolean[];
}

/** Seeded rows, some under a class that is drawn at random and is not theirs. */
function noisyRows(data: EvalData, options: EvalOptions, rows: number, noise: number) {
  const chosen = seededOrder(data.train.length, `mislabel-rows-${options.seed}`).slice(0, rows);
  const space = featureSpace(data);
  const features = space.of(chosen.map((i) => data.train[i]!));
  const stream = new SeededStream(`mislabel-labels-${options.seed}`);
  const order = seededOrder(chosen.length, `mislabel-${options.seed}`);
  const hit = new Set(order.slice(0, Math.round(noise * chosen.length)));
  const classes = data.labels.length;
  const right = chosen.map((i) => data.train[i]!.label);
  const labels = Int32Array.from(right, (label, i) =>
    hit.has(i) ? (label + 1 + stream.below(classes - 1)) % classes : label,
  );
  const set: TrainingSet = { features, dims: space.dims, classes, labels };
  return { set, bad: right.map((label, i) => labels[i] !== label), texts: chosen.map((i) => data.train[i]!.text) };
}

/** Asks about rows under their given labels instead of the model's own answers. */
function aboutRows(problem: HeadProblem, labels: Int32Array): HeadProblem {
  const { queries } = problem;
  return { ...problem, queries: { ...queries, labels, residuals: residualsOf(queries.probabilities, labels) } };
}

/** Throws EvaluationError "bad-data" when noise or too few rows leave nothing to tell apart. */
export async function mislabelProblem(options: EvalOptions, rows: number, noise: number): Promise<MislabelProblem> {
  const data = classificationData(options);
  const noisy = noisyRows(data, options, rows, noise);
  const count = noisy.bad.length;
  const held = new Set(
    seededOrder(count, `mislabel-held-out-${options.seed}`).slice(0, Math.ceil(count / HELD_OUT_PART)),
  );
  const kept = noisy.bad.flatMap((_, i) => (held.has(i) ? [] : [i]));
  const bad = kept.map((i) => noisy.bad[i]!);
  if (!bad.includes(true) || !bad.includes(false)) {
    throw new EvaluationError("bad-data", `${kept.length} rows with noise ${noise} are all right or all mislabelled`);
  }
  const [set, heldOut] = [subset(noisy.set, kept), subset(noisy.set, [...held])];
  const lambda = defaultLambda(kept.length);
  options.progress.note("head");
  const head = await trainHead(set, { lambda, ...(options.workers ? { workers: options.workers } : {}) });
  const queryFeatures = new Float64Array(set.features.length + heldOut.features.length);
  queryFeatures.set(set.features);
  queryFeatures.set(heldOut.features, set.features.length);
  const problem = assembleProblem({
    ...{ data: data.name, labels: data.labels, set, lambda, gridWeights: head.weights, queryFeatures, accuracy: 0 },
    ...{ texts: kept.map((i) => noisy.texts[i]!), heldOut: { ...heldOut, labels: Int32Array.from(heldOut.labels) } },
    ...{ contributor: Int32Array.from(kept, (_, i) => i % CONTRIBUTORS), contributors: CONTRIBUTORS },
  });
  return {
    problem: aboutRows(problem, Int32Array.from([...Array.from(set.labels), ...Array.from(heldOut.labels)])),
    bad,
  };
}
