import { sha256 } from "../../../chain/crypto/hash.ts";
import { clusters } from "../dedupe.ts";
import { powerOfTwo } from "../exact-math.ts";
import { GRID_ONE, int32Bytes, roundHalfUp } from "../grid.ts";
import { gridBenefit, harmLimitOf } from "../held-out.ts";
import { lookAlikes } from "../look-alikes.ts";
import { binaryExponent } from "../quantise.ts";
import { COSINE_ONE, GATE_ONE, LIKENESS, type Likeness } from "../types.ts";
import type { AdapterHeader, AdapterRow } from "./types.ts";

/** A row counts in full up to this many times the median norm. */
const NORM_FACTOR = 2;
/** Held-out vectors have 15-bit mantissas and benefits 30 bits: every sum stays below 2^53. */
const VECTOR_BITS = 15;
const BENEFIT_BITS = 30;
/** Cosine of whitened gradients from which on a row repeats an earlier one; the README has what it was measured on. */
export const GRADIENT_COSINE: number = Math.round(0.8 * COSINE_ONE);
const NO_EMBEDDING = COSINE_ONE + 1;
const ONE_CLASS = Int8Array.of(1);
export const NO_HELD_OUT: Uint8Array = new Uint8Array(32);

export type PlainRow = Pick<AdapterRow, "mantissas" | "shifts" | "entry">;
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

/** Twice the lower median of the rows' norms on the 2^-24 grid, at least one unit. */
function normLimitOf(norms: Float64Array): number {
  const median = norms.slice().sort()[Math.floor((norms.length - 1) / 2)] ?? 0;
  return Math.min(Number.MAX_SAFE_INTEGER, Math.max(1, Math.floor(NORM_FACTOR * median * GRID_ONE)));
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
  "normLimit" | "gradientCosine" | "heldOutRows" | "heldOutHash" | "benefitExponent" | "harmLimit"
>;
export type RowFields = Pick<AdapterRow, "clip" | "originality" | "benefit" | "owner" | "likeness">;

export interface Judged {
  readonly header: RuleFields;
  readonly rows: readonly RowFields[];
}

/** Earliest row of alike text, or of alike gradient: owner, likeness and originality of every row. */
function alike(rows: readonly PlainRow[], texts: readonly string[], gradientCosine: number) {
  const order = rows.map((_, i) => i).sort((a, b) => rows[a]!.entry - rows[b]!.entry || a - b);
  const byText = clusters(order.map((i) => texts[i]!));
  const looks = rows.map(({ mantissas, entry }) => {
    return { h: mantissas, d: ONE_CLASS, gate: GATE_ONE, label: 0, entry };
  });
  const byGradient = lookAlikes(looks, { embedding: NO_EMBEDDING, gradient: gradientCosine });
  const found: Pick<RowFields, "owner" | "likeness" | "originality">[] = [];
  for (const [place, i] of order.entries()) {
    const text = byText.owner[place]!;
    found[i] =
      text !== place
        ? { owner: order[text]!, likeness: LIKENESS.embedding, originality: 0 }
        : {
            owner: byGradient.owner[i]!,
            likeness: byGradient.likeness[i]! as Likeness,
            originality: byGradient.originality[i]!,
          };
  }
  return found;
}

/** Everything that a row's payout depends on besides its score, from the rows' bytes, their texts and the held-out rows. */
export function judge(
  rows: readonly PlainRow[],
  { views, texts, held }: { views: Exponents; texts: readonly string[]; held: HeldOutVectors | undefined },
): Judged {
  const norms = Float64Array.from(rows, (row) => normOf(row, views));
  const normLimit = normLimitOf(norms);
  const raw = held && Float64Array.from(rows, (row) => rawBenefit(row, views, held));
  const largest = raw?.reduce((most, x) => Math.max(most, Math.abs(x)), 0) ?? 0;
  const benefitExponent = largest < 2 ** -500 ? 0 : binaryExponent(largest) + 1 - BENEFIT_BITS;
  const benefit = Int32Array.from(rows, (_, i) => (raw ? gridBenefit(raw[i]!, benefitExponent) : 0));
  const found = alike(rows, texts, GRADIENT_COSINE);
  return {
    header: {
      ...{ normLimit, gradientCosine: GRADIENT_COSINE, heldOutRows: held?.rows ?? 0 },
      ...{ heldOutHash: held ? hashOf(held) : NO_HELD_OUT, benefitExponent, harmLimit: harmLimitOf(benefit) },
    },
    rows: rows.map((_, i) => ({ ...found[i]!, clip: clipOf(norms[i]!, normLimit), benefit: benefit[i]! })),
  };
}
