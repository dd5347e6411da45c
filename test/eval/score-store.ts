import type { Scored } from "./measure.ts";
import type { StateFolder } from "./state.ts";

/** Scores of a method that an earlier run computed. */
export function keptScores(state: StateFolder, key: string, rows: number, queries: number): Scored | undefined {
  const about = state.text(key, "about.json");
  const values = state.doubles(key, "scores", rows * queries);
  if (about === undefined || !values) return undefined;
  const scores = Array.from({ length: queries }, (_, q) => values.subarray(q * rows, (q + 1) * rows));
  return { ...(JSON.parse(about) as Omit<Scored, "scores">), scores };
}

export function keepScores(state: StateFolder, key: string, { scores, ...about }: Scored): void {
  const rows = scores[0]!.length;
  const values = new Float64Array(rows * scores.length);
  for (const [q, score] of scores.entries()) values.set(score, q * rows);
  state.write(key, "scores", values);
  state.write(key, "about.json", JSON.stringify(about));
}
