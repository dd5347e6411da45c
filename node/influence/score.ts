import { InfluenceError } from "./errors.ts";
import { powerOfTwo } from "./exact-math.ts";
import { AT_ONCE } from "./kernel/add-products.ts";
import { DEPTH_STEP, MOST_TOGETHER } from "./kernel/row-dots.ts";
import { type ResidentModel, ROWS_A_PASS, scratchPlaces } from "./resident.ts";
import type { IndexHeader, IndexRow, QueryVectors } from "./types.ts";

/** Bytes of the inner products of a pass with one vector. */
const PLANE = 4 * ROWS_A_PASS;

function checkQuery(header: IndexHeader, query: QueryVectors): void {
  const { blocks, dims, classes } = header;
  const fits =
    !query.v.includes(-128) &&
    query.classes.length === blocks &&
    query.d.length === blocks &&
    query.v.length === blocks * dims;
  if (fits && query.classes.every((c) => c < classes)) return;
  throw new InfluenceError("bad-shape", `query vectors do not fit an index of ${blocks} blocks of ${dims}`);
}

/** First block of each group that is multiplied together. */
function groupsOf(blocks: number): number[] {
  return Array.from({ length: Math.ceil(blocks / MOST_TOGETHER) }, (_, group) => group * MOST_TOGETHER);
}

/** Writes the query's vectors to this thread's scratch, where `scorePart` reads them. Throws InfluenceError bad-shape. */
export function placeQuery({ header, places, rowDots, scratch }: ResidentModel, query: QueryVectors): void {
  checkQuery(header, query);
  const { dims, blocks } = header;
  const { vectors } = scratchPlaces(header, places.rowStride);
  for (const first of groupsOf(blocks)) {
    const count = Math.min(MOST_TOGETHER, blocks - first);
    const group = Array.from({ length: count }, (_, b) => query.v.subarray((first + b) * dims, (first + b + 1) * dims));
    rowDots.place(group, scratch + vectors + 2 * first * places.rowStride, places.rowStride);
  }
}

/** Scores rows first .. first + count - 1, at most ROWS_A_PASS, in this thread's scratch. */
function scorePass(resident: ResidentModel, query: QueryVectors, first: number, count: number): Float64Array {
  const { header, places, memory } = resident;
  const { rows, blocks } = header;
  const { vectors, dots, scores } = scratchPlaces(header, places.rowStride);
  const at = { vectors: resident.scratch + vectors, dots: resident.scratch + dots, out: resident.scratch + scores };
  const [pairs, steps] = [Math.ceil(count / 2), Math.ceil(count / AT_ONCE)];
  const [from, stride] = [places.rows + first * places.rowStride, places.rowStride];
  const out = new Float64Array(memory.buffer, at.out, AT_ONCE * steps).fill(0);
  for (const start of groupsOf(blocks)) {
    const together = Math.min(MOST_TOGETHER, blocks - start);
    const vector = at.vectors + 2 * start * stride;
    const dot = resident.rowDots.dots[together]!;
    dot(from, pairs * stride, vector, at.dots, 4 * pairs, stride / DEPTH_STEP, pairs, stride, PLANE);
    for (let b = 0; b < together; b++) {
      const column = places.d + query.classes[start + b]! * rows + first;
      const scale = places.scale + 8 * first;
      resident.addProducts(at.dots + b * PLANE, column, scale, at.out, query.d[start + b]!, steps);
    }
  }
  return out.subarray(0, count);
}

/** Writes the scores of rows first .. end - 1 of the query that `placeQuery` placed; `scores` are those of all rows. */
export function scorePart(
  resident: ResidentModel,
  query: QueryVectors,
  { first, end }: { readonly first: number; readonly end: number },
  scores: Float64Array,
): void {
  for (let at = first; at < end; at += ROWS_A_PASS) {
    scores.set(scorePass(resident, query, at, Math.min(ROWS_A_PASS, end - at)), at);
  }
}

/**
 * s_i = sum_c d_qc d_ic (v_c . h_i) 2^(row exponent - base) for every row, in the index's own unit: safe integers
 * (`exponentRange` of the format bounds them), positive when the row speaks for the answer.
 */
export function scoreRows(
  resident: ResidentModel,
  query: QueryVectors,
  scores: Float64Array = new Float64Array(resident.header.rows),
): Float64Array {
  placeQuery(resident, query);
  scorePart(resident, query, { first: 0, end: resident.header.rows }, scores);
  return scores;
}

/** Every factor of one row's score, for `explain`. */
export interface RowScore {
  readonly score: number;
  /** 2^(row exponent - base exponent). */
  readonly scale: number;
  readonly blocks: readonly {
    readonly class: number;
    readonly queryD: number;
    readonly rowD: number;
    readonly dot: number;
  }[];
}

/** One row's score in plain integers: the definition that the kernel is tested against. */
export function rowScore(header: IndexHeader, row: IndexRow, query: QueryVectors): RowScore {
  checkQuery(header, query);
  const { dims } = header;
  const scale = powerOfTwo(row.hExponent + row.dExponent - header.baseExponent);
  let sum = 0;
  const blocks = query.classes.map((c, b) => {
    let dot = 0;
    for (let k = 0; k < dims; k++) dot += query.v[b * dims + k]! * row.h[k]!;
    sum += query.d[b]! * row.d[c]! * dot;
    return { class: c, queryD: query.d[b]!, rowD: row.d[c]!, dot };
  });
  return { score: sum * scale, scale, blocks };
}
