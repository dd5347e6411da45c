import { sha256 } from "../../chain/crypto/hash.ts";
import { FOLDS, trainFolds } from "../../node/factory/train-folds.ts";
import { defaultLambda, trainHead } from "../../node/factory/train-head.ts";
import { subset, type TrainingSet } from "../../node/factory/training-set.ts";
import { fromGrid, GRID_ONE, int32FromBytes } from "../../node/influence/grid.ts";
import { applyInverse, drawHeldOut, type HeldOutModel } from "../../node/influence/held-out.ts";
import { buildIndex } from "../../node/influence/index-build.ts";
import { decodeRow, rowBytes } from "../../node/influence/index-format.ts";
import { largestClasses } from "../../node/influence/query.ts";
import { SeededStream, seededOrder } from "../bench/random.ts";
import { classificationData } from "./data.ts";
import { type EvalOptions, type Evaluation, ownInteger, ownNumber } from "./evaluation.ts";
import { featureSpace } from "./features.ts";
import { probabilitiesOf, residualsOf } from "./head-problem.ts";

const DEFAULT_ROWS = 3000;
const BOUNDED_ROWS = 600;
const DEFAULT_NOISE = 0.1;
/** Classes of the residual that self-influence is summed over: what an index scores. */
const SELF_BLOCKS = 3;
const NEIGHBOURS = 10;

/** Area under the curve: the chance that a mislabelled row looks more suspicious than a right one, ties half. */
export function areaUnderCurve(suspicion: ArrayLike<number>, bad: ArrayLike<boolean | number>): number {
  const order = Array.from(suspicion, (_, i) => i).sort((a, b) => suspicion[a]! - suspicion[b]!);
  let [rankSum, count] = [0, 0];
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end < order.length && suspicion[order[end]!] === suspicion[order[start]!]) end++;
    for (let k = start; k < end; k++) {
      if (!bad[order[k]!]) continue;
      rankSum += (start + end + 1) / 2;
      count++;
    }
    start = end;
  }
  return (rankSum - (count * (count + 1)) / 2) / (count * (order.length - count));
}

interface Noisy {
  readonly set: TrainingSet;
  readonly bad: boolean[];
}

/** A seeded sample of rows, some under a class that is drawn at random and is not theirs. */
function noisyRows(options: EvalOptions, rows: number, noise: number): Noisy & { readonly name: string } {
  const data = classificationData(options);
  const chosen = seededOrder(data.train.length, `mislabel-rows-${options.seed}`).slice(0, rows);
  const space = featureSpace(data);
  const features = space.of(chosen.map((i) => data.train[i]!));
  const stream = new SeededStream(`mislabel-labels-${options.seed}`);
  const hit = new Set(
    seededOrder(chosen.length, `mislabel-${options.seed}`).slice(0, Math.round(noise * chosen.length)),
  );
  const classes = data.labels.length;
  const right = chosen.map((i) => data.train[i]!.label);
  const labels = Int32Array.from(right, (label, i) =>
    hit.has(i) ? (label + 1 + stream.below(classes - 1)) % classes : label,
  );
  const set = { features, dims: space.dims, classes, labels };
  return { name: data.name, set, bad: right.map((label, i) => labels[i] !== label) };
}

/** sum over the largest classes of d_c^2 h H_c^-1 h: what a row's loss owes to the row itself. */
function selfInfluence(set: TrainingSet, residuals: Float64Array, model: HeldOutModel): Float64Array {
  const { dims, classes } = set;
  return Float64Array.from({ length: set.labels.length }, (_, i) => {
    const h = set.features.subarray(i * dims, (i + 1) * dims);
    const d = Int32Array.from(residuals.subarray(i * classes, (i + 1) * classes), (x) => Math.round(x * GRID_ONE));
    let sum = 0;
    for (const c of largestClasses(d, Math.min(SELF_BLOCKS, classes))) {
      const v = applyInverse(model, c, h);
      let dot = 0;
      for (let k = 0; k < dims; k++) dot += h[k]! * v[k]!;
      sum += (d[c]! / GRID_ONE) ** 2 * dot;
    }
    return sum;
  });
}

