import { equalBytes } from "../../chain/crypto/bytes.ts";
import { sha256 } from "../../chain/crypto/hash.ts";
import { Crew } from "../factory/crew.ts";
import { placeSet, predict } from "../factory/head-solver.ts";
import { type Layout, layoutOf } from "../factory/layout.ts";
import type { CurvatureLayout } from "../factory/operations.ts";
import { checkTrainingSet, type TrainingSet } from "../factory/training-set.ts";
import { HASHED_NGRAM_512 } from "./encoder.ts";
import { InfluenceError } from "./errors.ts";
import { fromGrid, int32Bytes, int32FromBytes, roundHalfUp, weightsHash } from "./grid.ts";
import { benefitsOf, type HeldOutSet, heldOutVectors } from "./held-out.ts";
import {
  decodeRow,
  encodeIndexHeader,
  encodeRow,
  exponentRange,
  indexRoot,
  MOST_BLOCKS,
  rowBytes,
  rowWidth,
  triangleSize,
} from "./index-format.ts";
import { payGates } from "./label-gate.ts";
import { type Cosines, chooseCosines, lookAlikes } from "./look-alikes.ts";
import { clipOf, normLimitOf } from "./norm-clip.ts";
import { int8Exponent, int8Mantissas } from "./quantise.ts";
import { rowsRoot } from "./row-proof.ts";
import { overlapsOf, spacingOf } from "./spacing.ts";
import type { Encoder, IndexHeader, IndexRow, IndexSelection } from "./types.ts";

/** B of DESIGN.md "Influence": three blocks keep .896 of exact Gauss-Newton's .916. */
export const DEFAULT_BLOCKS = 3;
const LAMBDA_BITS = 40;
const NO_HELD_OUT = new Uint8Array(32);
const NO_SELECTION: IndexSelection = { candidates: 0, queries: 0, subsets: 0, ldsPpm: 0 };

/** A row before its payout fields are known. */
type PlainRow = Omit<
  IndexRow,
  "gate" | "clip" | "reference" | "overlap" | "spacing" | "benefit" | "owner" | "likeness"
>;

export interface IndexInput {
  readonly set: TrainingSet;
  /** Head weights on the 2^-24 grid. */
  readonly weights: Int32Array;
  /** The lambda that the head was trained with. */
  readonly lambda: number;
  /** Ridge of the curvature blocks when another one serves better (`selectIndex`); `lambda` when absent. */
  readonly damping?: number;
  /** `judgementOf` every row (`TrainedFolds.gate`). */
  readonly gate: ArrayLike<number>;
  readonly contribution: ArrayLike<number>;
  readonly item: ArrayLike<number>;
  /** Snapshot entry of every row: its own, since only cluster owners are indexed. */
  readonly entry: ArrayLike<number>;
  /** Rows that judge the others: never among `set`. Without them every benefit is 0 and no row does harm. */
  readonly heldOut?: HeldOutSet;
  /** Rows from the first on that the head was trained on; all by default. */
  readonly trainedRows?: number;
  /** Look-alike thresholds; chosen on the rows when absent. */
  readonly cosines?: Cosines;
  readonly selection?: IndexSelection;
  /** Of the features; the built-in encoder by default. */
  readonly encoder?: Pick<Encoder, "specHash">;
}

export interface IndexOptions {
  readonly blocks?: number;
  readonly workers?: number;
  readonly onProgress?: (stage: "curvature" | "rows") => void;
}

export interface BuiltIndex {
  readonly header: IndexHeader;
  readonly headerBytes: Uint8Array;
  readonly rows: Uint8Array;
  readonly inverse: Uint8Array;
  /** sha256 of the header bytes. */
  readonly indexRoot: Uint8Array;
}

interface Curvature {
  readonly inverse: Int32Array;
  readonly exponents: Int8Array;
}

function checkInput(input: IndexInput, blocks: number): void {
  checkTrainingSet(input.set);
  const rows = input.set.labels.length;
  for (const name of ["gate", "contribution", "item", "entry"] as const) {
    if (input[name].length === rows) continue;
    throw new InfluenceError("bad-shape", `index: ${input[name].length} values of ${name} for ${rows} rows`);
  }
  if (input.weights.length !== input.set.classes * input.set.dims) {
    throw new InfluenceError("bad-shape", `index: ${input.weights.length} weights do not fit the training set`);
  }
  const { trainedRows = rows } = input;
  if (!Number.isInteger(trainedRows) || trainedRows < 1 || trainedRows > rows) {
    throw new InfluenceError("bad-shape", `index: ${trainedRows} trained rows of ${rows}`);
  }
  if (!Number.isInteger(blocks) || blocks < 1 || blocks > Math.min(MOST_BLOCKS, input.set.classes)) {
    throw new InfluenceError("bad-shape", `index: ${blocks} blocks; 1 to ${MOST_BLOCKS} and no more than classes`);
  }
}

