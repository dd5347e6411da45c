import { equalBytes, toHex } from "../../chain/crypto/bytes.ts";
import { sha256 } from "../../chain/crypto/hash.ts";
import { type JobData, lineageOf } from "../factory/job/data.ts";
import { JobError } from "../factory/job/errors.ts";
import { decodeLog, headOf, logRoot, type TrainingLog } from "../factory/job/log.ts";
import { decodeManifest, type JobManifest } from "../factory/job/manifest.ts";
import type { Trainer } from "../factory/job/trainer.ts";
import { openTrainer } from "../factory/job/trainer.ts";
import { verifyJob } from "../factory/job/verify-job.ts";
import { int32FromBytes } from "../influence/grid.ts";
import type { ClaimedResult, ExamineReply, ExamineRequest } from "./examine.ts";
import { jobDataOf } from "./job-data.ts";

/** A log posts the first 8 bytes of every step's digest; the others are what only an execution knows. */
const SECRET_FROM = 8;

/**
 * Executes a job again and compares the result with the claimed one. The witness is in uint32 words: of every step's
 * digest what no log posts. Throws what neither job nor result can be blamed for.
 */
export async function execute({ inputs, claimed, workers }: ExamineRequest): Promise<ExamineReply> {
  const manifest = decodeManifest(inputs.manifest);
  const data = jobDataOf(manifest, inputs);
  try {
    const foreign = lineageOf(manifest, data.sources).find(({ agrees }) => !agrees);
    if (foreign)
      return { inconsistent: `${foreign.what}: ${foreign.claimed} in the manifest, in fact ${foreign.found}` };
    return await compare(manifest, data, claimed, workers);
  } catch (error) {
    if (!(error instanceof JobError) || !BLAMES_MANIFEST.has(error.code)) throw error;
    return { inconsistent: error.message };
  } finally {
    await data.encoder?.close();
  }
}

const BLAMES_MANIFEST: ReadonlySet<string> = new Set(["bad-manifest", "bad-graph", "lineage", "diverged"]);

async function compare(
  manifest: JobManifest,
  data: JobData,
  claimed: ClaimedResult,
  workers: number,
): Promise<ExamineReply> {
  const words: number[] = [];
  const beforeStep = (trainer: Trainer) => void words.push(...secretWords(trainer));
  const log = claimedLog(claimed);
  if (typeof log === "string") {
    // There is no log to follow: the job itself gives the witness that makes the rejection count.
    await runThrough(manifest, data, { workers, beforeStep });
    return { wrong: log, witness: Float64Array.from(words) };
  }
  const weights = int32FromBytes(claimed.weights);
  const verdict = await verifyJob(manifest, data, log, "all", { workers, weights, beforeStep });
  return { wrong: verdict.reason, witness: Float64Array.from(words) };
}

/** The log behind a claim, or how the claim contradicts itself. */
function claimedLog(claimed: ClaimedResult): TrainingLog | string {
  let log: TrainingLog;
  try {
    log = decodeLog(claimed.log);
  } catch (error) {
    if (!(error instanceof JobError)) throw error;
    return error.message;
  }
  const { steps, weightsHash } = headOf(log);
  if (!equalBytes(logRoot(log), claimed.logRoot)) return "the log has another root than was claimed";
  if (Number(steps) !== claimed.steps) return `the log has ${steps} steps, claimed are ${claimed.steps}`;
  if (!equalBytes(weightsHash, claimed.weightsHash)) return "the log is of other weights than were claimed";
  if (!equalBytes(sha256(claimed.weights), claimed.weightsHash)) return "the blob of weights has another hash";
  const roots = new Map(log.checkpoints.map(({ step, stateRoot }) => [Number(step), stateRoot]));
  const foreign = claimed.published.find(({ step, root }) => !equalBytes(roots.get(step) ?? new Uint8Array(0), root));
  return foreign ? `the log has no checkpoint ${toHex(foreign.root)} at step ${foreign.step}` : log;
}

async function runThrough(
  manifest: JobManifest,
  data: JobData,
  { workers, beforeStep }: { readonly workers: number; readonly beforeStep: (trainer: Trainer) => void },
): Promise<void> {
  const trainer = await openTrainer(manifest, data, { workers });
  try {
    while (!trainer.isDone()) {
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
