import { trainHead } from "../../node/factory/train-head.ts";
import { clusters } from "../../node/influence/dedupe.ts";
import { buildIndex } from "../../node/influence/index-build.ts";
import { requireBanking77 } from "./dataset.ts";
import { trainingSetOf } from "./fixture.ts";
import type { Bench } from "./main.ts";

/** Builds the influence index of Banking77's cluster owners. */
export const bench: Bench = async () => {
  const data = requireBanking77();
  const { owner } = clusters(data.train.map(({ text }) => text));
  const owners = data.train.filter((_, i) => owner[i] === i);
  const set = trainingSetOf(owners, data.labels.length);
  const { weights, lambda } = await trainHead(set, { tolerance: 1e-3 });
  const item = owners.map((_, i) => i);
  const fields = { gate: item.map(() => 65535), contribution: item, item, entry: item };
  const start = performance.now();
  const index = await buildIndex({ set, weights, lambda, ...fields });
  return {
    ...{ rows: owners.length, classes: set.classes, indexSeconds: Math.round(performance.now() - start) / 1000 },
    ...{ rowsMiB: index.rows.length / 2 ** 20, inverseMiB: index.inverse.length / 2 ** 20 },
    residentMiB: Math.round(process.memoryUsage().rss / 2 ** 20),
  };
};
