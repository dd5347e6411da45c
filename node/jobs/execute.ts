import { equalBytes, toHex } from "../../chain/crypto/bytes.ts";
import { sha256 } from "../../chain/crypto/hash.ts";
import { type JobData, lineageOf } from "../factory/job/data.ts";
import { JobError } from "../factory/job/errors.ts";
import { decodeLog, headOf, logRoot, type TrainingLog } from "../factory/job/log.ts";
import { decodeManifest, type JobManifest } from "../factory/job/manifest.ts";
import type { Trainer } from "../factory/job/trainer.ts";
import { openTrainer } from "../factory/job/trainer.ts";
import { verifyJob } from "../factory/job/verify-job.ts";
import { verifyTraining } from "../factory/verify-claim.ts";
import { int32FromBytes } from "../influence/grid.ts";
import { drawnSteps, FULL_STEPS, isLong, JOB_SEGMENTS, MOST_DRAWN_STEPS } from "./drawn.ts";
import type { ClaimedResult, ExamineReply, ExamineRequest } from "./examine.ts";
import { jobDataOf } from "./job-data.ts";

/** A log posts the first 8 bytes of every step's digest; the others are what only an execution knows. */
const SECRET_FROM = 8;

/**
 * Executes a job again and compares the result with the claimed one; of a long job the segments that the seed draws. The
 * witness is in uint32 words: of every step's digest what no log posts; of a long job the gradient of a drawn step. Throws
 * what neither job nor result can be blamed for.
 */
export async function execute(
  { inputs, claimed, seed, workers }: ExamineRequest,
  readBlob: (id: string) => Promise<Uint8Array>,
): Promise<ExamineReply> {
  const manifest = decodeManifest(inputs.manifest);
  const data = jobDataOf(manifest, inputs);
  try {
    const foreign = lineageOf(manifest, data.sources).find(({ agrees }) => !agrees);
    if (foreign)
      return { inconsistent: `${foreign.what}: ${foreign.claimed} in the manifest, in fact ${foreign.found}` };
    return await compare({ manifest, inputs, data, claimed, seed, workers, readBlob });
  } catch (error) {
    if (!(error instanceof JobError) || !BLAMES_MANIFEST.has(error.code)) throw error;
    return { inconsistent: error.message };
  } finally {
    await data.encoder?.close();
  }
}

const BLAMES_MANIFEST: ReadonlySet<string> = new Set(["bad-manifest", "bad-graph", "lineage", "diverged"]);

interface Comparison extends ExamineRequest {
  readonly manifest: JobManifest;
  readonly data: JobData;
  readonly readBlob: (id: string) => Promise<Uint8Array>;
}

async function compare(comparison: Comparison): Promise<ExamineReply> {
  const { manifest, data, claimed, workers } = comparison;
  const words: number[] = [];
  const beforeStep = (trainer: Trainer) => void words.push(...secretWords(trainer));
  const log = claimedLog(manifest, claimed);
  if (typeof log === "string") {
    // There is no log to follow: the job itself gives the witness that makes the rejection count.
    await runThrough(manifest, data, { workers, beforeStep });
    return { wrong: log, witness: Float64Array.from(words) };
  }
  if (isLong(log)) return compareDrawn(comparison, log);
  const weights = int32FromBytes(claimed.weights);
  const verdict = await verifyJob(manifest, data, log, "all", { workers, weights, beforeStep });
  return { wrong: verdict.reason, witness: Float64Array.from(words) };
}

async function compareDrawn(
  { inputs, data, claimed, seed, workers, readBlob }: Comparison,
  log: TrainingLog,
): Promise<ExamineReply> {
  const steps = drawnSteps(log, seed);
  if (steps > MOST_DRAWN_STEPS) {
    return { inconsistent: `its drawn segments have ${steps} steps, at most ${MOST_DRAWN_STEPS} are executed` };
  }
  const { encoder } = data;
  const { graph, tokenizer } = inputs;
  const claim = {
    ...{ manifest: inputs.manifest, model: claimed.weights, log: claimed.log, logRoot: claimed.logRoot },
    ...{ rows: inputs.sources, readBlob },
    ...(encoder && { encoder }),
    ...(graph && { graph }),
    ...(tokenizer && { tokenizer }),
  };
  const { verdict, reason = "", witness } = await verifyTraining(claim, seed, { workers, segments: JOB_SEGMENTS });
  return { wrong: verdict === "accept" ? undefined : reason, witness };
}

/** The log behind a claim, or how the claim contradicts itself. */
function claimedLog({ checkpointEvery }: JobManifest, claimed: ClaimedResult): TrainingLog | string {
  let log: TrainingLog;
  try {
    log = decodeLog(claimed.log);
  } catch (error) {
    if (!(error instanceof JobError)) throw error;
    return error.message;
  }
  const { steps, every, weightsHash } = headOf(log);
  // Segments of a trainer's own choice could be longer than anybody executes.
  if (every !== checkpointEvery) {
    return `the log has a checkpoint every ${every} steps, the manifest one every ${checkpointEvery}`;
  }
  if (!equalBytes(logRoot(log), claimed.logRoot)) return "the log has another root than was claimed";
  if (Number(steps) !== claimed.steps) return `the log has ${steps} steps, claimed are ${claimed.steps}`;
  if (!equalBytes(weightsHash, claimed.weightsHash)) return "the log is of other weights than were claimed";
  if (!equalBytes(sha256(claimed.weights), claimed.weightsHash)) return "the blob of weights has another hash";
  const roots = new Map(log.checkpoints.map(({ step, stateRoot }) => [Number(step), stateRoot]));
  const foreign = claimed.published.find(({ step, root }) => !equalBytes(roots.get(step) ?? new Uint8Array(0), root));
  return foreign ? `the log has no checkpoint ${toHex(foreign.root)} at step ${foreign.step}` : log;
}

/** As far as a short job goes: a trainer without a log must not choose how long validators work. */
async function runThrough(
  manifest: JobManifest,
  data: JobData,
  { workers, beforeStep }: { readonly workers: number; readonly beforeStep: (trainer: Trainer) => void },
): Promise<void> {
  const trainer = await openTrainer(manifest, data, { workers });
  try {
    while (!trainer.isDone() && trainer.step < FULL_STEPS) {
      beforeStep(trainer);
      await trainer.next();
    }
  } finally {
    await trainer.close();
  }
}

function secretWords(trainer: Trainer): number[] {
  const digest = trainer.digest();
  const view = new DataView(digest.buffer, digest.byteOffset, digest.byteLength);
  const words: number[] = [];
  for (let at = SECRET_FROM; at < digest.length; at += 4) words.push(view.getUint32(at, true));
  return words;
}
