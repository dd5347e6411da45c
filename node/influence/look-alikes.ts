import { gradientCosine, type LookRow, nearPairs, place } from "./row-pairs.ts";
import type { Spacing } from "./spacing.ts";
import { COSINE_ONE, DISTANCE_ONE, GATE_ONE, LIKENESS, type Likeness } from "./types.ts";

/** Which earlier row every row repeats. */
export interface LookAlikes {
  /** Row that owns the row's cluster; the row itself when it repeats nothing. */
  readonly owner: Int32Array;
  /** Earliest earlier row that it repeats, or -1, and in which space. */
  readonly match: Int32Array;
  readonly likeness: Uint8Array;
  /** uint16 fixed point: 1 far from every earlier row in gradient space, 0 at the threshold of look-alikes. */
  readonly originality: Uint16Array;
}

export interface Cosines {
  /** Units of 1 / COSINE_ONE. */
  readonly embedding: number;
  readonly gradient: number;
}

/** A copy lies closer than this much of the median distance to a nearest neighbour, and never below the least cosine. */
const CLOSE = {
  embedding: { numerator: 2, denominator: 5, least: Math.round(0.85 * COSINE_ONE) },
  gradient: { numerator: 1, denominator: 2, least: Math.round(0.8 * COSINE_ONE) },
};
/** Originality falls over this many times the distance between the gradient threshold and 1: from cosine 0.55 to 0.80. */
const SOFT_REACH = { numerator: 5, denominator: 4 };
/**
 * The rows that repeat an earlier one in embedding space (labels ignored) or in gradient space, as shingle clusters do
 * for texts: any earlier row counts, paid or not; the cluster is that of the earliest match; nothing is merged.
 * Cosines come from the rows' own integers by IEEE operations in one order: the same answer on every machine.
 */
export function lookAlikes(rows: readonly LookRow[], cosines: Cosines): LookAlikes {
  const owner = Int32Array.from(rows, (_, i) => i);
  const match = new Int32Array(rows.length).fill(-1);
  const likeness = new Uint8Array(rows.length);
  const originality = new Uint16Array(rows.length).fill(GATE_ONE);
  if (rows.length === 0) return { owner, match, likeness, originality };
  const placed = place(rows);
  const reach = softReach(cosines);
  const closest = new Float64Array(rows.length);
  nearPairs(placed, Math.min(cosines.embedding, cosines.gradient - reach), (late, early, cosine) => {
    const row = placed.order[late]!;
    if (match[row]! >= 0) return;
    const along = gradientCosine(placed, late, early, cosine);
    if (along > closest[row]!) closest[row] = along;
    const kind = kindOf(cosine, along, cosines);
    if (kind === LIKENESS.none) return;
    match[row] = placed.order[early]!;
    owner[row] = owner[match[row]!]!;
    likeness[row] = kind;
  });
  for (let i = 0; i < rows.length; i++) {
    originality[i] = match[i]! >= 0 ? 0 : originalityOf(closest[i]!, cosines.gradient, reach);
  }
  return { owner, match, likeness, originality };
}

function softReach({ gradient }: Cosines): number {
  return ((COSINE_ONE - gradient) * SOFT_REACH.numerator) / SOFT_REACH.denominator;
}

/** Linear between the threshold and its reach: whoever stays just outside the threshold earns next to nothing too. */
function originalityOf(closest: number, gradient: number, reach: number): number {
  const distance = gradient - closest;
  if (distance >= reach) return GATE_ONE;
  return distance <= 0 ? 0 : Math.floor((distance * GATE_ONE) / reach);
}

function kindOf(cosine: number, along: number, { embedding, gradient }: Cosines): Likeness {
  if (cosine >= embedding) return LIKENESS.embedding;
  return along >= gradient ? LIKENESS.gradient : LIKENESS.none;
}

function closeCosine(spacing: number, { numerator, denominator, least }: (typeof CLOSE)["embedding"]): number {
  const distance = Math.floor((spacing * COSINE_ONE * numerator) / (DISTANCE_ONE * denominator));
  return Math.max(least, COSINE_ONE - distance);
}

/**
 * The cosines for rows of this spacing: 0.85 and 0.80 where an encoder keeps different items apart, more where honest
 * neighbours lie as close as that. Medians: to move them takes half of all rows.
 */
export function chooseCosines({ embedding, gradient }: Pick<Spacing, "embedding" | "gradient">): Cosines {
  return { embedding: closeCosine(embedding, CLOSE.embedding), gradient: closeCosine(gradient, CLOSE.gradient) };
}
