import { equalBytes } from "../../chain/crypto/bytes.ts";
import type { SourceRows } from "../factory/job/data.ts";
import { JobError } from "../factory/job/errors.ts";
import { DataForm, decodeManifest } from "../factory/job/manifest.ts";
import { FOLDS } from "../factory/train-folds.ts";
import { verifyTraining } from "../factory/verify-claim.ts";
import { type EncoderFiles, encoderInThreads } from "../influence/encoders/index.ts";
import { int32FromBytes, weightsHash } from "../influence/grid.ts";
import { decodeModel } from "../influence/model-format.ts";
import { drawn } from "../influence/sample.ts";
import { keptFeatures } from "./feature-folder.ts";
import type { HeavyVerdict } from "./heavy.ts";

/** A model's training with all that it refers to. */
export interface TrainingExamination {
  /** Drawn after the claim was posted. */
  readonly seed: Uint8Array;
  readonly manifest: Uint8Array;
  readonly model: Uint8Array;
  readonly log: Uint8Array | undefined;
  readonly logRoot: Uint8Array | undefined;
  /** Hash that the model is registered with. */
  readonly weightsHash: Uint8Array;
  readonly isHead: boolean;
  readonly rows: readonly SourceRows[];
  readonly encoder: { readonly id: string; readonly files: EncoderFiles | undefined };
  readonly graph: Uint8Array | undefined;
  readonly tokenizer: Uint8Array | undefined;
  readonly workers: number;
  /** Folder of encoded texts. */
  readonly features?: string | undefined;
}

/** Of the fold heads so many are drawn here: an index claim, without which no model serves, recomputes all of them. */
const DRAWN_FOLDS = 1;

/** Recomputes a training claim: lineage, the head and drawn fold heads, or drawn segments of a job on a graph. */
export async function recomputeTraining(
  input: TrainingExamination,
  readBlob: (id: string) => Promise<Uint8Array>,
): Promise<HeavyVerdict> {
  const { seed, manifest, model, log, logRoot, rows, graph, tokenizer, workers, isHead } = input;
  const { weights } = isHead ? decodeModel(model) : { weights: int32FromBytes(model) };
  if (!equalBytes(weightsHash(weights), input.weightsHash)) {
    return { verdict: "reject", reason: "the weights have another hash than the model", witness: NO_WITNESS };
  }
  const { id, files } = input.encoder;
  const isEncoded = isHead || isOnFeatures(manifest);
  const encoder = isEncoded ? keptFeatures(encoderInThreads(id, files), input.features) : undefined;
  try {
    const claim = {
      ...{ manifest, model, rows, readBlob },
      ...(log && { log }),
      ...(logRoot && { logRoot }),
      ...(encoder && { encoder }),
      ...(graph && { graph }),
      ...(tokenizer && { tokenizer }),
    };
    return await verifyTraining(claim, seed, {
      workers,
      folds: drawn(seed, "folds", { limit: FOLDS, count: DRAWN_FOLDS }),
    });
  } finally {
    await encoder?.close();
  }
}

/** Of a job's manifest; a malformed one is found out later. */
function isOnFeatures(manifest: Uint8Array): boolean {
  try {
    return decodeManifest(manifest).form === DataForm.DATA_FORM_FEATURES;
  } catch (error) {
    if (error instanceof JobError) return false;
    throw error;
  }
}

const NO_WITNESS = new Float64Array(0);
