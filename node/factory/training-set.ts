import { InfluenceError } from "../influence/errors.ts";
import { DEPTH_STEP } from "../influence/kernel/gemm.ts";

/** Rows to train on, in the order that fixes the weights (item id order, never arrival order). */
export interface TrainingSet {
  /** rows x dims, row-major, finite; unit norm rows are expected by the encoder contract, not checked. */
  readonly features: Float64Array;
  /** A multiple of 4. */
  readonly dims: number;
  readonly classes: number;
  /** Class index of every row. */
  readonly labels: ArrayLike<number>;
}

/** More classes or rows than this do not fit the index's uint16 labels and the kernel's memory. */
const MOST_CLASSES = 4096;
const MOST_ROWS = 1_000_000;

/** Throws InfluenceError: bad-shape, not-finite. */
export function checkTrainingSet(set: TrainingSet): void {
  const { features, dims, classes, labels } = set;
  const refuse = (problem: string): never => {
    throw new InfluenceError("bad-shape", `training set: ${problem}`);
  };
  if (!Number.isInteger(dims) || dims < 1 || dims % DEPTH_STEP !== 0) refuse(`dims ${dims} is not a multiple of 4`);
  if (!Number.isInteger(classes) || classes > MOST_CLASSES) refuse(`${classes} classes; at most ${MOST_CLASSES}`);
  if (classes < 2) throw new InfluenceError("empty-class", "training set: a head needs at least two classes");
  if (labels.length < 1 || labels.length > MOST_ROWS)
    refuse(`${labels.length} rows; 1 to ${MOST_ROWS} can be trained on`);
  if (features.length !== labels.length * dims) {
    refuse(`${features.length} feature values for ${labels.length} rows of ${dims}`);
  }
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (!Number.isInteger(label) || label < 0 || label >= classes) refuse(`row ${i} has label ${label} of ${classes}`);
  }
  const bad = features.findIndex((x) => !Number.isFinite(x));
  if (bad >= 0) {
    throw new InfluenceError(
      "not-finite",
      `training set: feature ${bad % dims} of row ${Math.floor(bad / dims)} is not finite`,
    );
  }
}

/** Throws InfluenceError "empty-class" when a class has no row: its weights would say nothing. */
export function checkEveryClassHasRows(set: TrainingSet): void {
  const seen = new Uint8Array(set.classes);
  for (let i = 0; i < set.labels.length; i++) seen[set.labels[i]!] = 1;
  const empty = seen.indexOf(0);
  if (empty >= 0) throw new InfluenceError("empty-class", `training set: class ${empty} has no rows`);
}

/** The rows with these numbers, in this order. */
export function subset(set: TrainingSet, rows: readonly number[]): TrainingSet {
  const features = new Float64Array(rows.length * set.dims);
  for (const [i, row] of rows.entries()) {
    features.set(set.features.subarray(row * set.dims, (row + 1) * set.dims), i * set.dims);
  }
  return { ...set, features, labels: Int32Array.from(rows, (row) => set.labels[row]!) };
}
