import type { SettlementExplanation } from "../influence/settle.ts";
import { STANDING, standingOf } from "../influence/standing.ts";
import { COSINE_ONE, type IndexHeader, type IndexRow } from "../influence/types.ts";

/** Rows that a query would have paid but for their standing: more than this many say nothing new. */
const MOST_WITHHELD = 32;

/** A row whose score would have put it among the paid ones, and the rule that kept it out. */
export interface WithheldRow {
  readonly row: number;
  /** score x gate x clip. */
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

/** Largest first: every row that cluster or held-out gate kept out although its credit reaches the least of the top. */
export function withheldRows(
  header: IndexHeader,
  rows: readonly (IndexRow | undefined)[],
  { scores, settlement }: { readonly scores: readonly number[]; readonly settlement: SettlementExplanation },
): WithheldRow[] {
  const paid = settlement.entries.map(({ score, gate, clip }) => score * gate * clip);
  const least = paid.reduce((a, b) => (b < a ? b : a), paid[0] ?? 0n);
  const found = rows.flatMap((row, i): WithheldRow[] => {
    if (!row || scores[i]! <= 0 || standingOf(header, row, i) === STANDING.paid) return [];
    const credit = BigInt(scores[i]!) * BigInt(row.gate) * BigInt(row.clip);
    return credit > 0n && credit >= least
      ? [{ row: i, credit, reason: reasonOf(header, row, i), owner: row.owner }]
      : [];
  });
  found.sort((a, b) => (a.credit === b.credit ? a.row - b.row : a.credit < b.credit ? 1 : -1));
  return found.slice(0, MOST_WITHHELD);
}
