import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type GroundTruth, problemKey } from "./ground-truth.ts";
import type { HeadProblem } from "./head-problem.ts";
import { trajectory } from "./methods/tracin.ts";
import { halfModels } from "./methods/trak.ts";

function bytesOf(values: ArrayBufferView): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function joined(arrays: readonly Float64Array[]): Float64Array {
  return Float64Array.from(arrays.flatMap((array) => [...array]));
}

/** subsets x rows: 1 where a subset keeps a row. */
function masks(truth: GroundTruth, rows: number): Uint8Array {
  const out = new Uint8Array(truth.subsets.length * rows);
  for (const [m, subset] of truth.subsets.entries()) for (const row of subset) out[m * rows + row] = 1;
  return out;
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
    put(`${family}-masks.u8`, masks(truth, set.labels.length));
    const outputs = new Float64Array(truth.outputs.length * queries.count);
    for (const [m, row] of truth.outputs.entries()) outputs.set(row, m * queries.count);
    put(`${family}-outputs.f64`, outputs);
  }
  put("trak-models.f64", joined(await halfModels(problem)));
  put("tracin-checkpoints.f64", joined(await trajectory(problem)));
  const families = Object.fromEntries(Object.entries(truths).map(([family, { subsets }]) => [family, subsets.length]));
  const shape = { rows: set.labels.length, dims: set.dims, classes: set.classes, queries: queries.count, tuning };
  put("meta.json", `${JSON.stringify({ key: problemKey(problem), data, ...shape, lambda, families }, null, 2)}\n`);
}
