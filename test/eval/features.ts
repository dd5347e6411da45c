import { encodeAll, HASHED_NGRAM_512 } from "../../node/influence/encoder.ts";
import type { DataRow, EvalData } from "./data.ts";

/** Rows of features as the head trainer takes them. */
export interface FeatureSpace {
  readonly dims: number;
  /** rows x dims, unit norm. */
  of(rows: readonly DataRow[]): Float64Array;
}

/** The trainer's kernel wants a multiple of this. */
const DIMS_STEP = 4;

/** Mean and standard deviation of every column over the training rows; a constant column gets deviation 1. */
function scalesOf(rows: readonly DataRow[], columns: number): { mean: Float64Array; deviation: Float64Array } {
  const mean = new Float64Array(columns);
  const deviation = new Float64Array(columns);
  for (const { features } of rows) for (let k = 0; k < columns; k++) mean[k]! += features![k]! / rows.length;
  for (const { features } of rows) {
    for (let k = 0; k < columns; k++) deviation[k]! += (features![k]! - mean[k]!) ** 2 / rows.length;
  }
  for (let k = 0; k < columns; k++) deviation[k] = deviation[k]! > 0 ? Math.sqrt(deviation[k]!) : 1;
  return { mean, deviation };
}

/**
 * Numeric columns become (x - mean, 1) / |(x - mean, 1)| with columns in units of their deviation and the constant
 * scaled to the columns' root: homogeneous coordinates keep every linear separation although the head has no bias.
 */
function tabularSpace(train: readonly DataRow[], columns: number): FeatureSpace {
  const { mean, deviation } = scalesOf(train, columns);
  const dims = Math.ceil((columns + 1) / DIMS_STEP) * DIMS_STEP;
  const constant = Math.sqrt(columns);
  return {
    dims,
    of(rows) {
      const out = new Float64Array(rows.length * dims);
      for (const [i, { features }] of rows.entries()) {
        const row = out.subarray(i * dims, (i + 1) * dims);
        for (let k = 0; k < columns; k++) row[k] = (features![k]! - mean[k]!) / deviation[k]!;
        row[columns] = constant;
        let squares = 0;
        for (const x of row) squares += x * x;
        const norm = Math.sqrt(squares);
        for (let k = 0; k < dims; k++) row[k]! /= norm;
      }
      return out;
    },
  };
}

/** The embedded text encoder, or the data set's own numeric columns. */
export function featureSpace(data: EvalData): FeatureSpace {
  if (data.columns) return tabularSpace(data.train, data.columns.length);
  return { dims: HASHED_NGRAM_512.dims, of: (rows) => encodeAll(rows.map(({ text }) => text)) };
}
