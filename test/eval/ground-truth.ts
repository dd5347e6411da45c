import type { HeadProblem } from "./head-problem.ts";
import type { Progress } from "./progress.ts";
import { ownLogProbabilities, Retrainer } from "./retrain.ts";
import { keyOf, type StateFolder } from "./state.ts";
import { contributorSubsets, randomSubsets, type Subset } from "./subsets.ts";

/** Raised when what a retraining means changes: older stored results are then not read any more. */
const TRUTH_VERSION = 1;

/** A family of subsets and what retraining on each of them did to every query. */
export interface GroundTruth {
  readonly subsets: readonly Subset[];
  /** [subset][query]: log-probability of the query's own answer. */
  readonly outputs: readonly Float64Array[];
}

export type Family = "half" | "drop10" | "drop2" | "contributors";

export function familySubsets(
  problem: HeadProblem,
  family: Family,
  count: number,
  seed: number,
  alpha = 0.5,
): Subset[] {
  const rows = problem.set.labels.length;
  if (family === "half") return randomSubsets(rows, alpha, count, `lds-subset-${seed}`);
  if (family === "drop10") return randomSubsets(rows, 0.9, count, `lds-drop10-${seed}`);
  if (family === "drop2") return randomSubsets(rows, 0.98, count, `lds-drop2-${seed}`);
  return contributorSubsets(problem.contributor, problem.contributors, count, `lds-contributor-${seed}`);
}

/** Everything that the outputs depend on. */
export function problemKey(problem: HeadProblem): string {
  const { set, queries, lambda } = problem;
  const labels = Int32Array.from(set.labels);
  return keyOf([
    "head",
    TRUTH_VERSION,
    set.dims,
    set.classes,
    lambda,
    set.features,
    labels,
    queries.features,
    queries.labels,
  ]);
}

export interface TruthOptions {
  readonly state: StateFolder;
  readonly progress: Progress;
  readonly workers?: number;
}

/** Retrains on every subset, or reads what an earlier run stored. */
export async function groundTruth(
  problem: HeadProblem,
  stage: string,
  subsets: readonly Subset[],
  options: TruthOptions,
): Promise<GroundTruth> {
  const { state, progress } = options;
  const key = problemKey(problem);
  const outputs: Float64Array[] = [];
  let retrainer: Retrainer | undefined;
  try {
    for (const [m, rows] of subsets.entries()) {
      const name = keyOf([Int32Array.from(rows)]).slice(0, 32);
      outputs.push(
        await state.keep(key, name, problem.queries.count, async () => {
          retrainer ??= new Retrainer(problem.set, problem.lambda, options.workers);
          return ownLogProbabilities(await retrainer.weights(rows), problem.queries);
        }),
      );
      progress.step(`retrained, ${stage}`, m + 1, subsets.length);
    }
  } finally {
    await retrainer?.close();
  }
  return { subsets, outputs };
}