async function curvatureOf(crew: Crew, layout: Layout, lambda: number): Promise<Curvature> {
  const { classes, dims } = layout;
  const inverse = 2 * layout.end;
  const exponents = inverse + classes * triangleSize(dims);
  const order: CurvatureLayout = { ...layout, inverse, exponents, lambda };
  await crew.run("curvature", order, classes);
  return {
    inverse: crew.ints.slice(inverse, exponents),
    exponents: Int8Array.from(crew.ints.subarray(exponents, exponents + classes)),
  };
}

interface Residual {
  readonly values: Float64Array;
  readonly h: Int8Array;
  readonly hExponent: number;
  readonly dExponent: number;
}

function residuals(crew: Crew, layout: Layout, set: TrainingSet): Residual[] {
  return Array.from({ length: layout.rows }, (_, row) => {
    const features = set.features.subarray(row * set.dims, (row + 1) * set.dims);
    const base = layout.probabilities + row * layout.paddedClasses;
    const values = crew.doubles.slice(base, base + layout.classes);
    values[set.labels[row]!]! -= 1;
    const hExponent = int8Exponent(features);
    return { values, h: int8Mantissas(features, hExponent), hExponent, dExponent: int8Exponent(values) };
  });
}

/** Row exponents are lifted to within the range of the largest: small rows lose mantissa bits, never the others. */
function plainRows(input: IndexInput, all: readonly Residual[], range: number): { rows: PlainRow[]; base: number } {
  const sums = all.map((row) => row.hExponent + row.dExponent);
  const largest = sums.reduce((a, b) => Math.max(a, b), -Infinity);
  const smallest = sums.reduce((a, b) => Math.min(a, b), Infinity);
  const base = Math.max(smallest, largest - range);
  const rows = all.map(({ values, h, hExponent, ...row }, i): PlainRow => {
    const dExponent = Math.max(row.dExponent, base - hExponent);
    const d = int8Mantissas(values, dExponent);
    const [judgement, label, contribution] = [input.gate[i]!, input.set.labels[i]!, input.contribution[i]!];
    return { h, hExponent, d, dExponent, judgement, label, contribution, item: input.item[i]!, entry: input.entry[i]! };
  });
  return { rows, base };
}

interface Judged {
  readonly rows: Uint8Array;
  readonly fields: Pick<IndexHeader, RuleField>;
}

type RuleField =
  | "normLimit"
  | "embeddingCosine"
  | "gradientCosine"
  | "embeddingSpacing"
  | "gradientSpacing"
  | "heldOutRows"
  | "heldOutHash"
  | "benefitExponent"
  | "harmLimit";

/** Everything that a row's payout depends on besides its score, and the limits that all rows share. */
function judgeRows(input: IndexInput, plain: readonly PlainRow[], curvature: Curvature): Judged {
  const { classes, dims } = input.set;
  const spacing = spacingOf(plain);
  const cosines = input.cosines ?? chooseCosines(spacing);
  const { owner, likeness } = lookAlikes(plain, cosines);
  const overlap = overlapsOf(plain, spacing);
  const gate = payGates(input.gate, input.contribution);
  const normLimit = normLimitOf(plain);
  const model = { weights: input.weights, classes, dims, ...curvature };
  const held = input.heldOut && heldOutVectors(input.heldOut, { ...model, inverseExponents: curvature.exponents });
  const benefits = held && benefitsOf(plain, held);
  const width = rowWidth(input.set);
  const rows = new Uint8Array(plain.length * width);
  for (const [i, row] of plain.entries()) {
    const judged = {
      ...{ gate: gate[i]!, clip: clipOf(row, normLimit) },
      ...{ reference: spacing.reference[i]!, overlap: overlap[i]!, spacing: spacing.room[i]! },
      benefit: benefits?.benefit[i] ?? 0,
      owner: owner[i]!,
    };
    rows.set(encodeRow({ ...row, ...judged, likeness: likeness[i]! as IndexRow["likeness"] }), i * width);
  }
  return {
    rows,
    fields: {
      ...{ normLimit, embeddingCosine: cosines.embedding, gradientCosine: cosines.gradient },
      ...{ embeddingSpacing: spacing.embedding, gradientSpacing: spacing.gradient },
      ...{ heldOutRows: input.heldOut?.labels.length ?? 0, heldOutHash: held?.hash ?? NO_HELD_OUT },
      ...{ benefitExponent: benefits?.exponent ?? 0, harmLimit: benefits?.harmLimit ?? 0 },
    },
  };
}

