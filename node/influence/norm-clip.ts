import { powerOfTwo } from "./exact-math.ts";
import { GRID_ONE } from "./grid.ts";
import { GATE_ONE, type IndexRow } from "./types.ts";

/**
 * A row counts in full up to this many times the mean |p - y|: no outlier is worth more than two usual items. Not the
 * median: where a model is sure of most rows, those it is not sure of are what teaches it. |p - y| is at most the root
 * of 2, so a share f of the rows moves the mean by at most f times that.
 */
const NORM_FACTOR = 2;

type RowResidual = Pick<IndexRow, "d" | "dExponent">;

/** |p - y| from the row's mantissas; features have unit norm, so this is the gradient's norm. */
function normOf({ d, dExponent }: RowResidual): number {
  let squares = 0;
  for (const x of d) squares += x * x;
  return Math.sqrt(squares) * powerOfTwo(dExponent);
}

/** Twice the mean of the rows' norms, summed in row order, on the 2^-24 grid; at least one unit. */
export function normLimitOf(rows: readonly RowResidual[]): number {
  if (rows.length === 0) return 1;
  const total = rows.reduce((sum, row) => sum + normOf(row), 0);
  return Math.max(1, Math.floor((NORM_FACTOR * total * GRID_ONE) / rows.length));
}

/** min(1, limit / norm) as uint16, rounded down. */
export function clipOf(row: RowResidual, normLimit: number): number {
  const norm = normOf(row) * GRID_ONE;
  return norm <= normLimit ? GATE_ONE : Math.floor((normLimit * GATE_ONE) / norm);
}
