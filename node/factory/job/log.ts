import { equalBytes, toHex } from "../../../chain/crypto/bytes.ts";
import { sha256 } from "../../../chain/crypto/hash.ts";
import { type MerkleProof, merkleProofs, merkleRoot } from "../../../chain/crypto/merkle.ts";
import {
  Checkpoint,
  type CurvePoint,
  LogHead,
  type Rounding,
  RoundingLog,
  TrainingLog,
} from "../../../proto/gen/openledger/factory/v1.ts";
import { decodeStrict, encodeBytes, ProtoError } from "../../../proto/runtime.ts";
import { JobError } from "./errors.ts";
import { MOST_CHECKPOINTS, MOST_LOG_BYTES } from "./limits.ts";
import { choicesOf } from "./rounding.ts";

export { Checkpoint, type CurvePoint, LogHead, TrainingLog };

/** Canonical bytes of the leaves of a log's merkle tree: its head, then every checkpoint. */
export function logLeaves(log: TrainingLog): Uint8Array[] {
  const head = encodeBytes(LogHead, headOf(log));
  return [head, ...log.checkpoints.map((checkpoint) => encodeBytes(Checkpoint, checkpoint))];
}

/** The log root on chain. */
export function logRoot(log: TrainingLog): Uint8Array {
  return merkleRoot(logLeaves(log));
}

/** Proofs of the leaves: 0 is the head, i + 1 checkpoint i. */
export function logProofs(log: TrainingLog): readonly MerkleProof[] {
  return merkleProofs(logLeaves(log)).proofs;
}

export function headOf(log: TrainingLog): LogHead {
  if (!log.head) throw new JobError("bad-bytes", "log: it has no head");
  return log.head;
}

/** What a checkpoint's leaf says of the roundings since the one before. */
export function roundingHash(entries: readonly Rounding[]): Uint8Array {
  return sha256(encodeBytes(RoundingLog, { entries: [...entries] }));
}

export function encodeLog(log: TrainingLog): Uint8Array {
  return encodeBytes(TrainingLog, log);
}

/** A log whose parts fit together. Throws JobError: bad-bytes, bad-rounding. */
export function decodeLog(bytes: Uint8Array): TrainingLog {
  try {
    const log = decodeStrict(TrainingLog, bytes, MOST_LOG_BYTES);
    checkLog(log);
    return log;
  } catch (error) {
    if (!(error instanceof ProtoError)) throw error;
    throw new JobError("bad-bytes", `log: ${error.message}`);
  }
}

function checkLog(log: TrainingLog): void {
  const { steps, every, manifestHash, weightsHash } = headOf(log);
  const refuse = (problem: string): never => {
    throw new JobError("bad-bytes", `log: ${problem}`);
  };
  if (every < 1) refuse("its checkpoints are 0 steps apart");
  if (manifestHash.length !== 32 || weightsHash.length !== 32) refuse("a hash of its head has not 32 bytes");
  const count = checkpointSteps(steps, every).length;
  if (log.checkpoints.length !== count) refuse(`${log.checkpoints.length} checkpoints; ${steps} steps have ${count}`);
  if (log.stateBlobs.length !== count) refuse(`${log.stateBlobs.length} blobs of ${count} states`);
  for (const [i, step] of checkpointSteps(steps, every).entries()) {
    const found = log.checkpoints[i]!;
    if (found.step !== step) refuse(`checkpoint ${i} is of step ${found.step}, not ${step}`);
    if (found.stateRoot.length !== 32) refuse(`checkpoint ${i} has no root`);
    const own = roundingSince(log, i);
    if (!equalBytes(found.roundingHash, roundingHash(own)))
      refuse(`checkpoint ${i} has another rounding hash than its entries`);
  }
  choicesOf(log.rounding?.entries ?? []);
  const beyond = log.rounding?.entries.find(({ step }) => step < 1n || step > steps);
  if (beyond) refuse(`its rounding log has step ${beyond.step} of ${steps}`);
}

/** Steps at which a job has checkpoints: 0, every so many, and the last. Throws JobError bad-bytes. */
export function checkpointSteps(steps: bigint, every: number): bigint[] {
  const between = steps / BigInt(every);
  if (between > BigInt(MOST_CHECKPOINTS))
    throw new JobError("bad-bytes", `${between} checkpoints; at most ${MOST_CHECKPOINTS}`);
  const list = Array.from({ length: Number(between) + 1 }, (_, i) => BigInt(i) * BigInt(every));
  return list.at(-1) === steps ? list : [...list, steps];
}

/** Roundings between a checkpoint and the one before it. */
export function roundingSince(log: TrainingLog, index: number): Rounding[] {
  const after = index === 0 ? 0n : log.checkpoints[index - 1]!.step;
  const upTo = log.checkpoints[index]!.step;
  return (log.rounding?.entries ?? []).filter(({ step }) => step > after && step <= upTo);
}

/** Throws JobError lineage unless the log is of this manifest. */
export function checkLogOf(log: TrainingLog, manifestHash: Uint8Array): void {
  const { manifestHash: own } = headOf(log);
  if (equalBytes(own, manifestHash)) return;
  throw new JobError("lineage", `the log is of the manifest ${toHex(own)}, not of ${toHex(manifestHash)}`);
}
