import type { JobRow } from "../factory/job/data.ts";
import { CHECKED_SUBSETS } from "../fidelity/limits.ts";
import { decodeEvidence, type FidelityDesign, Measurement } from "../fidelity/measure.ts";
import { encoderInThreads } from "../influence/encoders/index.ts";
import { decodeModel } from "../influence/model-format.ts";
import { drawn } from "../influence/sample.ts";
import type { ModelBlobs } from "../influence/types.ts";
import { keptFeatures } from "./feature-folder.ts";
import type { HeavyVerdict } from "./heavy.ts";

/** A measured LDS with all that it refers to. */
export interface FidelityExamination {
  /** Drawn after the claim was posted. */
  readonly seed: Uint8Array;
  /** Of the queries and subsets. */
  readonly subsetSeed: Uint8Array;
  readonly design: FidelityDesign;
  readonly ldsPpm: number;
  readonly errorPpm: number;
  readonly evidence: Uint8Array;
  readonly blobs: ModelBlobs;
  /** Units of 2^-40. */
  readonly lambdaGrid: number;
  readonly rows: readonly JobRow[];
  readonly workers: number;
  /** Folder of encoded texts. */
  readonly features?: string | undefined;
}

const LAMBDA_UNIT = 2 ** 40;
const NO_WITNESS = new Float64Array(0);

/** What measuring and checking a model's fidelity start from. */
export async function measurementOf(
  input: Pick<FidelityExamination, "blobs" | "rows" | "lambdaGrid" | "subsetSeed" | "design" | "workers" | "features">,
  onSubset?: (done: number) => void,
): Promise<Measurement> {
  const { blobs, rows, lambdaGrid, subsetSeed, design, workers } = input;
  const { labels, encoderId } = decodeModel(blobs.model);
  const encoder = keptFeatures(encoderInThreads(encoderId, blobs.encoder), input.features);
  try {
    const classes = new Map(labels.map((label, index) => [label, index]));
    const set = {
      features: await encoder.encodeAll(rows.map(({ text }) => text)),
      dims: encoder.dims,
      classes: labels.length,
      labels: Int32Array.from(rows, ({ label }) => classes.get(label) ?? -1),
    };
    const lambda = lambdaGrid / LAMBDA_UNIT;
    return new Measurement({ set, lambda, blobs, seed: subsetSeed, design, workers, ...(onSubset && { onSubset }) });
  } finally {
    await encoder.close();
  }
}

/** Recomputes predictions and LDS, and the outputs of the subsets that the seed draws. */
export async function recomputeFidelity(input: FidelityExamination): Promise<HeavyVerdict> {
  const { seed, design, evidence } = input;
  const outputs = decodeEvidence(evidence, design);
  if (!outputs) return { verdict: "reject", reason: "the evidence has another size", witness: NO_WITNESS };
  const measurement = await measurementOf(input);
  const checked = drawn(seed, "fidelity-checked", { limit: design.subsets, count: CHECKED_SUBSETS });
  const retrained = await measurement.retrain(checked);
  const witness = Float64Array.from(retrained.flatMap(({ weights }) => [...weights]));
  const wrong = checked.find((m, i) => retrained[i]!.outputs.some((value, q) => value !== outputs[m]![q]));
  if (wrong !== undefined) return { verdict: "reject", reason: `subset ${wrong} gives other outputs`, witness };
  const { ldsPpm, errorPpm } = measurement.fidelity(outputs);
  if (ldsPpm === input.ldsPpm && errorPpm === input.errorPpm) return { verdict: "accept", witness };
  return { verdict: "reject", reason: `the LDS is ${ldsPpm} ppm with a standard error of ${errorPpm}`, witness };
}
