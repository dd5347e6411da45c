import { FOLDS, trainFolds } from "../../node/factory/train-folds.ts";
import { trainHead } from "../../node/factory/train-head.ts";
import { referenceAnswer } from "../../node/influence/answer.ts";
import { clusters } from "../../node/influence/dedupe.ts";
import { encodeText } from "../../node/influence/encoder.ts";
import { fromGrid } from "../../node/influence/grid.ts";
import { requireBanking77 } from "./dataset.ts";
import { trainingSetOf } from "./fixture.ts";
import type { Bench } from "./main.ts";

async function seconds<T>(work: () => Promise<T>): Promise<{ readonly value: T; readonly seconds: number }> {
  const start = performance.now();
  const value = await work();
  return { value, seconds: Math.round(performance.now() - start) / 1000 };
}

/** Trains on Banking77's cluster owners: duplicates, encoder, head, five folds. */
export const bench: Bench = async () => {
  const data = requireBanking77();
  const found = await seconds(async () => clusters(data.train.map(({ text }) => text)));
  const owners = data.train.filter((_, i) => found.value.owner[i] === i);
  const encoded = await seconds(async () => trainingSetOf(owners, data.labels.length));
  const set = encoded.value;
  const head = await seconds(() => trainHead(set));
  const folds = await seconds(() => trainFolds({ ...set, folds: owners.map((_, i) => i % FOLDS) }));
  const weights = fromGrid(head.value.weights);
  const right = data.test.filter(
    ({ text, label }) => referenceAnswer(weights, encodeText(text)).label === label,
  ).length;
  return {
    ...{ rows: owners.length, accuracy: right / data.test.length, iterations: head.value.iterations },
    ...{
      dedupeSeconds: found.seconds,
      encodeSeconds: encoded.seconds,
      headSeconds: head.seconds,
      foldsSeconds: folds.seconds,
    },
    weightsHash: Buffer.from(head.value.hash).toString("hex"),
    residentMiB: Math.round(process.memoryUsage().rss / 2 ** 20),
  };
};
