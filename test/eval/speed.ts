import { FOLDS, trainFolds } from "../../node/factory/train-folds.ts";
import { defaultLambda, trainHead } from "../../node/factory/train-head.ts";
import type { TrainingSet } from "../../node/factory/training-set.ts";
import { clusters } from "../../node/influence/dedupe.ts";
import { encodeAll, HASHED_NGRAM_512 } from "../../node/influence/encoder.ts";
import { buildIndex } from "../../node/influence/index-build.ts";
import { rowWidth } from "../../node/influence/index-format.ts";
import { encodeModel } from "../../node/influence/model-format.ts";
import { VerifierPool } from "../../node/influence/pool.ts";
import { median, quantile } from "../bench/statistics.ts";
import { classificationData, type EvalData, withClassesOf } from "./data.ts";
import { type EvalOptions, type Evaluation, EvaluationError, ownInteger } from "./evaluation.ts";

const FULL = { n: 10_003, repeats: 3, queries: 200, warmUp: 50 };
const BOUNDED = { n: 300, repeats: 1, queries: 20, warmUp: 2 };

/** Medians over repeats of one stage, and the last value. */
async function repeated<T>(repeats: number, work: () => Promise<T>) {
  const seconds: number[] = [];
  let value!: T;
  for (let i = 0; i < repeats; i++) {
    const start = performance.now();
    value = await work();
    seconds.push((performance.now() - start) / 1000);
  }
  return { value, seconds: median(seconds) };
}

async function queryTimes(data: EvalData, blobs: Parameters<VerifierPool["load"]>[1], sizes: typeof FULL) {
  const pool = await VerifierPool.open();
  try {
    await pool.load("speed", blobs);
    const times: number[] = [];
    for (const { text } of data.test.slice(0, sizes.warmUp + sizes.queries)) {
      const start = performance.now();
      await pool.attribute("speed", text);
      times.push(performance.now() - start);
    }
    const warm = times.slice(Math.min(sizes.warmUp, times.length - 1));
    return { queryP50Ms: median(warm), queryP95Ms: quantile(warm, 0.95) };
  } finally {
    await pool.close();
  }
}

async function run(options: EvalOptions): Promise<object> {
  const base = options.bounded ? BOUNDED : FULL;
  const sizes = { ...base, n: ownInteger(options, "n", base.n), repeats: ownInteger(options, "repeats", base.repeats) };
  const whole = classificationData(options);
  if (whole.columns) throw new EvaluationError("usage", "speed measures the text path, from text to paid shares");
  const crew = options.workers ? { workers: options.workers } : {};
  const first = whole.train.slice(0, sizes.n);
  const { data, renamed } = withClassesOf(whole, first);
  const items = renamed(first);
  const dedupe = await repeated(sizes.repeats, async () => clusters(items.map(({ text }) => text)));
  const rows = items.filter((_, i) => dedupe.value.owner[i] === i);
  const encode = await repeated(sizes.repeats, async () => encodeAll(rows.map(({ text }) => text)));
  const labels = Int32Array.from(rows, ({ label }) => label);
  const set: TrainingSet = { features: encode.value, dims: HASHED_NGRAM_512.dims, classes: data.labels.length, labels };
  const lambda = defaultLambda(rows.length);
  const note = (stage: string) => options.progress.note(`timing ${stage}`);
  note("head");
  const head = await repeated(sizes.repeats, () => trainHead(set, { lambda, ...crew }));
  const alone = await trainHead(set, { lambda, workers: 1 });
  note("folds");
  const item = rows.map((_, i) => i);
  const folds = await repeated(sizes.repeats, () =>
    trainFolds({ ...set, folds: item.map((i) => i % FOLDS) }, { lambda, ...crew }),
  );
  note("index");
  const fields = { gate: folds.value.gate, contribution: item.map((i) => i % 12), item, entry: item };
  const { weights } = head.value;
  const index = await repeated(sizes.repeats, () => buildIndex({ set, weights, lambda, ...fields }, crew));
  note("queries");
  const model = encodeModel({ encoderId: HASHED_NGRAM_512.id, dims: set.dims, labels: data.labels, weights });
  const { headerBytes: indexHeader, rows: rowBlob, inverse, header } = index.value;
  const hash = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
  return {
    data: data.name,
    ...{ items: items.length, rows: rows.length, classes: set.classes, dims: set.dims, repeats: sizes.repeats },
    dedupeSeconds: dedupe.seconds,
    encodeMsPerText: (1000 * encode.seconds) / rows.length,
    ...{ trainSeconds: head.seconds, foldsSeconds: folds.seconds, indexSeconds: index.seconds },
    weightsHash: hash(head.value.hash),
    sameHashWithOneWorker: hash(alone.hash) === hash(head.value.hash),
    ...{ blocks: header.blocks, bytesPerRow: rowWidth(header), inverseMiB: inverse.length / 2 ** 20 },
    ...(await queryTimes(data, { model, indexHeader, rows: rowBlob, inverse }, sizes)),
  };
}

export const evaluation: Evaluation = {
  name: "speed",
  describe: "training, index and query times of the head path on this machine, medians of --repeats runs",
  options: { n: { type: "string" }, repeats: { type: "string" } },
  help: { n: "items (10003)", repeats: "runs of every stage, of which the median is told (3)" },
  examples: [["speed --repeats 1", "each stage once, about two minutes"]],
  run,
};
