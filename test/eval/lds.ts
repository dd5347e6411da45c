import { SeededStream } from "../bench/random.ts";
import { spearman } from "../bench/statistics.ts";
import type { GroundTruth } from "./ground-truth.ts";

/** A mean and its bootstrap standard error. */
export interface Estimate {
  readonly mean: number;
  readonly se: number;
}

const RESAMPLES = 1000;

/** Mean over queries with the standard error of 1,000 seeded resamplings of the queries (Efron 1979). */
export function bootstrapMean(values: readonly number[], seed: string, resamples = RESAMPLES): Estimate {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const stream = new SeededStream(`bootstrap-${seed}`);
  let squares = 0;
  for (let r = 0; r < resamples; r++) {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += values[stream.below(values.length)]!;
    squares += (sum / values.length - mean) ** 2;
  }
  return { mean, se: Math.sqrt(squares / resamples) };
}

/** Predicted effect of every subset: the sum of its rows' scores (Park et al. 2023, section 2). */
export function predictions(score: Float64Array, truth: GroundTruth): number[] {
  return truth.subsets.map((rows) => {
    let sum = 0;
    for (const row of rows) sum += score[row]!;
    return sum;
  });
}

/** One query's linear datamodelling score: Spearman's correlation of predicted and retrained outputs over subsets. */
export function queryLds(score: Float64Array, truth: GroundTruth, query: number): number {
  return spearman(
    predictions(score, truth),
    truth.outputs.map((outputs) => outputs[query]!),
  );
}
