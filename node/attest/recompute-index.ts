import type { JobRow } from "../factory/job/data.ts";
import { foldOf, trainFolds } from "../factory/train-folds.ts";
import { type EncoderFiles, encoderInThreads } from "../influence/encoders/index.ts";
import { decodeModel } from "../influence/model-format.ts";
import { verifyIndex } from "../influence/verify-index.ts";
import { heldOutSet, labelledSet } from "../pipeline/training.ts";
import { keptFeatures } from "./feature-folder.ts";
import type { HeavyVerdict } from "./heavy.ts";

/** A cluster owner with its place in the snapshots. */
export interface IndexedRow extends JobRow {
  readonly contribution: number;
  readonly item: number;
  readonly entry: number;
}

/** A model's index with all that it refers to. */
export interface IndexExamination {
  /** Drawn after the claim was posted. */
  readonly seed: Uint8Array;
  readonly headerBytes: Uint8Array;
  readonly rowBytes: Uint8Array;
  readonly inverse: Uint8Array;
  readonly model: Uint8Array;
  /** Ridge of the training, in units of 2^-40. */
  readonly lambdaGrid: number;
  /** In the order of the training. */
  readonly rows: readonly IndexedRow[];
  /** Rows that only judge. */
  readonly heldOut: readonly { readonly text: string; readonly label: string }[];
  readonly encoder: { readonly id: string; readonly files: EncoderFiles | undefined };
  readonly workers: number;
  /** Folder of encoded texts. */
  readonly features?: string | undefined;
}

const LAMBDA_UNIT = 2 ** 40;

/** Recomputes an index claim: fold heads from the rows, then rows, gates and columns of the inverse that the seed draws. */
export async function recomputeIndex(input: IndexExamination): Promise<HeavyVerdict> {
  const { headerBytes, rowBytes, inverse, rows, workers, seed, lambdaGrid } = input;
  const { labels, weights } = decodeModel(input.model);
  const encoder = keptFeatures(encoderInThreads(input.encoder.id, input.encoder.files), input.features);
  try {
    const set = await labelledSet(labels, rows, encoder);
    const heldOut = await heldOutSet({ heldOut: input.heldOut, labels }, encoder);
    const folds = rows.map(({ contributor }) => foldOf(contributor));
    const { heads } = await trainFolds({ ...set, folds }, { lambda: lambdaGrid / LAMBDA_UNIT, workers });
    const claim = {
      ...{ headerBytes, rows: rowBytes, inverse, weights, lambdaGrid, set },
      ...{ trainedRows: rows.length, encoderSpecHash: encoder.specHash, folds: { of: folds, heads } },
      contribution: rows.map(({ contribution }) => contribution),
      item: rows.map(({ item }) => item),
      entry: rows.map(({ entry }) => entry),
      ...(heldOut && { heldOut }),
    };
    return await verifyIndex(claim, seed);
  } finally {
    await encoder.close();
  }
}
