import { equalBytes } from "../../chain/crypto/bytes.ts";
import { sha256 } from "../../chain/crypto/hash.ts";
import { taggedHash, u64be } from "../../chain/crypto/tagged.ts";
import { judgementOf } from "../factory/train-folds.ts";
import type { TrainingSet } from "../factory/training-set.ts";
import type { ClaimVerdict } from "../factory/verify-claim.ts";
import { logits, referenceAnswer } from "./answer.ts";
import { columnHolds, type InverseClaim, probeHolds } from "./check-inverse.ts";
import { InfluenceError } from "./errors.ts";
import { softmaxInPlace } from "./exact-math.ts";
import { fromGrid, GRID_ONE, int32FromBytes, roundHalfUp, weightsHash } from "./grid.ts";
import { benefitsOf, type HeldOutSet, heldOutVectors } from "./held-out.ts";
import { decodeIndexHeader, decodeRow, exponentRange, rowBytes, triangleSize } from "./index-format.ts";
import { payGates } from "./label-gate.ts";
import { chooseCosines, lookAlikes } from "./look-alikes.ts";
import { clipOf, normLimitOf } from "./norm-clip.ts";
import { int8Exponent, int8Mantissas } from "./quantise.ts";
import { rowsRoot } from "./row-proof.ts";
import { drawn } from "./sample.ts";
import { DAMPINGS } from "./select-index.ts";
import { overlapsOf, spacingOf } from "./spacing.ts";
import { GATE_ONE, type IndexHeader, type IndexRow } from "./types.ts";

/** An index claim with what recomputes it: texts are already encoded, in the order of the rows. */
export interface IndexClaim {
  readonly headerBytes: Uint8Array;
  readonly rows: Uint8Array;
  readonly inverse: Uint8Array;
  /** Head weights on the 2^-24 grid, as registered. */
  readonly weights: Int32Array;
  /** Ridge of the head, which the index's may differ from by a factor of `DAMPINGS`, in units of 2^-40. */
  readonly lambdaGrid: number;
  readonly trainedRows: number;
  readonly encoderSpecHash: Uint8Array;
  readonly set: TrainingSet;
  readonly contribution: ArrayLike<number>;
  readonly item: ArrayLike<number>;
  readonly entry: ArrayLike<number>;
  /** Fold of every row and the fold heads of the training claim; absent when the model has no label gate. */
  readonly folds?: { readonly of: ArrayLike<number>; readonly heads: readonly (Int32Array | undefined)[] };
  readonly heldOut?: HeldOutSet;
}

export interface VerifyIndexOptions {
  /** Rows recomputed from their features; 256 by default. */
  readonly rows?: number;
  /** Columns of every class's inverse, besides one probe of the whole block; 2 by default. */
  readonly columns?: number;
}

/** With 256 drawn rows, one in 100 falsified is found with probability 0.92, one in 20 with 1 - 2e-6. */
const DRAWN_ROWS = 256;
const DRAWN_COLUMNS = 2;
/** Grid of the features in a witness; p - y keeps its 2^-24. */
const FEATURE_GRID = 2 ** 20;

function signs(seed: Uint8Array, classIndex: number, dims: number): Float64Array {
  const out = new Float64Array(dims);
  for (let at = 0; at < dims; at += 256) {
    const bits = taggedHash("openledger/index-probe", seed, u64be(BigInt(classIndex)), u64be(BigInt(at)));
    for (let k = 0; k < Math.min(256, dims - at); k++) out[at + k] = (bits[k >> 3]! >> (k & 7)) & 1 ? 1 : -1;
  }
  return out;
}

/** The first thing that is wrong with a claim ends its examination. */
class Wrong extends Error {}

function demand(holds: boolean, otherwise: string): void {
  if (!holds) throw new Wrong(otherwise);
}

interface Opened {
  readonly claim: IndexClaim;
  readonly header: IndexHeader;
  readonly rows: readonly IndexRow[];
  /** rows x classes, by the exact reference. */
  readonly probabilities: Float64Array;
}

function probabilitiesOf(set: TrainingSet, weights: Int32Array): Float64Array {
  const real = fromGrid(weights);
  const out = new Float64Array(set.labels.length * set.classes);
  for (let i = 0; i < set.labels.length; i++) {
    const p = logits(real, set.features.subarray(i * set.dims, (i + 1) * set.dims));
    softmaxInPlace(p);
    out.set(p, i * set.classes);
  }
  return out;
}

