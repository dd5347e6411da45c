import type { IndexHeader, IndexRow } from "./types.ts";

/** Whether a row's cluster may be paid, and if not, why. */
export const STANDING = { paid: 0, embedding: 1, gradient: 2, harms: 3 } as const;
export type Standing = (typeof STANDING)[keyof typeof STANDING];

/** A row that repeats an earlier one earns nothing, and neither does one that harms held-out quality. */
export function standingOf(
  header: Pick<IndexHeader, "harmLimit">,
  row: Pick<IndexRow, "likeness" | "benefit">,
): Standing {
  if (row.likeness !== STANDING.paid) return row.likeness;
  return row.benefit < -header.harmLimit ? STANDING.harms : STANDING.paid;
}
