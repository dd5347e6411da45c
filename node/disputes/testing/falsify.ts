import { fromHex } from "../../../chain/crypto/bytes.ts";
import type { Rounding } from "../../../proto/gen/openledger/factory/v1.ts";
import type { JobData } from "../../factory/job/data.ts";
import { type CurvePoint, encodeLog, logRoot, roundingHash, type TrainingLog } from "../../factory/job/log.ts";
import { type JobManifest, manifestHash } from "../../factory/job/manifest.ts";
import { stateRoot } from "../../factory/job/state.ts";
import { openTrainer } from "../../factory/job/trainer.ts";
import { weightsHash } from "../../influence/grid.ts";
import { artefactId } from "../../pipeline/snapshot-table.ts";

export interface PlayedTraining {
  readonly weights: Int32Array;
  readonly log: TrainingLog;
  readonly logRoot: Uint8Array;
  readonly logBytes: Uint8Array;
  /** After so many steps, by position in the list. */
  readonly states: readonly Uint8Array[];
}

/**
 * Trains a job on a graph and, where `falseFrom` is given, adds a unit of the grid to a weight after that step: everything
 * after it follows from a state that does not.
 */
export async function trained(manifest: JobManifest, data: JobData, falseFrom?: number): Promise<PlayedTraining> {
  let trainer = await openTrainer(manifest, data, { workers: 1 });
  const states = [trainer.state()];
  const rounding: Rounding[] = [];
  const curve: CurvePoint[] = [];
  while (!trainer.isDone()) {
    const report = await trainer.next();
    rounding.push(...report.rounding);
    if (trainer.step === falseFrom) {
      const state = withOtherWeight(trainer.state(), trainer.weights().length);
      await trainer.close();
      trainer = await openTrainer(manifest, data, { workers: 1, state });
    }
    states.push(trainer.state());
    const blank = { hasHeldOut: false, heldOut: 0n, heldOutRight: 0 };
    curve.push({ ...blank, step: BigInt(trainer.step), loss: 0n, digest: trainer.digest().slice(0, 8) });
  }
  const weights = trainer.weights();
  await trainer.close();
  const last = states.length - 1;
  const at = [...states.keys()].filter((step) => step % manifest.checkpointEvery === 0 || step === last);
  const log: TrainingLog = {
    head: {
      ...{ manifestHash: manifestHash(manifest), steps: BigInt(last) },
      ...{ every: manifest.checkpointEvery, weightsHash: weightsHash(weights) },
    },
    checkpoints: at.map((step, i) => ({
      step: BigInt(step),
      stateRoot: stateRoot(states[step] as Uint8Array),
      roundingHash: roundingHash(
        rounding.filter((entry) => Number(entry.step) > (at[i - 1] ?? 0) && Number(entry.step) <= step),
      ),
    })),
    rounding: { entries: rounding },
    curve,
    stateBlobs: at.map((step) => fromHex(artefactId(states[step] as Uint8Array))),
  };
  return { weights, log, logRoot: logRoot(log), logBytes: encodeLog(log), states };
}

/** The state of a job on a graph ends with its weights and two moments, four bytes an element each. */
function withOtherWeight(state: Uint8Array, weights: number): Uint8Array {
  const changed = state.slice();
  const view = new DataView(changed.buffer);
  const at = changed.length - 12 * weights;
  view.setInt32(at, view.getInt32(at, true) + 1, true);
  return changed;
}
