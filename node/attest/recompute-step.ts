import { equalBytes, toHex } from "../../chain/crypto/bytes.ts";
import { JobError } from "../factory/job/errors.ts";
import { decodeLog, roundingHash, roundingSince } from "../factory/job/log.ts";
import { decodeManifest } from "../factory/job/manifest.ts";
import { stateRoot } from "../factory/job/state.ts";
import { openTrainer } from "../factory/job/trainer.ts";
import { stepOf } from "../factory/verify-claim.ts";
import { weightsHash } from "../influence/grid.ts";
import { type JobInputs, jobDataOf } from "../jobs/job-data.ts";
import type { HeavyVerdict } from "./heavy.ts";

/** A disputed step: from the state `before`, does the step to `position` give `after`? */
export interface StepExamination {
  readonly inputs: JobInputs;
  readonly position: number;
  readonly steps: number;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
  /** Bytes that may be the state before; whichever has its root is. */
  readonly states: readonly Uint8Array[];
  /** The disputed computation's log and the hash of the roundings that hold for the step. */
  readonly log: Uint8Array | undefined;
  readonly roundingHash: Uint8Array;
  /** The poster wrote the manifest as well, as a model's owner does: rows that it does not name are its lie. */
  readonly ownsManifest: boolean;
  readonly workers: number;
}

/** Positions: 1 is the initial state, s + 1 the state after step s, steps + 2 the result (module dispute). */
const INITIAL = 1;
/** The step cannot be taken as it was claimed: a state or roundings that no step has. */
const OF_THE_STEP: ReadonlySet<string> = new Set(["bad-bytes", "bad-rounding", "diverged"]);
const NO_WITNESS = new Float64Array(0);

/** Recomputes one step by the exact reference. */
export async function recomputeStep(input: StepExamination): Promise<HeavyVerdict> {
  const { inputs, position, steps, before, after, states, workers } = input;
  const manifest = decodeManifest(inputs.manifest);
  const state = position === INITIAL ? undefined : states.find((bytes) => equalBytes(stateRoot(bytes), before));
  if (position !== INITIAL && !state) {
    return { verdict: "abstain", reason: `nobody gave the state ${toHex(before)}`, witness: NO_WITNESS };
  }
  const data = jobDataOf(manifest, inputs);
  try {
    if (position === steps + 2) return await resultOf(input, manifest, data, state);
    const given = { manifest: inputs.manifest, data, state, rounding: roundingOf(input), workers };
    const { root, witness } = await stepOf(given);
    return verdictOf(root, after, witness);
  } catch (error) {
    const isLineage = input.ownsManifest && error instanceof JobError && error.code === "lineage";
    if (!isLineage && !(error instanceof JobError && OF_THE_STEP.has(error.code))) throw error;
    return { verdict: "reject", reason: error.message, witness: NO_WITNESS };
  } finally {
    await data.encoder?.close();
  }
}

function verdictOf(own: Uint8Array, claimed: Uint8Array, witness: Float64Array): HeavyVerdict {
  if (equalBytes(own, claimed)) return { verdict: "accept", witness };
  return { verdict: "reject", reason: `the step gives ${toHex(own)}, not ${toHex(claimed)}`, witness };
}

/** The result follows from the last state. Its weights on their grid are the witness: the claim names their hash only. */
async function resultOf(
  { after, workers }: StepExamination,
  manifest: ReturnType<typeof decodeManifest>,
  data: ReturnType<typeof jobDataOf>,
  state: Uint8Array | undefined,
): Promise<HeavyVerdict> {
  const trainer = await openTrainer(manifest, data, { state, workers, reference: true });
  try {
    if (!trainer.isDone()) {
      const reason = `the computation goes on after step ${trainer.step}`;
      return { verdict: "reject", reason, witness: NO_WITNESS };
    }
    const weights = trainer.weights();
    return verdictOf(weightsHash(weights), after, Float64Array.from(weights));
  } finally {
    await trainer.close();
  }
}

/** The poster's roundings between the checkpoints around the step; none where the log does not have them. */
function roundingOf({ log: bytes, position, roundingHash: wanted }: StepExamination) {
  if (!bytes || wanted.length === 0) return [];
  const log = decodeLog(bytes);
  const step = BigInt(position - 1);
  const at = log.checkpoints.findIndex((checkpoint) => checkpoint.step >= step);
  const entries = at < 0 ? [] : roundingSince(log, at);
  return equalBytes(roundingHash(entries), wanted) ? entries.filter((entry) => entry.step === step) : [];
}
