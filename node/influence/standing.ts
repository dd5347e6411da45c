import type { IndexHeader, IndexRow } from "./types.ts";

/** Whether a row's cluster may be paid, and if not, why. */
export const STANDING = { paid: 0, embedding: 1, gradient: 2, harms: 3, untrained: 4 } as const;
export type Standing = (typeof STANDING)[keyof typeof STANDING];

/**
 * A row that repeats an earlier one earns nothing, and neither does one that harms held-out quality. A row that the
 * head was not trained on has shaped no answer.
 */
export function standingOf(
  header: Pick<IndexHeader, "harmLimit" | "trainedRows">,
  row: Pick<IndexRow, "likeness" | "benefit">,
  index: number,
): Standing {
  if (index >= header.trainedRows) return STANDING.untrained;
  if (row.likeness !== STANDING.paid) return row.likeness;
  return row.benefit < -header.harmLimit ? STANDING.harms : STANDING.paid;
}