/** Where the blocks come from: computed in the crew, or those of an index of the same head. */
type CurvatureSource = (crew: Crew, layout: Layout) => Promise<Curvature>;

async function build(input: IndexInput, options: IndexOptions, curvature: CurvatureSource): Promise<BuiltIndex> {
  const { set, weights, damping = input.lambda } = input;
  const blocks = options.blocks ?? Math.min(DEFAULT_BLOCKS, set.classes);
  checkInput(input, blocks);
  const scratches = Crew.size(options.workers);
  const shape = layoutOf(set.labels.length, set.dims, set.classes, scratches);
  const bytes = 8 * shape.end + 4 * set.classes * (triangleSize(set.dims) + 1);
  const crew = Crew.open({ ...options, bytes });
  try {
    const layout = placeSet(crew, set, scratches);
    await predict(crew, layout, fromGrid(weights));
    options.onProgress?.("curvature");
    const { inverse, exponents } = await curvature(crew, layout);
    options.onProgress?.("rows");
    const { rows: plain, base } = plainRows(input, residuals(crew, layout, set), exponentRange(set.dims, blocks));
    const { rows, fields } = judgeRows(input, plain, { inverse, exponents });
    const inverseBytes = int32Bytes(inverse);
    const header: IndexHeader = {
      encoderSpecHash: (input.encoder ?? HASHED_NGRAM_512).specHash,
      weightsHash: weightsHash(weights),
      ...{ classes: set.classes, dims: set.dims, rows: layout.rows, blocks, baseExponent: base },
      trainedRows: input.trainedRows ?? layout.rows,
      lambdaGrid: roundHalfUp(damping * 2 ** LAMBDA_BITS),
      inverseExponents: exponents,
      ...fields,
      selection: input.selection ?? NO_SELECTION,
      rowsRoot: rowsRoot(rows, layout),
      rowsHash: sha256(rows),
      inverseHash: sha256(inverseBytes),
    };
    const headerBytes = encodeIndexHeader(header);
    return { header, headerBytes, rows, inverse: inverseBytes, indexRoot: indexRoot(headerBytes) };
  } finally {
    await crew.close();
  }
}

/**
 * Builds the influence index of a trained head: one gridded inverse curvature block a class and one row a training
 * item. Deterministic bytes for any number of workers.
 * Throws InfluenceError: bad-shape, not-finite, off-grid, worker-lost.
 */
export function buildIndex(input: IndexInput, options: IndexOptions = {}): Promise<BuiltIndex> {
  const { damping = input.lambda, trainedRows } = input;
  return build(input, options, (crew, layout) =>
    curvatureOf(crew, { ...layout, rows: trainedRows ?? layout.rows }, damping),
  );
}

/**
 * The index of a snapshot that grew while its head stayed: `input` holds the old rows first and then the new ones, and
 * names the old `trainedRows`. The curvature, all but seconds of the work, is that of the head and is reused; rows and
 * the rules that all rows share are computed again. The same bytes as `buildIndex` of the same input.
 * Throws InfluenceError as `buildIndex`, and hash-mismatch when `old` is of another head, ridge or beginning.
 */
export function extendIndex(
  old: Pick<BuiltIndex, "header" | "rows" | "inverse">,
  input: IndexInput & { readonly trainedRows: number },
  options: IndexOptions = {},
): Promise<BuiltIndex> {
  checkBeginning(old, input);
  const { inverseExponents: exponents } = old.header;
  return build(input, options, async () => ({ inverse: int32FromBytes(old.inverse), exponents }));
}

function checkBeginning({ header, rows, inverse }: Pick<BuiltIndex, "header" | "rows" | "inverse">, input: IndexInput) {
  const refuse = (what: string): never => {
    throw new InfluenceError("hash-mismatch", `extended index: ${what}`);
  };
  const { set, damping = input.lambda } = input;
  if (!equalBytes(header.weightsHash, weightsHash(input.weights))) refuse("the head is another");
  if (header.lambdaGrid !== roundHalfUp(damping * 2 ** LAMBDA_BITS)) refuse("the ridge is another");
  if (!equalBytes(header.inverseHash, sha256(inverse))) refuse("the inverse is not the old header's");
  if (header.trainedRows !== input.trainedRows || header.rows > set.labels.length) refuse("rows are missing");
  for (let i = 0; i < header.rows; i++) {
    const row = decodeRow(header, rowBytes(rows, header, i));
    const named = row.entry === input.entry[i] && row.item === input.item[i] && row.label === set.labels[i];
    if (!named || row.contribution !== input.contribution[i]) refuse(`row ${i} is another item`);
  }
}