/** Share of another label among the nearest rows by cosine: what one would do without a model. */
function neighbourDisagreement({ features, labels, dims }: TrainingSet): Float64Array {
  const rows = labels.length;
  return Float64Array.from({ length: rows }, (_, i) => {
    const cosines = Float64Array.from({ length: rows }, (_, j) => {
      if (i === j) return -2;
      let dot = 0;
      for (let k = 0; k < dims; k++) dot += features[i * dims + k]! * features[j * dims + k]!;
      return dot;
    });
    const least = cosines.slice().sort()[Math.max(0, rows - NEIGHBOURS)]!;
    let other = 0;
    for (let j = 0; j < rows; j++) if (cosines[j]! >= least && labels[j] !== labels[i]) other += 1 + cosines[j]!;
    return other;
  });
}

async function run(options: EvalOptions): Promise<object> {
  const rows = ownInteger(options, "rows", options.bounded ? BOUNDED_ROWS : DEFAULT_ROWS);
  const noise = ownNumber(options, "noise", DEFAULT_NOISE);
  const noisy = noisyRows(options, rows, noise);
  const crew = options.workers ? { workers: options.workers } : {};
  const items = Array.from(noisy.set.labels, (_, i) => ({
    itemId: Uint8Array.of(i, i >> 8, i >> 16),
    contributor: "",
  }));
  const held = new Set(drawHeldOut(sha256(new TextEncoder().encode(`mislabel ${options.seed}`)), items));
  const kept = items.flatMap((_, i) => (held.has(i) ? [] : [i]));
  const set = subset(noisy.set, kept);
  const bad = kept.map((i) => noisy.bad[i]!);
  const lambda = defaultLambda(kept.length);
  options.progress.note("head");
  const head = await trainHead(set, { lambda, ...crew });
  options.progress.note("fold heads");
  const folds = await trainFolds({ ...set, folds: kept.map((_, i) => i % FOLDS) }, { lambda, ...crew });
  options.progress.note("index");
  const [item, heldOut] = [kept, subset(noisy.set, [...held])];
  const columns = { gate: folds.gate, contribution: kept.map(() => 0), item, entry: item };
  const index = await buildIndex({ set, weights: head.weights, lambda, ...columns, heldOut }, crew);
  const model = {
    ...{ weights: head.weights, classes: set.classes, dims: set.dims, inverse: int32FromBytes(index.inverse) },
    inverseExponents: index.header.inverseExponents,
  };
  const probabilities = probabilitiesOf(fromGrid(head.weights), set.features, set.dims);
  const residuals = residualsOf(probabilities, set.labels);
  const own = (i: number) => probabilities[i * set.classes + set.labels[i]!]!;
  const norm = (i: number) =>
    residuals.subarray(i * set.classes, (i + 1) * set.classes).reduce((sum, x) => sum + x * x, 0);
  const benefit = kept.map((_, i) => decodeRow(index.header, rowBytes(index.rows, index.header, i)).benefit);
  const auc = (suspicion: ArrayLike<number>) => areaUnderCurve(suspicion, bad);
  return {
    ...{ data: noisy.name, rows: kept.length, mislabelled: bad.filter(Boolean).length, heldOut: held.size },
    auc: {
      "cross-fitted label probability": auc(Float64Array.from(folds.labelProbability, (p) => -p)),
      "self-influence (index)": auc(selfInfluence(set, residuals, model)),
      "held-out benefit (index)": auc(benefit.map((value) => -value)),
      loss: auc(kept.map((_, i) => -own(i))),
      "GradDot with itself": auc(kept.map((_, i) => norm(i))),
      "nearest neighbours' labels": auc(neighbourDisagreement(set)),
    },
  };
}

export const evaluation: Evaluation = {
  name: "mislabel",
  describe: "how well wrong labels are told from right ones: area under the curve, 10 % noise",
  options: { rows: { type: "string" }, noise: { type: "string" } },
  run,
};
