import { sha256 } from "../../../chain/crypto/hash.ts";
import { clusters } from "../dedupe.ts";
import { powerOfTwo } from "../exact-math.ts";
import { GRID_ONE, int32Bytes, roundHalfUp } from "../grid.ts";
import { gridBenefit, harmLimitOf } from "../held-out.ts";
import { lookAlikes } from "../look-alikes.ts";
import { binaryExponent } from "../quantise.ts";
import { overlapsOf, spacingOf } from "../spacing.ts";
import { COSINE_ONE, DISTANCE_ONE, GATE_ONE, LIKENESS, type Likeness } from "../types.ts";
import { payGates } from "./pay-gates.ts";
import { textLikeness } from "./text-likeness.ts";
import type { AdapterHeader, AdapterRow } from "./types.ts";

/** Held-out vectors have 15-bit mantissas and benefits 30 bits: every sum stays below 2^53. */
const VECTOR_BITS = 15;
const BENEFIT_BITS = 30;
const NO_EMBEDDING = COSINE_ONE + 1;
const ONE_CLASS = Int8Array.of(1);
/** However far apart rows lie, one that shares less than this with an earlier one repeats nothing. */
const LEAST_COSINE = COSINE_ONE / 2;
export const NO_HELD_OUT: Uint8Array = new Uint8Array(32);

export type PlainRow = Pick<AdapterRow, "mantissas" | "shifts" | "contribution" | "entry">;
type Exponents = readonly { readonly baseExponent: number }[];

/** Norm of a row's whitened gradient over all views, from its mantissas. */
function normOf({ mantissas, shifts }: PlainRow, views: Exponents): number {
  const size = mantissas.length / views.length;
  let sum = 0;
  for (const [v, { baseExponent }] of views.entries()) {
    let squares = 0;
    for (let k = v * size; k < (v + 1) * size; k++) squares += mantissas[k]! * mantissas[k]!;
    const unit = powerOfTwo(baseExponent + shifts[v]!);
    sum += squares * unit * unit;
  }
  return Math.sqrt(sum);
}

/**
 * The lower median of the rows' norms on the 2^-24 grid, at least one unit: half of the rows count by their direction alone.
 * Text that a model cannot learn keeps a long gradient, and with it large scores of either sign, of which the positive are paid.
 */
function normLimitOf(norms: Float64Array): number {
  const median = norms.slice().sort()[Math.floor((norms.length - 1) / 2)] ?? 0;
  return Math.min(Number.MAX_SAFE_INTEGER, Math.max(1, Math.floor(median * GRID_ONE)));
}

function clipOf(norm: number, limit: number): number {
  const units = norm * GRID_ONE;
  return units <= limit ? GATE_ONE : Math.floor((limit / units) * GATE_ONE);
}

/** Held-out gradients in the views' whitened coordinates: what a row's benefit is a product with. */
export interface HeldOutVectors {
  readonly rows: number;
  /** 15-bit mantissas of every view under an exponent of its own. */
  readonly vectors: readonly Int32Array[];
  readonly exponents: readonly number[];
}

/** `means`: mean whitened gradient of the held-out rows, view by view. */
export function heldOutVectors(means: readonly Float64Array[], rows: number): HeldOutVectors {
  const exponents = means.map((mean) => {
    const largest = mean.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    return largest < 2 ** -500 ? 0 : binaryExponent(largest) + 1 - VECTOR_BITS;
  });
  const vectors = means.map((mean, v) => Int32Array.from(mean, (x) => roundHalfUp(x / powerOfTwo(exponents[v]!))));
  return { rows, vectors, exponents };
}

function hashOf({ vectors, exponents }: HeldOutVectors): Uint8Array {
  const all = vectors.flatMap((vector, v) => [exponents[v]!, ...vector]);
  return sha256(int32Bytes(Int32Array.from(all)));
}

/** First-order fall of the mean held-out loss with the row's weight, exact up to the power of two that float64 carries. */
function rawBenefit({ mantissas, shifts }: PlainRow, views: Exponents, held: HeldOutVectors): number {
  let sum = 0;
  for (const [v, vector] of held.vectors.entries()) {
    let dot = 0;
    for (let k = 0, at = v * vector.length; k < vector.length; k++, at++) dot += mantissas[at]! * vector[k]!;
    sum += dot * powerOfTwo(views[v]!.baseExponent + shifts[v]! + held.exponents[v]!);
  }
  return sum;
}

export type RuleFields = Pick<
  AdapterHeader,
  | "normLimit"
  | "usualOrder"
  | "usualCosine"
  | "gradientCosine"
  | "heldOutRows"
  | "heldOutHash"
  | "benefitExponent"
  | "harmLimit"
