import { InfluenceError } from "./errors.ts";
import { type Dot8, dot8Over, MOST_VECTORS, ROW_STEP } from "./kernel/dot8.ts";
import { sharedMemory } from "./kernel/wasm.ts";
import { COSINE_ONE, GATE_ONE, type IndexRow, LIKENESS, type Likeness } from "./types.ts";

/** What a look-alike is judged by. */
export type LookRow = Pick<IndexRow, "h" | "d" | "gate" | "label" | "entry">;

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

/** Least cosines: on Banking77 they merge 2 % of honest owners, nine in ten of them with an item of the same class. */
const LEAST_EMBEDDING = Math.round(0.85 * COSINE_ONE);
/** Gradients weigh labels and predictions as well, so they may lie a little farther apart. */
const GRADIENT_MARGIN = Math.round(0.05 * COSINE_ONE);
/** Originality falls over this many times the distance between the gradient threshold and 1: from cosine 0.55 to 0.80. */
const SOFT_REACH = { numerator: 5, denominator: 4 };
const STEP = Math.round(COSINE_ONE / 64);
/** One row in this many may lie that close to an earlier row of another class: such pairs are no copies. */
const FALSE_MERGES = 500;
/** Every pair is compared: 50 G multiply-adds at 14,000 rows, four minutes of one core here. */
const MOST_ROWS = 200_000;

interface Placed {
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

function place(rows: readonly LookRow[]): Placed {
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
function nearPairs(placed: Placed, least: number, pair: (late: number, early: number, cosine: number) => void): void {
  const { rows, order, norms, stride, dots } = placed;
  for (let start = 0; start < order.length; start += MOST_VECTORS) {
    const count = Math.min(MOST_VECTORS, order.length - start);
    for (let b = 0; b < count; b++) {
      const widened = new Int16Array(placed.memory, placed.vectors + 2 * b * stride, stride).fill(0);
      widened.set(rows[order[start + b]!]!.h);
    }
    const before = start + count - 1;
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

function gradientCosine(placed: Placed, late: number, early: number, cosine: number): number {
  const [a, b] = [placed.rows[placed.order[late]!]!.d, placed.rows[placed.order[early]!]!.d];
  let product = 0;
  for (let c = 0; c < a.length; c++) product += a[c]! * b[c]!;
  const norms = placed.dNorms[late]! * placed.dNorms[early]!;
  return norms > 0 ? (cosine * product) / norms : 0;
}

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

/**
 * The cosines for these rows: 0.85 where the encoder keeps different questions apart, more where at that distance over
 * one row in 500 would lie by an earlier row of another class - both with half-open gates, so that wrong labels on
 * copies cannot raise the threshold.
 */
export function chooseCosines(rows: readonly LookRow[]): Cosines {
  const steps = Math.floor((COSINE_ONE - LEAST_EMBEDDING) / STEP);
  const closest = new Int32Array(rows.length);
  if (rows.length > 0) {
    const placed = place(rows);
    nearPairs(placed, LEAST_EMBEDDING, (late, early, cosine) => {
      const [a, b] = [placed.rows[placed.order[late]!]!, placed.rows[placed.order[early]!]!];
      if (a.label === b.label || 2 * a.gate < GATE_ONE || 2 * b.gate < GATE_ONE) return;
      const step = 1 + Math.min(steps, Math.floor((cosine - LEAST_EMBEDDING) / STEP));
      if (step > closest[late]!) closest[late] = step;
    });
  }
  let step = 0;
  while (step <= steps && FALSE_MERGES * closest.filter((reached) => reached > step).length > rows.length) step++;
  const embedding = Math.min(COSINE_ONE, LEAST_EMBEDDING + step * STEP);
  return { embedding, gradient: embedding - GRADIENT_MARGIN };
}
