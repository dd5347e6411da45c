import { powerOfTwo } from "./exact-math.ts";
import { gradientCosine, type LookRow, nearPairs, place } from "./row-pairs.ts";
import { COSINE_ONE, DISTANCE_ONE, type IndexRow, OVERLAP_ONE } from "./types.ts";

/** An overlap begins at this many median distances in gradient space, and is whole at that many. */
const BEGINS = 1.1;
const WHOLE = 0.4;
const MOST_OVERLAP = 65535;

/** How far rows lie apart. Distances are 1 - cosine, at most 1, in units of 1 / DISTANCE_ONE. */
export interface Spacing {
  /** Every row's distance to the nearest other row in embedding space. */
  readonly nearest: Uint16Array;
  /** Lower medians over the rows of the distance to the nearest other row, in embedding and in gradient space. */
  readonly embedding: number;
  readonly gradient: number;
  /** Earlier row of the nearest gradient, or the row itself; and the cosine to it, in units of 1 / COSINE_ONE. */
  readonly reference: Int32Array;
  readonly along: Float64Array;
}

function distances(closest: Float64Array): Uint16Array {
  return Uint16Array.from(closest, (cosine) =>
    Math.max(0, Math.floor(((COSINE_ONE - cosine) * DISTANCE_ONE) / COSINE_ONE)),
  );
}

function medianOf(values: Uint16Array): number {
  return values.slice().sort()[Math.floor((values.length - 1) / 2)] ?? DISTANCE_ONE;
}

/** Compares every pair once; by IEEE operations in one order, so the same integers on every machine. */
export function spacingOf(rows: readonly LookRow[]): Spacing {
  const reference = Int32Array.from(rows, (_, i) => i);
  const [along, closest, closestGradient] = [0, 1, 2].map(() => new Float64Array(rows.length)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  if (rows.length > 0) {
    const placed = place(rows);
    nearPairs(placed, 0, (late, early, cosine) => {
      const [own, other] = [placed.order[late]!, placed.order[early]!];
      if (cosine > closest[own]!) closest[own] = cosine;
      if (cosine > closest[other]!) closest[other] = cosine;
      if (cosine <= along[own]! && cosine <= closestGradient[other]!) return;
      const gradient = gradientCosine(placed, late, early, cosine);
      if (gradient > closestGradient[own]!) closestGradient[own] = gradient;
      if (gradient > closestGradient[other]!) closestGradient[other] = gradient;
      if (gradient <= along[own]!) return;
      along[own] = gradient;
      reference[own] = other;
    });
  }
  const nearest = distances(closest);
  const [embedding, gradient] = [medianOf(nearest), medianOf(distances(closestGradient))];
  return { nearest, embedding, gradient, reference, along };
}

type RowGradient = Pick<IndexRow, "h" | "hExponent" | "d" | "dExponent">;

const squares = (values: Int8Array) => values.reduce((sum, x) => sum + x * x, 0);
const normOf = (row: RowGradient) =>
  Math.sqrt(squares(row.h) * squares(row.d)) * powerOfTwo(row.hExponent + row.dExponent);

/**
 * How much of the reference's score is in every row's own: the projection of its gradient on the reference's,
 * cosine x |own| / |reference|, faded in from 1.1 median distances in gradient space to 0.4. Units of 1 / OVERLAP_ONE.
 */
export function overlapsOf(rows: readonly RowGradient[], { reference, along, gradient }: Spacing): Uint16Array {
  const [begins, whole] = [BEGINS * gradient, WHOLE * gradient];
  return Uint16Array.from(rows, (row, i) => {
    if (reference[i] === i) return 0;
    const distance = ((COSINE_ONE - along[i]!) * DISTANCE_ONE) / COSINE_ONE;
    const part = distance <= whole ? 1 : (begins - distance) / (begins - whole);
    const other = normOf(rows[reference[i]!]!);
    if (part <= 0 || other === 0) return 0;
    return Math.min(MOST_OVERLAP, Math.floor((part * along[i]! * OVERLAP_ONE * normOf(row)) / (COSINE_ONE * other)));
  });
}
