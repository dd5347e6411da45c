import {
  differentiate,
  gradientName,
  injectLora,
  loadGraph,
  openGraph,
  type Parameter,
  perSample,
  repeatForBatch,
  sizeOf,
  type Tensor,
  toFloat64,
} from "../../../node/influence/graph/index.ts";
import { median } from "../../bench/statistics.ts";
import { adapterTargets, type DecoderProblem } from "./problem.ts";
import { feedsOf } from "./retrain.ts";

/** One low-rank factor's place in a gradient. */
export interface Block {
  readonly start: number;
  readonly rows: number;
  readonly columns: number;
}

/** Per-sample gradients of an answer's mean log-probability by an adapter's weights, at one adapter. */
export interface GradientView {
  /** Length of one gradient. */
  readonly size: number;
  readonly blocks: readonly Block[];
  /** rows x size and queries x size. */
  readonly rows: Float64Array;
  readonly queries: Float64Array;
  /** 1 - exp(mean log-probability) of every row: how far the model is from sure of it. */
  readonly doubt: Float64Array;
}

const BATCH = 16;

interface PerSample {
  gradients(texts: readonly string[], weights: Float64Array): Promise<{ all: Float64Array; losses: Float64Array }>;
  readonly parameters: readonly Parameter[];
  release(): Promise<void>;
}

async function openPerSample(problem: DecoderProblem): Promise<PerSample> {
  const { rank } = problem.sizes;
  const base = toFloat64(loadGraph(problem.graph));
  const options = { targets: adapterTargets(problem.sizes), rank, alpha: 2 * rank };
  const { graph, parameters } = injectLora(base, options);
  const names = parameters.map(({ name }) => name);
  const session = await openGraph(differentiate(perSample(graph, names, "batch"), { loss: "loss", wrt: names }));
  const size = parameters.reduce((sum, { dims }) => sum + sizeOf(dims), 0);
  const wanted = ["loss", ...names.map(gradientName)];
  return {
    parameters,
    release: () => session.release(),
    async gradients(texts, weights) {
      const all = new Float64Array(texts.length * size);
      const losses = new Float64Array(texts.length);
      for (let from = 0; from < texts.length; from += BATCH) {
        const batch = texts.slice(from, from + BATCH);
        const feeds = { ...feedsOf(problem, batch), ...repeated(parameters, weights, batch.length) };
        const outputs = await session.run(feeds, wanted);
        losses.set(outputs.loss!.data as Float64Array, from);
        place(
          all.subarray(from * size),
          size,
          batch.length,
          names.map((name) => outputs[gradientName(name)]!),
        );
      }
      return { all, losses };
    },
  };
}

function repeated(parameters: readonly Parameter[], weights: Float64Array, count: number): Record<string, Tensor> {
  let at = 0;
  const entries = parameters.map(({ name, dims }) => {
    const data = weights.slice(at, (at += sizeOf(dims)));
    return [name, repeatForBatch({ dtype: "double", dims, data }, count)];
  });
  return Object.fromEntries(entries);
}

/** Gradients of the loss by parameter to gradients of the log-probability by sample. */
function place(out: Float64Array, size: number, count: number, tensors: readonly Tensor[]): void {
  let start = 0;
  for (const { data, dims } of tensors) {
    const width = sizeOf(dims.slice(1));
    for (let i = 0; i < count; i++) {
      for (let k = 0; k < width; k++) out[i * size + start + k] = -(data as Float64Array)[i * width + k]!;
    }
    start += width;
  }
}

function blocksOf(parameters: readonly Parameter[]): Block[] {
  let start = 0;
  return parameters.map(({ dims }) => {
    const block = { start, rows: dims[0]!, columns: dims[1]! };
    start += sizeOf(dims);
    return block;
  });
}

/** Queries that are timed one at a time. */
const TIMED = 20;

/** Milliseconds of one query's gradient at one adapter, in one session: alone (the median), and as part of all queries. */
export async function gradientTimes(problem: DecoderProblem, weights: Float64Array) {
  const source = await openPerSample(problem);
  const times: number[] = [];
  const first = performance.now();
  await source.gradients(problem.queries, weights);
  const together = (performance.now() - first) / problem.queries.length;
  for (const query of problem.queries.slice(0, TIMED)) {
    const start = performance.now();
    await source.gradients([query], weights);
    times.push(performance.now() - start);
  }
  await source.release();
  return { gradientMs: median(times), gradientBatchMs: together };
}

/** Gradients of every row and query at each of these adapters. */
export async function gradientViews(
  problem: DecoderProblem,
  adapters: readonly Float64Array[],
  onView: (done: number) => void,
): Promise<GradientView[]> {
  const source = await openPerSample(problem);
  const blocks = blocksOf(source.parameters);
  const views: GradientView[] = [];
  for (const weights of adapters) {
    const rows = await source.gradients(problem.texts, weights);
    const queries = await source.gradients(problem.queries, weights);
    const doubt = rows.losses.map((loss) => 1 - Math.exp(-loss));
    views.push({ size: weights.length, blocks, rows: rows.all, queries: queries.all, doubt });
    onView(views.length);
  }
  await source.release();
  return views;
}
