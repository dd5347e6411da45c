import { median } from "../bench/statistics.ts";
import type { GroundTruth } from "./ground-truth.ts";
import { bootstrapMean, queryLds } from "./lds.ts";
import type { Scorer, Setting } from "./method.ts";
import type { Progress } from "./progress.ts";

/** A method's numbers as they go into the result. */
export interface MethodResult {
  readonly lds: number;
  readonly se: number;
  readonly queryMs: number;
  /** Absent for other libraries, of which it is not known. */
  readonly bytesPerRow?: number;
  /** What was chosen on tuning queries, when there was a choice. */
  readonly setting?: string;
  readonly source?: string;
  /** LDS of further subset families. */
  readonly families: Readonly<Record<string, { readonly lds: number; readonly se: number }>>;
}

/** Scores of every query by one method. */
export interface Scored {
  readonly scores: readonly Float64Array[];
  readonly queryMs: number;
  readonly bytesPerRow: number;
  readonly setting: string;
}

export interface QueryRange {
  readonly from: number;
  readonly to: number;
}

function scoreAll(scorer: Scorer, { from, to }: QueryRange, onQuery?: (done: number) => void) {
  const scores: Float64Array[] = [];
  const times: number[] = [];
  for (let query = from; query < to; query++) {
    const start = performance.now();
    scores.push(scorer.score(query));
    times.push(performance.now() - start);
    onQuery?.(scores.length);
  }
  return { scores, queryMs: median(times) };
}

/** Mean LDS over consecutive queries from `from` on. */
function meanLds(scores: readonly Float64Array[], truth: GroundTruth, from: number): number {
  return scores.reduce((sum, score, i) => sum + queryLds(score, truth, from + i), 0) / scores.length;
}

/** The setting of the largest LDS on the tuning queries, which are not among those that are reported. */
export function chooseSetting<S extends Setting>(settings: readonly S[], truth: GroundTruth, tuning: QueryRange): S {
  if (settings.length === 1) return settings[0]!;
  let best = { lds: -Infinity, setting: settings[0]! };
  for (const setting of settings) {
    const lds = meanLds(scoreAll(setting.scorer(), tuning).scores, truth, tuning.from);
    if (lds > best.lds) best = { lds, setting };
  }
  return best.setting;
}

/** Scores every query of the range in turn, in this thread alone. */
export function scoreQueries(setting: Setting, range: QueryRange, name: string, progress: Progress): Scored {
  const scorer = setting.scorer();
  const of = range.to - range.from;
  const all = scoreAll(scorer, range, (done) => progress.step(`scored, ${name}`, done, of));
  return { ...all, bytesPerRow: scorer.bytesPerRow, setting: setting.name };
}

/** LDS of scored queries 0 .. on every family of subsets. */
export function measure(
  scored: Scored,
  truths: Readonly<Record<string, GroundTruth>>,
  seed: string,
): Pick<MethodResult, "lds" | "se" | "families"> {
  const families = Object.fromEntries(
    Object.entries(truths).map(([family, truth]) => {
      const { mean, se } = bootstrapMean(
        scored.scores.map((score, query) => queryLds(score, truth, query)),
        `${seed}-${family}`,
      );
      return [family, { lds: mean, se }];
    }),
  );
  const { half, ...rest } = families;
  return { ...half!, families: rest };
}
