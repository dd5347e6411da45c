import { compareBytes } from "../../chain/crypto/bytes.ts";
import { concatBytes, sha256 } from "../../chain/crypto/hash.ts";
import { heldOutCount } from "../../modules/datanet/held-out.ts";
import { HELD_OUT_PART } from "../../modules/datanet/limits.ts";
import { referenceAnswer } from "./answer.ts";
import { InfluenceError } from "./errors.ts";
import { powerOfTwo } from "./exact-math.ts";
import { fromGrid, GRID_ONE, int32Bytes, roundHalfUp } from "./grid.ts";
import { triangleSize } from "./index-format.ts";
import type { IndexRow } from "./types.ts";

/** A row harms when its benefit lies this many mean magnitudes below zero: noise around zero stays paid. */
const HARM_FACTOR = 3;
/** Of a head: with three the paid vector's LDS was .004 lower and every attack on it earned a little more. */
const HEAD_HARM_FACTOR = 6;
/** Held-out vectors have 15-bit mantissas and benefits 30 bits: every sum below stays under 2^53. */
const VECTOR_BITS = 15;
const BENEFIT_BITS = 30;

/** Rows that judge and are never trained on, in one order for everybody. */
export interface HeldOutSet {
  /** rows x dims. */
  readonly features: Float64Array;
  readonly labels: ArrayLike<number>;
}

export interface DrawnItem {
  readonly itemId: Uint8Array;
  /** Address or other name of its contributor. */
  readonly contributor: string;
}

/**
 * The held-out rows of a snapshot: of every contributor's items the tenth with the lowest sha256(seed, item id), where
 * a fractional tenth is taken or left by the contributor's own draw. `seed` is a beacon of after the snapshot closed,
 * so that nobody knows the judges while submitting. Ascending positions.
 */
export function drawHeldOut(seed: Uint8Array, items: readonly DrawnItem[], part = HELD_OUT_PART): number[] {
  const groups = new Map<string, { position: number; key: Uint8Array }[]>();
  for (const [position, { itemId, contributor }] of items.entries()) {
    const group = groups.get(contributor) ?? [];
    if (group.length === 0) groups.set(contributor, group);
    group.push({ position, key: sha256(concatBytes(seed, itemId)) });
  }
  const chosen: number[] = [];
  for (const [contributor, group] of groups) {
    group.sort((a, b) => compareBytes(a.key, b.key) || a.position - b.position);
    const count = heldOutCount(seed, contributor, group.length, part);
    chosen.push(...group.slice(0, count).map(({ position }) => position));
  }
  return chosen.sort((a, b) => a - b);
}

/** U_c = H_c^-1 sum (p - y)_c h^T / rows as integers: what a row's benefit is a product with. */
export interface HeldOutVectors {
  /** classes x dims, 15-bit mantissas under one exponent. */
  readonly vectors: Int32Array;
  readonly exponent: number;
  readonly hash: Uint8Array;
}

export interface HeldOutModel {
  readonly weights: Int32Array;
  readonly classes: number;
  readonly dims: number;
  /** Packed upper triangles and their exponents, as an index holds them. */
  readonly inverse: Int32Array;
  readonly inverseExponents: Int8Array;
}

/** The mean gradient of the held-out loss, classes x dims, sums in row order. */
function heldOutGradient(set: HeldOutSet, { weights, classes, dims }: HeldOutModel): Float64Array {
  const real = fromGrid(weights);
  const gradient = new Float64Array(classes * dims);
  const rows = set.labels.length;
  for (let i = 0; i < rows; i++) {
    const features = set.features.subarray(i * dims, (i + 1) * dims);
    const { probabilities } = referenceAnswer(real, features);
    for (let c = 0; c < classes; c++) {
      const d = probabilities[c]! - (set.labels[i] === c ? GRID_ONE : 0);
      if (d === 0) continue;
      const scaled = d / (GRID_ONE * rows);
      for (let k = 0; k < dims; k++) gradient[c * dims + k]! += scaled * features[k]!;
    }
  }
  return gradient;
}