/** (p - y) of row i. */
function residualOf({ claim: { set }, probabilities }: Pick<Opened, "claim" | "probabilities">, i: number) {
  const residual = probabilities.slice(i * set.classes, (i + 1) * set.classes);
  residual[set.labels[i]!]! -= 1;
  return residual;
}

/** The head's own ridge, or with a recorded selection one of its candidates; one unit for the grid's rounding. */
function isAllowedRidge({ selection, lambdaGrid }: IndexHeader, ofHead: number): boolean {
  const factors = selection.candidates > 0 ? DAMPINGS : [1];
  return factors.some((factor) => Math.abs(factor * ofHead - lambdaGrid) <= 1);
}

/** Header, hashes, shapes, and the columns that only repeat what the snapshot says. */
function open(claim: IndexClaim): Opened {
  const header = decodeIndexHeader(claim.headerBytes);
  const { set } = claim;
  demand(header.rows === set.labels.length, `${header.rows} rows for ${set.labels.length} items`);
  demand(header.classes === set.classes && header.dims === set.dims, "the index has another shape than the model");
  demand(equalBytes(header.weightsHash, weightsHash(claim.weights)), "the index names other weights");
  demand(header.trainedRows === claim.trainedRows, "the head was trained on other rows");
  demand(isAllowedRidge(header, claim.lambdaGrid), "the ridge is none that a selection could choose");
  demand(equalBytes(header.encoderSpecHash, claim.encoderSpecHash), "the index names another encoder");
  demand(equalBytes(sha256(claim.rows), header.rowsHash), "the rows are not those of the header");
  demand(equalBytes(rowsRoot(claim.rows, header), header.rowsRoot), "the rows do not lead to the header's root");
  demand(equalBytes(sha256(claim.inverse), header.inverseHash), "the inverse is not that of the header");
  demand(claim.inverse.length === 4 * header.classes * triangleSize(header.dims), "the inverse has a wrong length");
  const rows = Array.from({ length: header.rows }, (_, i) => decodeRow(header, rowBytes(claim.rows, header, i)));
  for (const [i, row] of rows.entries()) {
    const names = row.label === set.labels[i] && row.contribution === claim.contribution[i];
    demand(names && row.item === claim.item[i] && row.entry === claim.entry[i], `row ${i} names another item`);
  }
  return { claim, header, rows, probabilities: probabilitiesOf(set, claim.weights) };
}

/** The exponent that all rows refer to: a larger one would take mantissa bits from every row. */
function checkBase(opened: Opened): void {
  const { claim, header } = opened;
  const sums = opened.rows.map((_, i) => {
    const features = claim.set.features.subarray(i * header.dims, (i + 1) * header.dims);
    return int8Exponent(features) + int8Exponent(residualOf(opened, i));
  });
  const [least, most] = [sums.reduce((a, b) => Math.min(a, b)), sums.reduce((a, b) => Math.max(a, b))];
  const base = Math.max(least, most - exponentRange(header.dims, header.blocks));
  demand(header.baseExponent === base, "the rows' base exponent is another");
}

/** Fields that are functions of all rows' bytes: cheap enough to recompute for every row. */
function checkRules({ claim, header, rows }: Omit<Opened, "probabilities">): void {
  demand(header.normLimit === normLimitOf(rows), "the norm limit is not twice the mean");
  const spacing = spacingOf(rows);
  const medians = header.embeddingSpacing === spacing.embedding && header.gradientSpacing === spacing.gradient;
  demand(medians, "the spacing is not that of the rows");
  const cosines = chooseCosines(spacing);
  const stated = header.embeddingCosine === cosines.embedding && header.gradientCosine === cosines.gradient;
  demand(stated, "the look-alike thresholds are not those of the rows");
  const { owner, likeness } = lookAlikes(rows, cosines);
  const overlap = overlapsOf(rows, spacing);
  const gates = payGates(
    rows.map(({ judgement }) => judgement),
    rows.map(({ contribution }) => contribution),
  );
  for (const [i, row] of rows.entries()) {
    demand(row.clip === clipOf(row, header.normLimit), `row ${i} has another norm clip`);
    demand(row.gate === gates[i], `row ${i} has another payout gate`);
    demand(row.spacing === spacing.room[i], `row ${i} has another spacing`);
    const repeats = row.reference === spacing.reference[i] && row.overlap === overlap[i];
    demand(repeats, `row ${i} repeats another row`);
    demand(row.owner === owner[i] && row.likeness === likeness[i], `row ${i} belongs to another cluster`);
  }
  checkBenefits({ claim, header, rows });
}

