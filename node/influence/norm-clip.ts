import { powerOfTwo } from "./exact-math.ts";
import { GRID_ONE } from "./grid.ts";
import { GATE_ONE, type IndexRow } from "./types.ts";

/** A row counts in full up to this many times the median |p - y|: no outlier is worth more than two usual items. */
const NORM_FACTOR = 2;

type RowResidual = Pick<IndexRow, "d" | "dExponent">;

/** |p - y| from the row's mantissas; features have unit norm, so this is the gradient's norm. */
function normOf({ d, dExponent }: RowResidual): number {
  let squares = 0;
  for (const x of d) squares += x * x;
  return Math.sqrt(squares) * powerOfTwo(dExponent);
}

/** Twice the lower median of the rows' norms on the 2^-24 grid, at least one unit. */
export function normLimitOf(rows: readonly RowResidual[]): number {
  const norms = Float64Array.from(rows, normOf).sort();
  const median = norms[Math.floor((norms.length - 1) / 2)] ?? 0;
  return Math.max(1, Math.floor(NORM_FACTOR * median * GRID_ONE));
}

/** min(1, limit / norm) as uint16, rounded down. */
export function clipOf(row: RowResidual, normLimit: number): number {
  const norm = normOf(row) * GRID_ONE;
  return norm <= normLimit ? GATE_ONE : Math.floor((normLimit * GATE_ONE) / norm);
}