/** Symmetric matrix of packed upper triangle times vector, each element one sum in order. */
export function applyInverse(model: HeldOutModel, classIndex: number, x: Float64Array): Float64Array {
  const { inverse, inverseExponents, dims } = model;
  const out = new Float64Array(dims);
  let at = classIndex * triangleSize(dims);
  for (let a = 0; a < dims; a++) {
    for (let b = a; b < dims; b++, at++) {
      const value = inverse[at]!;
      out[a]! += value * x[b]!;
      if (a !== b) out[b]! += value * x[a]!;
    }
  }
  const scale = powerOfTwo(inverseExponents[classIndex]!);
  return out.map((value) => value * scale);
}

/** The exponent under which the largest magnitude has at most `bits` bits. */
function exponentFor(largest: number, bits: number): number {
  let exponent = -200;
  while (largest / powerOfTwo(exponent) >= powerOfTwo(bits) - 1) exponent++;
  return exponent;
}

const largestOf = (values: Float64Array) => values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);

/** Throws InfluenceError bad-shape. */
export function heldOutVectors(set: HeldOutSet, model: HeldOutModel): HeldOutVectors {
  const { classes, dims } = model;
  if (set.features.length !== set.labels.length * dims || set.labels.length === 0) {
    throw new InfluenceError("bad-shape", `held-out set: ${set.features.length} values for ${set.labels.length} rows`);
  }
  const gradient = heldOutGradient(set, model);
  const solved = new Float64Array(classes * dims);
  for (let c = 0; c < classes; c++) {
    solved.set(applyInverse(model, c, gradient.subarray(c * dims, (c + 1) * dims)), c * dims);
  }
  const exponent = exponentFor(largestOf(solved), VECTOR_BITS);
  const scale = powerOfTwo(-exponent);
  const vectors = Int32Array.from(solved, (x) => roundHalfUp(x * scale));
  return { vectors, exponent, hash: sha256(int32Bytes(vectors)) };
}

type RowGradient = Pick<IndexRow, "h" | "hExponent" | "d" | "dExponent">;

/**
 * (p - y)_i^T U h_i from the row's own mantissas: the first-order fall of the mean held-out loss with the row's
 * weight, exact up to the power of two that float64 carries.
 */
export function rawBenefit(row: RowGradient, held: Pick<HeldOutVectors, "vectors" | "exponent">): number {
  const dims = row.h.length;
  let sum = 0;
  for (const [c, d] of row.d.entries()) {
    if (d === 0) continue;
    let dot = 0;
    for (let k = 0; k < dims; k++) dot += held.vectors[c * dims + k]! * row.h[k]!;
    sum += d * dot;
  }
  return sum * powerOfTwo(row.hExponent + row.dExponent + held.exponent);
}

/** The integer of a benefit in an index's unit. */
export function gridBenefit(raw: number, benefitExponent: number): number {
  return roundHalfUp(raw * powerOfTwo(-benefitExponent));
}

export interface Benefits {
  readonly exponent: number;
  readonly benefit: Int32Array;
  /** floor(6 x mean |benefit|). */
  readonly harmLimit: number;
}

/** Benefits of all rows in a common unit, and the limit under which they are harm. */
export function benefitsOf(rows: readonly RowGradient[], held: HeldOutVectors): Benefits {
  const raw = Float64Array.from(rows, (row) => rawBenefit(row, held));
  const exponent = exponentFor(largestOf(raw), BENEFIT_BITS);
  const benefit = Int32Array.from(raw, (value) => gridBenefit(value, exponent));
  return { exponent, benefit, harmLimit: harmLimitOf(benefit, HEAD_HARM_FACTOR) };
}

export function harmLimitOf(benefit: Int32Array, factor = HARM_FACTOR): number {
  const total = benefit.reduce((sum, value) => sum + Math.abs(value), 0);
  return Math.floor((factor * total) / benefit.length);
}
