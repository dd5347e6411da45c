import { batchOf, windowsOf } from "../../../node/factory/decoder/corpus.ts";
import { END_ID } from "../../../node/factory/decoder/index.ts";
import { runJob, trainedGraph } from "../../../node/factory/job/index.ts";
import { double, type Feeds, type GraphSession, openGraph } from "../../../node/influence/graph/index.ts";
import type { EvalOptions } from "../evaluation.ts";
import { keyOf } from "../state.ts";
import type { Subset } from "../subsets.ts";
import { type LanguageJob, languageJob, sourceOf } from "./jobs.ts";
import { ADAPTER_RATE, adapterTargets, type DecoderProblem } from "./problem.ts";

/** An adapter, and what the model says with it. */
export interface Retrained {
  /** Low-rank factors, parameter after parameter, as numbers. */
  readonly weights: Float64Array;
  /** [query]: mean log-probability of a token of the query. */
  readonly outputs: Float64Array;
  /** What the training took; absent when it was read. */
  readonly seconds?: number;
}

/** Passages as the graph takes them: one window each. */
export function feedsOf(problem: Pick<DecoderProblem, "encode" | "sizes">, texts: readonly string[]): Feeds {
  const items = texts.map((text) => problem.encode(text));
  const windows = windowsOf(items, { context: problem.sizes.context, end: END_ID });
  if (windows.length !== texts.length) throw new Error("a passage is longer than a window");
  const { length, tokens, targets, mask } = batchOf(windows);
  const dims = [texts.length, length];
  const ints = (data: BigInt64Array) => ({ dtype: "int64" as const, dims, data });
  return { tokens: ints(tokens), targets: ints(targets), mask: double(mask, dims) };
}

export function adapterJob(problem: DecoderProblem, rows: Subset, seed: string, epochs = problem.sizes.epochs) {
  const { graph, tokenizer, sizes, texts } = problem;
  const source = sourceOf(
    "rows",
    rows.map((place) => ({ place, text: texts[place]! })),
  );
  const training = { rate: ADAPTER_RATE, batch: sizes.batch, epochs, seed };
  const shape = { targets: adapterTargets(sizes), rank: sizes.rank, context: sizes.context };
  const job: LanguageJob = { graph, tokenizer, source, ...shape, ...training };
  return languageJob(job);
}

/** Number of an adapter's weights. */
export function adapterSize({ sizes: { layers, width, rank } }: DecoderProblem): number {
  return layers * rank * (4 * 2 * width + 2 * 5 * width);
}

export async function lossesOf(session: GraphSession, feeds: Feeds): Promise<Float64Array> {
  return (await session.run(feeds, ["loss"])).loss!.data as Float64Array;
}

/** Trains an adapter on these rows and asks it every query; kept between runs. */
export async function retrained(
  problem: DecoderProblem,
  rows: Subset,
  seed: string,
  { state }: Pick<EvalOptions, "state">,
): Promise<Retrained> {
  const size = adapterSize(problem);
  const queries = problem.queries.length;
  const name = keyOf([Int32Array.from(rows), seed]).slice(0, 32);
  let seconds: number | undefined;
  const kept = await state.keep(problem.key, name, size + queries, async () => {
    const { manifest, data } = adapterJob(problem, rows, seed);
    const start = performance.now();
    const { weights } = await runJob(manifest, data);
    seconds = (performance.now() - start) / 1000;
    const session = await openGraph(trainedGraph(manifest, problem.graph, weights));
    const losses = await lossesOf(session, feedsOf(problem, problem.queries));
    await session.release();
    return Float64Array.of(...Array.from(weights, (w) => w / 2 ** 24), ...Array.from(losses, (loss) => -loss));
  });
  const timed = seconds === undefined ? {} : { seconds };
  return { weights: kept.slice(0, size), outputs: kept.slice(size), ...timed };
}
