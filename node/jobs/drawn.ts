import type { TrainingLog } from "../factory/job/index.ts";
import { headOf } from "../factory/job/index.ts";
import { drawSegments } from "../factory/verify-claim.ts";

/** Jobs of at most so many steps are executed to their end: seconds to a minute of a small network. */
export const FULL_STEPS = 512;
/** Segments between checkpoints that are executed of a longer one, the last one always among them. */
export const JOB_SEGMENTS = 8;
/** Steps that these may have together: more is too much for a claim's time, and validators abstain. */
export const MOST_DRAWN_STEPS = 4_096;

/** True for a job of which validators execute drawn segments only: they need the states between them as blobs. */
export function isLong(log: TrainingLog): boolean {
  return headOf(log).steps > BigInt(FULL_STEPS);
}

/** Steps in the segments that a seed draws of a long job. */
export function drawnSteps(log: TrainingLog, seed: Uint8Array): number {
  const steps = drawSegments(log, seed, JOB_SEGMENTS).map(({ from, to }) => {
    return Number((log.checkpoints[to]?.step ?? 0n) - (log.checkpoints[from]?.step ?? 0n));
  });
  return steps.reduce((sum, each) => sum + each, 0);
}
