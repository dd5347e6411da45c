import { InfluenceError } from "../errors.ts";
import { powerOfTwo } from "../exact-math.ts";
import { ROW_STEP } from "../kernel/dot8.ts";
import { EXPONENT_RANGE } from "./limits.ts";
import { FIRST_ROW, ROWS_A_PASS, vectorPlace } from "./resident.ts";
import type { AdapterHeader, AdapterQuery, AdapterRow, ResidentAdapter } from "./types.ts";

/** 2^(exponent of the view's products above the least of all views), view by view. Throws InfluenceError bad-shape. */
export function queryScales({ views, coordinates }: AdapterHeader, { vectors, exponents }: AdapterQuery): number[] {
  const fits = vectors.length === views.length && exponents.length === views.length;
  if (!fits || vectors.some((vector) => vector.length !== coordinates || vector.includes(-128))) {
    throw new InfluenceError("bad-shape", `a query does not fit ${views.length} views of ${coordinates}`);
  }
  const units = exponents.map((exponent, v) => exponent + views[v]!.baseExponent);
  const shifts = units.map((unit) => unit - Math.min(...units));
  if (!shifts.every((shift) => Number.isInteger(shift) && shift <= EXPONENT_RANGE)) {
    throw new InfluenceError("bad-shape", "a query's exponents are out of range");
  }
  return shifts.map(powerOfTwo);
}

/**
 * s_i = sum over views of (q_v . r_iv) 2^(row shift + query shift) in the query's own unit: safe integers, because 4 views
 * x 4,096 x 127 x 127 x 2^24 < 2^53. Positive when training on the row made the answer likelier.
 */
export function scoreAdapterRows(
  resident: Pick<ResidentAdapter, "header" | "memory" | "rowStride" | "columns" | "dot">,
  query: AdapterQuery,
): Float64Array {
  const { header, memory, rowStride, columns } = resident;
  const scales = queryScales(header, query);
  const place = vectorPlace(resident);
  const out = place + 2 * rowStride;
  const widened = new Int16Array(memory.buffer, place, rowStride);
  const products = new Int32Array(memory.buffer, out, Math.min(header.rows, ROWS_A_PASS));
  const scores = new Float64Array(header.rows);
  for (const [v, scale] of scales.entries()) {
    widened.fill(0);
    widened.set(query.vectors[v]!);
    for (let first = 0; first < header.rows; first += ROWS_A_PASS) {
      const count = Math.min(ROWS_A_PASS, header.rows - first);
      const from = FIRST_ROW + (v * header.rows + first) * rowStride;
      resident.dot(from, place, out, rowStride / ROW_STEP, count, 2 * rowStride);
      const shift = v * header.rows + first;
      for (let i = 0; i < count; i++) scores[first + i]! += products[i]! * columns.scale[shift + i]! * scale;
    }
  }
  return scores;
}

/** One row's score in plain integers: the definition that the kernel is tested against. */
export function adapterRowScore(
  header: AdapterHeader,
  row: Pick<AdapterRow, "mantissas" | "shifts">,
  query: AdapterQuery,
) {
  const views = queryScales(header, query).map((queryScale, v) => {
    let dot = 0;
    const at = v * header.coordinates;
    for (let k = 0; k < header.coordinates; k++) dot += row.mantissas[at + k]! * query.vectors[v]![k]!;
    return { dot, queryScale, rowScale: powerOfTwo(row.shifts[v]!) };
  });
  return { score: views.reduce((sum, { dot, queryScale, rowScale }) => sum + dot * queryScale * rowScale, 0), views };
}
