import { logits } from "../../node/influence/answer.ts";
import { seededOrder } from "../bench/random.ts";
import type { EvalOptions } from "./evaluation.ts";
import { problemKey } from "./ground-truth.ts";
import type { HeadProblem } from "./head-problem.ts";
import { topRows } from "./overlap.ts";
import { Retrainer } from "./retrain.ts";
import { keyOf } from "./state.ts";
import { type Subset, without } from "./subsets.ts";

/** Rows that are removed: about a quarter and a half of a class, and a whole one (39 rows a class on Banking77 at 3,000). */
const REMOVED = [10, 20, 40];

/** 1 when a head retrained on these rows no longer gives the query's answer. */
function flips(weights: Float64Array, problem: HeadProblem, query: number): number {
  const { dims } = problem.set;
  const values = logits(weights, problem.queries.features.subarray(query * dims, (query + 1) * dims));
  const label = problem.queries.labels[query]!;
  return values.some((value, c) => c !== label && value > values[label]!) ? 1 : 0;
}

/** Standard error of a share of few trials, which is not 0 at a share of 0 or 1 (Agresti and Coull 1998). */
export function shareError(hits: number, trials: number): number {
  const p = (hits + 2) / (trials + 4);
  return Math.sqrt((p * (1 - p)) / (trials + 4));
}

/**
 * Share of queries whose answer flips after the k rows that a method ranks highest are removed and the head is
 * retrained (Ilyas et al., "Datamodels", 2022, section 4.1): larger is better; "random" is the floor. `se20` is the
 * standard error of `top20`.
 */
export async function brittleness(
  problem: HeadProblem,
  methods: Readonly<Record<string, { readonly scores: readonly Float64Array[] }>>,
  queries: number,
  options: EvalOptions,
): Promise<Record<string, Record<string, number>>> {
  const rows = problem.set.labels.length;
  const asked = seededOrder(problem.queries.count, `brittle-${options.seed}`);
  const rankings = Object.entries(methods).map(([name, { scores }]) => {
    const chosen = asked.filter((q) => q < scores.length).slice(0, queries);
    return { name, chosen, top: chosen.map((q) => topRows(scores[q]!, REMOVED.at(-1)!)) };
  });
  const drawn = rankings[0]?.chosen ?? [];
  rankings.push({ name: "random", chosen: drawn, top: drawn.map((q) => seededOrder(rows, `brittle-rows-${q}`)) });
  const retrainer = new Retrainer(problem.set, problem.lambda, options.workers);
  const result: Record<string, Record<string, number>> = {};
  const key = problemKey(problem);
  const flip = async (query: number, kept: Subset): Promise<number> => {
    const name = `flip-${query}-${keyOf([Int32Array.from(kept)]).slice(0, 32)}`;
    const stored = await options.state.keep(key, name, 1, async () =>
      Float64Array.of(flips(await retrainer.weightsNear(kept, problem.weights), problem, query)),
    );
    return stored[0]!;
  };
  try {
    for (const { name, chosen, top } of rankings) {
      const shares: Record<string, number> = {};
      for (const k of REMOVED) {
        let flipped = 0;
        for (const [i, query] of chosen.entries()) {
          flipped += await flip(query, without(rows, top[i]!.slice(0, k)));
          options.progress.step(`brittleness, ${name}, ${k} rows`, i + 1, chosen.length);
        }
        shares[`top${k}`] = flipped / chosen.length;
        shares[`se${k}`] = shareError(flipped, chosen.length);
      }
      result[name] = { ...shares, queries: chosen.length };
    }
  } finally {
    await retrainer.close();
  }
  return result;
}
