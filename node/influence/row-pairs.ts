import { InfluenceError } from "./errors.ts";
import { type Dot8, dot8Over, MOST_VECTORS, ROW_STEP } from "./kernel/dot8.ts";
import { sharedMemory } from "./kernel/wasm.ts";
import { COSINE_ONE, type IndexRow } from "./types.ts";

/** What two rows are compared by. */
export type LookRow = Pick<IndexRow, "h" | "d" | "entry">;

/** Every pair is compared: 50 G multiply-adds at 14,000 rows, four minutes of one core here. */
const MOST_ROWS = 200_000;

export interface Placed {
  readonly rows: readonly LookRow[];
  /** Row numbers in originality order: ascending entry. */
  readonly order: readonly number[];
  readonly norms: Float64Array;
  readonly dNorms: Float64Array;
  readonly memory: SharedArrayBuffer;
  readonly stride: number;
  readonly vectors: number;
  readonly out: number;
  readonly dots: readonly Dot8[];
}

const squares = (values: Int8Array) => values.reduce((sum, x) => sum + x * x, 0);

export function place(rows: readonly LookRow[]): Placed {
  if (rows.length > MOST_ROWS) {
    throw new InfluenceError("bad-shape", `${rows.length} rows to compare pairwise; at most ${MOST_ROWS}`);
  }
  const order = rows.map((_, i) => i).sort((a, b) => rows[a]!.entry - rows[b]!.entry || a - b);
  const dims = rows[0]?.h.length ?? 0;
  const stride = Math.ceil(dims / ROW_STEP) * ROW_STEP;
  const base = 64;
  const vectors = Math.ceil((base + rows.length * stride) / 64) * 64;
  const out = vectors + 2 * MOST_VECTORS * stride;
  const memory = sharedMemory(out + 4 * MOST_VECTORS * rows.length);
  for (const [at, row] of order.entries()) new Int8Array(memory.buffer, base + at * stride, dims).set(rows[row]!.h);
  return {
    ...{ rows, order, stride, vectors, out, memory: memory.buffer, dots: dot8Over(memory) },
    norms: Float64Array.from(order, (row) => Math.sqrt(squares(rows[row]!.h))),
    dNorms: Float64Array.from(order, (row) => Math.sqrt(squares(rows[row]!.d))),
  };
}

/**
 * Calls `pair` for every earlier-later pair in originality order whose embedding cosine reaches `least`, in the order
 * of the later row and then the earlier. Positions, not row numbers.
 */
export function nearPairs(
  placed: Placed,
  least: number,
  pair: (late: number, early: number, cosine: number) => void,
): void {
  const { rows, order, norms, stride, dots } = placed;
  for (let start = 0; start < order.length; start += MOST_VECTORS) {
    const count = Math.min(MOST_VECTORS, order.length - start);
    for (let b = 0; b < count; b++) {
      const widened = new Int16Array(placed.memory, placed.vectors + 2 * b * stride, stride).fill(0);
      widened.set(rows[order[start + b]!]!.h);
    }
    const before = start + count - 1;
    if (before === 0) return;
    dots[count]!(64, placed.vectors, placed.out, stride / ROW_STEP, before, 2 * stride);
    const products = new Int32Array(placed.memory, placed.out, before * count);
    for (let b = 0; b < count; b++) {
      const late = start + b;
      for (let early = 0; early < late; early++) {
        const product = products[early * count + b]!;
        if (product <= 0) continue;
        const cosine = (product * COSINE_ONE) / (norms[early]! * norms[late]!);
        if (cosine >= least) pair(late, early, cosine);
      }
    }
  }
}

/** Cosine of two rows' gradients d h^T from that of their features, in its unit. */
export function gradientCosine(placed: Placed, late: number, early: number, cosine: number): number {
  const [a, b] = [placed.rows[placed.order[late]!]!.d, placed.rows[placed.order[early]!]!.d];
  let product = 0;
  for (let c = 0; c < a.length; c++) product += a[c]! * b[c]!;
  const norms = placed.dNorms[late]! * placed.dNorms[early]!;
  return norms > 0 ? (cosine * product) / norms : 0;
}
