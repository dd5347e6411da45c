import { powerOfTwo } from "./exact-math.ts";
import { gradientCosine, type LookRow, nearPairs, place } from "./row-pairs.ts";
import { COSINE_ONE, DISTANCE_ONE, type IndexRow, OVERLAP_ONE } from "./types.ts";

/** An overlap begins at this many median distances in gradient space, and is whole at that many. */
const BEGINS = 1.1;
const WHOLE = 0.4;
const MOST_OVERLAP = 65535;
/**
 * Two companions that somebody submits with a row do not make it a row like others: the third nearest counts too, less
 * this many median distances.
 */
const THIRD_ALLOWANCE = 0.28;

/** How far rows lie apart. Distances are 1 - cosine, at most 1, in units of 1 / DISTANCE_ONE. */
export interface Spacing {
  /** Every row's distance to the nearest other row in embedding space. */
  readonly nearest: Uint16Array;
  /** The same, or the distance to the third nearest less 0.28 medians where that is more. */
  readonly room: Uint16Array;
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

/** The three largest cosines of every row to others, largest first; 0 where there are no more. */
class Closest {
  private readonly values: Float64Array;

  constructor(rows: number) {
    this.values = new Float64Array(3 * rows);
  }

  add(row: number, cosine: number): void {
    const { values } = this;
    const at = 3 * row;
    if (cosine <= values[at + 2]!) return;
    const rank = cosine > values[at]! ? 0 : cosine > values[at + 1]! ? 1 : 2;
    values.copyWithin(at + rank + 1, at + rank, at + 2);
    values[at + rank] = cosine;
  }

  ofRank(rank: number): Float64Array {
    return Float64Array.from({ length: this.values.length / 3 }, (_, row) => this.values[3 * row + rank]!);
  }
}

/** With fewer than three others, the nearest alone. */
function roomOf(nearest: Uint16Array, third: Uint16Array, median: number): Uint16Array {
  if (nearest.length < 4) return nearest;
  const allowance = Math.floor(THIRD_ALLOWANCE * median);
  return nearest.map((distance, i) => Math.max(distance, third[i]! - allowance));
}

/** Compares every pair once; by IEEE operations in one order, so the same integers on every machine. */
export function spacingOf(rows: readonly LookRow[]): Spacing {
  const reference = Int32Array.from(rows, (_, i) => i);
  const [along, closestGradient] = [new Float64Array(rows.length), new Float64Array(rows.length)];
  const closest = new Closest(rows.length);
  if (rows.length > 0) {
    const placed = place(rows);
    nearPairs(placed, 0, (late, early, cosine) => {
      const [own, other] = [placed.order[late]!, placed.order[early]!];
      closest.add(own, cosine);
      closest.add(other, cosine);
      if (cosine <= along[own]! && cosine <= closestGradient[other]!) return;
      const gradient = gradientCosine(placed, late, early, cosine);
      if (gradient > closestGradient[own]!) closestGradient[own] = gradient;
      if (gradient > closestGradient[other]!) closestGradient[other] = gradient;
      if (gradient <= along[own]!) return;
      along[own] = gradient;
      reference[own] = other;
    });
  }
  const nearest = distances(closest.ofRank(0));
  const [embedding, gradient] = [medianOf(nearest), medianOf(distances(closestGradient))];
  const room = roomOf(nearest, distances(closest.ofRank(2)), embedding);
  return { nearest, room, embedding, gradient, reference, along };
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
