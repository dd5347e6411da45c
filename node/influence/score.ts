import { InfluenceError } from "./errors.ts";
import { powerOfTwo } from "./exact-math.ts";
import type { ResidentModel } from "./resident.ts";
import type { IndexHeader, IndexRow, QueryVectors } from "./types.ts";

function checkQuery(header: IndexHeader, query: QueryVectors): void {
  const { blocks, dims, classes } = header;
  const fits = query.classes.length === blocks && query.d.length === blocks && query.v.length === blocks * dims;
  if (fits && query.classes.every((c) => c < classes)) return;
  throw new InfluenceError("bad-shape", `query vectors do not fit an index of ${blocks} blocks of ${dims}`);
}

/**
 * s_i = sum_c d_qc d_ic (v_c . h_i) 2^(row exponent - base) for every row, in the index's own unit: safe integers
 * (`exponentRange` of the format bounds them), positive when the row speaks for the answer.
 */
export function scoreRows(resident: ResidentModel, query: QueryVectors): Float64Array {
  checkQuery(resident.header, query);
  const { dims, rows, blocks } = resident.header;
  const { places, columns, memory } = resident;
  const vectors = resident.scratch + 16 * dims;
  const out = vectors + 2 * blocks * places.rowStride;
  for (let b = 0; b < blocks; b++) {
    const widened = new Int16Array(memory.buffer, vectors + 2 * b * places.rowStride, places.rowStride);
    widened.fill(0, dims);
    widened.set(query.v.subarray(b * dims, (b + 1) * dims));
  }
  resident.dots[blocks]!(places.rows, vectors, out, places.rowStride / 16, rows, 2 * places.rowStride);
  const dots = new Int32Array(memory.buffer, out, rows * blocks);
  const scores = new Float64Array(rows);
  for (let b = 0; b < blocks; b++) {
    const d = columns.d.subarray(query.classes[b]! * rows, (query.classes[b]! + 1) * rows);
    const factor = query.d[b]!;
    if (b < blocks - 1) {
      for (let i = 0, at = b; i < rows; i++, at += blocks) scores[i]! += factor * d[i]! * dots[at]!;
      continue;
    }
    for (let i = 0, at = b; i < rows; i++, at += blocks) {
      scores[i] = (scores[i]! + factor * d[i]! * dots[at]!) * columns.scale[i]!;
    }
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
