import { toHex } from "../../chain/crypto/bytes.ts";
import { decodeLog } from "../factory/job/log.ts";
import { type AdapterIndexBlobs, type AdapterModel, verifyAdapterIndexOf } from "../pipeline/adapter-index.ts";
import type { HeavyVerdict } from "./heavy.ts";

/** A generator's index with all that it refers to. */
export interface AdapterExamination
  extends Omit<AdapterModel, "readState">,
    Pick<AdapterIndexBlobs, "rows" | "basis" | "weights" | "logRoot"> {
  /** Drawn after the claim was posted. */
  readonly seed: Uint8Array;
  readonly headerBytes: Uint8Array;
  readonly workers: number;
}

/** Recomputes a generator's index: gradients of all rows at the checkpoints of its training, and every row in the posted bases. */
export async function recomputeAdapterIndex(
  input: AdapterExamination,
  readBlob: (id: string) => Promise<Uint8Array>,
): Promise<HeavyVerdict> {
  const { seed, workers, headerBytes: header, rows, basis, weights, logRoot, ...model } = input;
  const { stateBlobs } = decodeLog(model.log);
  const readState = async (checkpoint: number) => readBlob(toHex(stateBlobs[checkpoint] ?? NO_BLOB));
  return verifyAdapterIndexOf({ ...model, readState }, { header, rows, basis, weights, logRoot }, seed, { workers });
}

const NO_BLOB = new Uint8Array(32);
