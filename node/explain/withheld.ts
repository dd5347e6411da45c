import { STANDING, standingOf } from "../influence/standing.ts";
import { COSINE_ONE, type IndexHeader, type IndexRow } from "../influence/types.ts";

/** Rows that a query would have paid but for their standing: more than this many say nothing new. */
const MOST_WITHHELD = 32;

/** A row whose score would have put it among the paid ones, and the rule that kept it out. */
export interface WithheldRow {
  readonly row: number;
  /** Its credit as a paid row's, before floor and novelty. */
  readonly credit: bigint;
  readonly reason: string;
  /** Row that owns its cluster: the item that is paid in its place where its own score allows. */
  readonly owner: number;
}

const cosine = (value: number) => (value / COSINE_ONE).toFixed(3);

function reasonOf(header: IndexHeader, row: IndexRow, index: number): string {
  const standing = standingOf(header, row, index);
  if (standing === STANDING.untrained) return "the model was not trained on it";
  if (standing === STANDING.embedding) {
    return `its embedding lies within cosine ${cosine(header.embeddingCosine)} of an earlier item of the cluster`;
  }
  if (standing === STANDING.gradient) {
    return `its gradient lies within cosine ${cosine(header.gradientCosine)} of an earlier item of the cluster`;
  }
  return `it harms held-out quality: benefit ${row.benefit} below -${header.harmLimit}`;
}

/** Largest first: every row that cluster or held-out gate kept out although its credit exceeds the floor of the paid ones. */
export function withheldRows(
  header: IndexHeader,
  rows: readonly (IndexRow | undefined)[],
  { floor, credit: creditOf }: { readonly floor: bigint; readonly credit: (row: number) => bigint },
): WithheldRow[] {
  const found = rows.flatMap((row, i): WithheldRow[] => {
    if (!row || standingOf(header, row, i) === STANDING.paid) return [];
    const credit = creditOf(i);
    return credit > floor ? [{ row: i, credit, reason: reasonOf(header, row, i), owner: row.owner }] : [];
  });
  found.sort((a, b) => (a.credit === b.credit ? a.row - b.row : a.credit < b.credit ? 1 : -1));
  return found.slice(0, MOST_WITHHELD);
}
