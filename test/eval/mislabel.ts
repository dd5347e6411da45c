import type { TrainingSet } from "../../node/factory/training-set.ts";
import { decodeRow, rowBytes } from "../../node/influence/index-format.ts";
import { type EvalOptions, type Evaluation, EvaluationError, ownInteger, ownShare } from "./evaluation.ts";
import type { Method } from "./method.ts";
import { headIndex } from "./methods/head-index.ts";
import { HEAD_METHODS } from "./methods/index.ts";
import { areaError, areaUnderCurve } from "./mislabel/area.ts";
import { type MislabelProblem, mislabelProblem } from "./mislabel/problem.ts";
import { splitRows, suspicionOf } from "./mislabel/suspicion.ts";

const DEFAULT_ROWS = 3000;
const BOUNDED_ROWS = 600;
const DEFAULT_NOISE = 0.1;
const NEIGHBOURS = 10;
/** The same index with other numbers of blocks says nothing new here. */
const LEFT_OUT = ["ours-int8-1", "ours-int8-5", "ours-float-8"];
/** Seconds, not minutes. */
const BOUNDED_METHODS = ["cosine-same-label", "grad-dot", "ours-int8-3", "ours-paid"];

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

function methodsOf(options: EvalOptions): readonly Method[] {
  const { methods } = options.own;
  const names =
    typeof methods === "string"
      ? methods.split(",")
      : HEAD_METHODS.map(({ name }) => name).filter((name) =>
          options.bounded ? BOUNDED_METHODS.includes(name) : !LEFT_OUT.includes(name),
        );
  return names.map((name) => {
    const found = HEAD_METHODS.find((method) => method.name === name);
    if (found) return found;
    throw new EvaluationError("usage", `no method ${name}; there are ${HEAD_METHODS.map((m) => m.name).join(", ")}`);
  });
}

/** What the engine itself knows of a row: probability by the other folds, loss, and benefit to held-out rows. */
async function ownSignals({ problem }: MislabelProblem): Promise<Record<string, ArrayLike<number>>> {
  const { built, labelProbability } = await headIndex(problem);
  const { set, probabilities } = problem;
  const rows = Array.from(set.labels, (_, i) => i);
  return {
    "cross-fitted label probability": Float64Array.from(labelProbability, (p) => -p),
    "held-out benefit (index)": rows.map(
      (i) => -decodeRow(built.header, rowBytes(built.rows, built.header, i)).benefit,
    ),
    loss: rows.map((i) => -probabilities[i * set.classes + set.labels[i]!]!),
    "nearest neighbours' labels": neighbourDisagreement(set),
  };
}

async function run(options: EvalOptions): Promise<object> {
  const rows = ownInteger(options, "rows", options.bounded ? BOUNDED_ROWS : DEFAULT_ROWS, 2);
  const noise = ownShare(options, "noise", DEFAULT_NOISE);
  const methods = methodsOf(options);
  const mislabelled = await mislabelProblem(options, rows, noise);
  const { problem, bad } = mislabelled;
  const split = splitRows(bad.length, options.seed);
  const auc: Record<string, number> = {};
  const se: Record<string, number> = {};
  const heldOutAuc: Record<string, number> = {};
  const settings: Record<string, string> = {};
  const of = (chosen: readonly number[]) => chosen.map((row) => bad[row]!);
  const put = (name: string, chosen: readonly number[], values: ArrayLike<number>) => {
    auc[name] = areaUnderCurve(values, of(chosen));
    const wrong = of(chosen).filter(Boolean).length;
    se[name] = areaError(auc[name], wrong, chosen.length - wrong);
  };
  for (const method of methods) {
    const { setting, self, heldOut, rows: scored } = await suspicionOf(method, mislabelled, split, options);
    const byHeldOut = split.reported.map((row) => heldOut[row]!);
    heldOutAuc[method.name] = areaUnderCurve(byHeldOut, of(split.reported));
    if (setting) settings[method.name] = setting;
    if (self) put(method.name, scored, self);
    else put(method.name, split.reported, byHeldOut);
  }
  for (const [name, values] of Object.entries(await ownSignals(mislabelled))) {
    put(
      name,
      split.reported,
      split.reported.map((row) => values[row]!),
    );
  }
  return {
    ...{ data: problem.data, rows: bad.length, mislabelled: bad.filter(Boolean).length, noise },
    ...{ reportedRows: split.reported.length, heldOut: problem.queries.count - bad.length },
    ...{ auc, se, heldOutAuc, settings },
  };
}

export const evaluation: Evaluation = {
  name: "mislabel",
  describe:
    "how well wrong labels are told from right ones: area under the curve, 10 % noise, every method of lds-head",
  options: { rows: { type: "string" }, noise: { type: "string" }, methods: { type: "string" } },
  help: {
    rows: "rows, a tenth of them held out (3000)",
    noise: "share of them under a wrong label (0.1)",
    methods: "methods of lds-head a,b (all; a few with --bounded)",
  },
  examples: [
    ["mislabel", "Banking77, all methods; about half an hour the first time"],
    ["mislabel --methods grad-dot,ours-int8-3 --noise 0.2", "two methods, more noise"],
    ["mislabel --data train.csv --test test.csv --text-column body --label-column topic", "your texts"],
  ],
  run,
};
