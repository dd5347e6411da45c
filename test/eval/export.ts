import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bytesOf, masksOf, outputsOf } from "./flat-files.ts";
import { type GroundTruth, problemKey } from "./ground-truth.ts";
import type { HeadProblem } from "./head-problem.ts";
import { trajectory } from "./methods/tracin.ts";
import { halfModels } from "./methods/trak.ts";

function joined(arrays: readonly Float64Array[]): Float64Array {
  return Float64Array.from(arrays.flatMap((array) => [...array]));
}

/**
 * A problem and its ground truth as flat little-endian files for other libraries: `meta.json` names shapes;
 * features, weights, queries are float64 row-major, labels int32, masks uint8, outputs float64; the ensemble of TRAK and the
 * checkpoints of TracIn come along, so that every library works on the same models.
 */
export async function exportProblem(
  dir: string,
  problem: HeadProblem,
  truths: Readonly<Record<string, GroundTruth>>,
  tuning: number,
): Promise<void> {
  mkdirSync(dir, { recursive: true });
  const { set, queries, lambda, data, weights } = problem;
  const put = (name: string, values: ArrayBufferView | string) =>
    writeFileSync(join(dir, name), typeof values === "string" ? values : bytesOf(values));
  put("features.f64", set.features);
  put("labels.i32", Int32Array.from(set.labels));
  put("weights.f64", weights);
  put("queries.f64", queries.features);
  put("query-labels.i32", queries.labels);
  for (const [family, truth] of Object.entries(truths)) {
    put(`${family}-masks.u8`, masksOf(truth, set.labels.length));
    put(`${family}-outputs.f64`, outputsOf(truth, queries.count));
  }
  put("trak-models.f64", joined(await halfModels(problem)));
  put("tracin-checkpoints.f64", joined(await trajectory(problem)));
  const families = Object.fromEntries(Object.entries(truths).map(([family, { subsets }]) => [family, subsets.length]));
  const shape = { rows: set.labels.length, dims: set.dims, classes: set.classes, queries: queries.count, tuning };
  put("meta.json", `${JSON.stringify({ key: problemKey(problem), data, ...shape, lambda, families }, null, 2)}\n`);
}
