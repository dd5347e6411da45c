import { InfluenceError } from "./errors.ts";
import { powerOfTwo } from "./exact-math.ts";
import { ROW_STEP } from "./kernel/dot8.ts";
import { type ResidentModel, ROWS_A_PASS } from "./resident.ts";
import type { IndexHeader, IndexRow, QueryVectors } from "./types.ts";

function checkQuery(header: IndexHeader, query: QueryVectors): void {
  const { blocks, dims, classes } = header;
  const fits = query.classes.length === blocks && query.d.length === blocks && query.v.length === blocks * dims;
  if (fits && query.classes.every((c) => c < classes)) return;
  throw new InfluenceError("bad-shape", `query vectors do not fit an index of ${blocks} blocks of ${dims}`);
}

/** Writes the query's vectors, widened to 16 bits, to this thread's scratch. */
function placeVectors({ header, places, memory, scratch }: ResidentModel, query: QueryVectors): void {
  const { dims, blocks } = header;
  for (let b = 0; b < blocks; b++) {
    const at = scratch + 16 * dims + 2 * b * places.rowStride;
    const widened = new Int16Array(memory.buffer, at, places.rowStride);
    widened.fill(0, dims);
    widened.set(query.v.subarray(b * dims, (b + 1) * dims));
  }
}

/** Sums one block's part into the scores of rows first .. first + count - 1. */
function addBlock(d: Int8Array, factor: number, dots: Int32Array, out: Float64Array, block: number, step: number) {
  for (let i = 0, at = block; i < d.length; i++, at += step) out[i]! += factor * d[i]! * dots[at]!;
}

/**
 * s_i = sum_c d_qc d_ic (v_c . h_i) 2^(row exponent - base) for every row, in the index's own unit: safe integers
 * (`exponentRange` of the format bounds them), positive when the row speaks for the answer.
 */
export function scoreRows(resident: ResidentModel, query: QueryVectors): Float64Array {
  checkQuery(resident.header, query);
  const { dims, rows, blocks } = resident.header;
  const { places, columns, memory } = resident;
  placeVectors(resident, query);
  const vectors = resident.scratch + 16 * dims;
  const out = vectors + 2 * blocks * places.rowStride;
  const dots = new Int32Array(memory.buffer, out, Math.min(rows, ROWS_A_PASS) * blocks);
  const scores = new Float64Array(rows);
  for (let first = 0; first < rows; first += ROWS_A_PASS) {
    const count = Math.min(ROWS_A_PASS, rows - first);
    const from = places.rows + first * places.rowStride;
    resident.dots[blocks]!(from, vectors, out, places.rowStride / ROW_STEP, count, 2 * places.rowStride);
    const part = scores.subarray(first, first + count);
    for (let b = 0; b < blocks; b++) {
      const column = query.classes[b]! * rows + first;
      addBlock(columns.d.subarray(column, column + count), query.d[b]!, dots, part, b, blocks);
    }
    const scale = columns.scale.subarray(first, first + count);
    for (let i = 0; i < count; i++) part[i]! *= scale[i]!;
  }
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