>;
export type RowFields = Pick<
  AdapterRow,
  "order" | "textCosine" | "gate" | "clip" | "reference" | "overlap" | "benefit" | "owner" | "likeness"
>;

export interface Judged {
  readonly header: RuleFields;
  readonly rows: readonly RowFields[];
}

/** A row as one vector: its views under one exponent, so that a product of two rows is what their scores add up. */
function joined({ mantissas, shifts, entry }: PlainRow, views: Exponents) {
  const size = mantissas.length / views.length;
  const exponents = views.map(({ baseExponent }, v) => baseExponent + shifts[v]!);
  const hExponent = Math.max(...exponents);
  const h = new Int8Array(mantissas.length);
  for (const [v, exponent] of exponents.entries()) {
    const scale = powerOfTwo(Math.max(exponent - hExponent, -30));
    for (let k = v * size; k < (v + 1) * size; k++) h[k] = roundHalfUp(mantissas[k]! * scale);
  }
  return { h, hExponent, d: ONE_CLASS, dExponent: 0, entry };
}

/**
 * A row repeats an earlier one that lies closer than half the median distance to a nearest neighbour: gradients of unlike texts
 * are nearly orthogonal, so that there is no cosine for all adapters. To move a median takes half of the rows.
 */
function copyCosine(medianDistance: number): number {
  return Math.max(LEAST_COSINE, COSINE_ONE - Math.floor((medianDistance * COSINE_ONE) / (2 * DISTANCE_ONE)));
}

/** Earliest row of alike text, or of alike gradient, and what of an earlier row every row repeats in part. */
function alike(rows: readonly PlainRow[], views: Exponents, texts: readonly string[]) {
  const order = rows.map((_, i) => i).sort((a, b) => rows[a]!.entry - rows[b]!.entry || a - b);
  const byText = clusters(order.map((i) => texts[i]!));
  const vectors = rows.map((row) => joined(row, views));
  const spacing = spacingOf(vectors);
  const gradient = copyCosine(spacing.gradient);
  const byGradient = lookAlikes(vectors, { embedding: NO_EMBEDDING, gradient });
  const overlap = overlapsOf(vectors, spacing);
  const cosines = textLikeness(order.map((i) => texts[i]!));
  const found: Omit<RowFields, "order" | "gate" | "clip" | "benefit">[] = [];
  for (const [place, i] of order.entries()) {
    const text = byText.owner[place]!;
    const [owner, likeness] =
      text === place
        ? [byGradient.owner[i]!, byGradient.likeness[i]! as Likeness]
        : [order[text]!, LIKENESS.embedding as Likeness];
    const textCosine = cosines[place]!;
    found[i] = { owner, likeness, textCosine, reference: spacing.reference[i]!, overlap: overlap[i]! };
  }
  return { gradientCosine: gradient, found };
}

export interface JudgeInput {
  readonly views: Exponents;
  readonly texts: readonly string[];
  readonly held: HeldOutVectors | undefined;
  /** Word orders of the rows, where they were measured. */
  readonly orders: Int16Array | undefined;
}

/** Everything that a row's payout depends on besides its score, from the rows' bytes, their texts and the held-out rows. */
export function judge(rows: readonly PlainRow[], { views, texts, held, orders }: JudgeInput): Judged {
  const norms = Float64Array.from(rows, (row) => normOf(row, views));
  const normLimit = normLimitOf(norms);
  const raw = held && Float64Array.from(rows, (row) => rawBenefit(row, views, held));
  const largest = raw?.reduce((most, x) => Math.max(most, Math.abs(x)), 0) ?? 0;
  const benefitExponent = largest < 2 ** -500 ? 0 : binaryExponent(largest) + 1 - BENEFIT_BITS;
  const benefit = Int32Array.from(rows, (_, i) => (raw ? gridBenefit(raw[i]!, benefitExponent) : 0));
  const { gradientCosine, found } = alike(rows, views, texts);
  const order = (i: number) => orders?.[i] ?? 0;
  const { usual, gates } = payGates(
    found.map(({ textCosine }, i) => ({ order: order(i), textCosine, contribution: rows[i]!.contribution })),
  );
  return {
    header: {
      ...{ normLimit, ...usual, gradientCosine, heldOutRows: held?.rows ?? 0 },
      ...{ heldOutHash: held ? hashOf(held) : NO_HELD_OUT, benefitExponent, harmLimit: harmLimitOf(benefit) },
    },
    rows: rows.map((_, i) => {
      const own = { order: order(i), gate: gates[i]!, clip: clipOf(norms[i]!, normLimit), benefit: benefit[i]! };
      return { ...found[i]!, ...own };
    }),
  };
}