function checkBenefits({ claim, header, rows }: Omit<Opened, "probabilities">): void {
  const { heldOut, weights } = claim;
  demand(header.heldOutRows === (heldOut?.labels.length ?? 0), "the held-out rows are not the drawn ones");
  if (!heldOut) {
    demand(header.harmLimit === 0 && rows.every(({ benefit }) => benefit === 0), "a benefit without held-out rows");
    return;
  }
  const inverse = int32FromBytes(claim.inverse);
  const held = heldOutVectors(heldOut, { ...header, weights, inverse });
  demand(equalBytes(held.hash, header.heldOutHash), "the held-out vectors are others");
  const { exponent, benefit, harmLimit } = benefitsOf(rows, held);
  demand(exponent === header.benefitExponent, "benefits have another unit");
  demand(header.harmLimit === harmLimit, "the harm limit is not that of the benefits");
  for (const [i, row] of rows.entries()) demand(row.benefit === benefit[i], `row ${i} has another benefit`);
}

/** A row's own mantissas and gate from its features, the weights and the fold head. Returns its part of the witness. */
function recomputeRow(opened: Opened, i: number): number[] {
  const { claim, header, rows } = opened;
  const { set } = claim;
  const row = rows[i]!;
  const features = set.features.slice(i * set.dims, (i + 1) * set.dims);
  const residual = residualOf(opened, i);
  const hExponent = int8Exponent(features);
  const dExponent = Math.max(int8Exponent(residual), header.baseExponent - hExponent);
  demand(row.hExponent === hExponent && row.dExponent === dExponent, `row ${i} has other exponents`);
  demand(
    int8Mantissas(features, hExponent).every((x, k) => x === row.h[k]),
    `row ${i} has other features`,
  );
  demand(
    int8Mantissas(residual, dExponent).every((x, c) => x === row.d[c]),
    `row ${i} has another residual`,
  );
  demand(row.judgement === judgementOfRow(claim, features, i), `row ${i} has another label gate`);
  return [
    ...Array.from(residual, (x) => roundHalfUp(x * GRID_ONE)),
    ...Array.from(features, (x) => roundHalfUp(x * FEATURE_GRID)),
  ];
}

function judgementOfRow({ folds, set }: IndexClaim, features: Float64Array, i: number): number {
  const head = folds?.heads[folds.of[i]!];
  if (!head) return GATE_ONE;
  const { probabilities, label } = referenceAnswer(fromGrid(head), features);
  return judgementOf(probabilities[set.labels[i]!]!, probabilities[label]!, set.classes);
}

/** Every block by one probe of random signs and by drawn columns. */
function checkInverse({ claim, header, probabilities }: Opened, seed: Uint8Array, columns: number): void {
  const { set } = claim;
  const opened: InverseClaim = { header, set, probabilities, inverse: int32FromBytes(claim.inverse) };
  for (let c = 0; c < header.classes; c++) {
    demand(probeHolds(opened, c, signs(seed, c, header.dims)), `the inverse of class ${c} inverts another matrix`);
    for (const column of drawn(seed, `columns/${c}`, { limit: header.dims, count: columns })) {
      demand(columnHolds(opened, c, column), `column ${column} of class ${c} is not the inverse's`);
    }
  }
}

/**
 * Examines an index claim with randomness of after its posting. Everything that follows from the rows' bytes, the
 * held-out rows and the inverse is recomputed for all rows; rows themselves and columns of the inverse are drawn.
 * Throws what cannot be judged: InfluenceError about the given data, not about the claimed bytes.
 * The witness is the drawn rows on finer grids. Takes seconds on the calling thread: run it in a worker.
 */
export async function verifyIndex(
  claim: IndexClaim,
  seed: Uint8Array,
  options: VerifyIndexOptions = {},
): Promise<ClaimVerdict> {
  try {
    const opened = open(claim);
    checkBase(opened);
    const sample = drawn(seed, "rows", { limit: opened.header.rows, count: options.rows ?? DRAWN_ROWS });
    const witness = Float64Array.from(sample.flatMap((i) => recomputeRow(opened, i)));
    checkInverse(opened, seed, options.columns ?? DRAWN_COLUMNS);
    checkRules(opened);
    return { verdict: "accept", witness };
  } catch (error) {
    const isFalse = error instanceof Wrong || (error instanceof InfluenceError && error.code === "bad-bytes");
    if (!isFalse) throw error;
    return { verdict: "reject", reason: error.message, witness: new Float64Array(0) };
  }
}
