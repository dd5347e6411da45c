import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decoderParameters } from "../../../node/factory/decoder/index.ts";
import { type Feeds, injectLora, loadGraph, sizeOf, type Tensor } from "../../../node/influence/graph/index.ts";
import { bytesOf, masksOf, outputsOf } from "../flat-files.ts";
import type { GroundTruth } from "../ground-truth.ts";
import { adapterTargets, type DecoderProblem, HEADS } from "./problem.ts";
import { feedsOf } from "./retrain.ts";

/** Adapters that methods look at, each in the order of the injected factors. */
export interface Adapters {
  readonly main: Float64Array;
  readonly trajectory: readonly Float64Array[];
  readonly ensemble: readonly Float64Array[];
  /** Mean negative log-probability of every row at `main`: tells another library that it computes the same model. */
  readonly losses: Float64Array;
}

type Named = readonly (readonly [name: string, tensor: Tensor])[];
type Put = (name: string, values: ArrayBufferView | string) => void;

/** The base's weights by name, as the graph carries them. */
function baseWeights(problem: DecoderProblem): Named {
  const { layers, width, context, vocab } = problem.sizes;
  const { initializers } = loadGraph(problem.graph);
  return decoderParameters({ layers, width, context, vocab, heads: HEADS }).map(({ name }) => {
    const tensor = initializers.get(name);
    if (!tensor) throw new Error(`the base has no ${name}`);
    return [name, tensor] as const;
  });
}

function adapterShapes(problem: DecoderProblem) {
  const { rank } = problem.sizes;
  const options = { targets: adapterTargets(problem.sizes), rank, alpha: 2 * rank };
  return injectLora(loadGraph(problem.graph), options).parameters.map(({ name, dims }) => ({ name, dims }));
}

function putWindows(put: Put, name: string, { tokens, targets, mask }: Feeds): number {
  put(`${name}-tokens.i64`, tokens!.data as BigInt64Array);
  put(`${name}-targets.i64`, targets!.data as BigInt64Array);
  put(`${name}-mask.f64`, mask!.data as Float64Array);
  return tokens!.dims[1]!;
}

/**
 * A decoder, its adapters, rows, queries and retrained outputs as flat little-endian files for other libraries; shapes and
 * names are in `meta.json`. Matrices are row-major; a linear layer is x W, a factor pair adds scale x A B.
 */
export function exportDecoder(
  dir: string,
  problem: DecoderProblem,
  truths: Readonly<Record<string, GroundTruth>>,
  tuning: number,
  adapters: Adapters,
): void {
  mkdirSync(dir, { recursive: true });
  const put: Put = (name, values) =>
    writeFileSync(join(dir, name), typeof values === "string" ? values : bytesOf(values));
  const base = baseWeights(problem);
  const flat = base.flatMap(([, { data }]) => [...(data as Float64Array)]);
  put("base.f64", Float64Array.from(flat));
  put("adapter.f64", adapters.main);
  put("trajectory.f64", Float64Array.from(adapters.trajectory.flatMap((weights) => [...weights])));
  put("ensemble.f64", Float64Array.from(adapters.ensemble.flatMap((weights) => [...weights])));
  put("row-losses.f64", adapters.losses);
  const rowLength = putWindows(put, "row", feedsOf(problem, problem.texts));
  const queryLength = putWindows(put, "query", feedsOf(problem, problem.queries));
  for (const [family, truth] of Object.entries(truths)) {
    put(`${family}-masks.u8`, masksOf(truth, problem.texts.length));
    put(`${family}-outputs.f64`, outputsOf(truth, problem.queries.length));
  }
  const meta = {
    ...{
      key: problem.key,
      rows: problem.texts.length,
      queries: problem.queries.length,
      tuning,
      rowLength,
      queryLength,
    },
    ...{ ...problem.sizes, heads: HEADS, scale: 2 },
    families: Object.fromEntries(Object.entries(truths).map(([family, { subsets }]) => [family, subsets.length])),
    base: base.map(([name, { dims }]) => ({ name, dims })),
    adapter: adapterShapes(problem),
    adapterSize: adapterShapes(problem).reduce((sum, { dims }) => sum + sizeOf(dims), 0),
  };
  put("meta.json", `${JSON.stringify(meta, null, 2)}\n`);
}
