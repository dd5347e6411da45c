import { type Commit, FLAG_ABSENT } from "../types/commit.ts";
import { compareTime, type Timestamp } from "../types/time.ts";
import type { ValidatorSet } from "../types/validator-set.ts";

/**
 * BFT time of a block: median of the last commit's timestamps weighted by power (CometBFT state.MedianTime).
 * Votes for nil count too; the result lies between the times of correct validators.
 */
export function medianTime(commit: Commit, validators: ValidatorSet): Timestamp {
  const weighted = commit.signatures
    .flatMap((sig, index) =>
      sig.flag === FLAG_ABSENT ? [] : [{ time: sig.timestamp, power: validators.get(index)?.power ?? 0 }],
    )
    .sort((a, b) => compareTime(a.time, b.time));
  const total = weighted.reduce((sum, { power }) => sum + power, 0);
  let median = Math.floor(total / 2);
  for (const { time, power } of weighted) {
    if (median <= power) return time;
    median -= power;
  }
  throw new RangeError("a commit without signatures has no time");
}
