import { parseAmount } from "../../chain/app/coins.ts";
import type { Context } from "../../chain/app/context.ts";
import { toHex } from "../../chain/crypto/bytes.ts";
import { ClaimKind, ClaimStatus } from "../../proto/gen/openledger/attribution/v1.ts";
import {
  type Job,
  JobStatus,
  type MsgAcceptJob,
  type MsgCompleteJob,
  type MsgSubmitCheckpoint,
} from "../../proto/gen/openledger/finetune/v1.ts";
import { requireStatus } from "./create.ts";
import { errors } from "./errors.ts";
import { JOB_ALGORITHM, jobSubject, resultPayloadHash } from "./ids.ts";
import { FINETUNE } from "./keys.ts";
import type { FinetuneParts } from "./parts.ts";

const { JOB_STATUS_OPEN, JOB_STATUS_ACCEPTED, JOB_STATUS_CLAIMED } = JobStatus;

/** The first trainer to bond has the job. */
export function acceptJob(ctx: Context, { keeper, needs }: FinetuneParts, { trainer, job: id }: MsgAcceptJob): void {
  const job = keeper.requireJob(ctx, id);
  requireStatus(job, JOB_STATUS_OPEN);
  checkDeadline(ctx, job);
  needs.bank.sendToModule(ctx, trainer, FINETUNE, parseAmount(job.bond));
  keeper.saveJob(ctx, { ...job, status: JOB_STATUS_ACCEPTED, trainer, acceptedHeight: BigInt(ctx.height) });
  ctx.events.emit("job_accepted", [
    ["job", id],
    ["requester", job.requester],
    ["trainer", trainer],
    ["bond", job.bond],
  ]);
}

/** Progress that everybody can see; the event holds the point of a plot. */
export function submitCheckpoint(ctx: Context, { keeper }: FinetuneParts, message: MsgSubmitCheckpoint): void {
  const job = requireOwn(ctx, keeper, message);
  const { step, root, loss, heldOut, heldOutLoss } = message;
  if (step <= job.lastStep) throw errors.badCheckpoint(`step ${step} is not after step ${job.lastStep}`);
  if (step % BigInt(job.checkpointInterval) !== 0n) {
    throw errors.badCheckpoint(`a checkpoint's step is a multiple of ${job.checkpointInterval}, got ${step}`);
  }
  const most = keeper.params(ctx).maxCheckpoints;
  if (job.checkpoints >= most) throw errors.badCheckpoint(`a job has at most ${most} checkpoints`);
  keeper.saveCheckpoint(ctx, { job: job.id, step, root, loss, heldOut, heldOutLoss, height: BigInt(ctx.height) });
  keeper.saveJob(ctx, { ...job, checkpoints: job.checkpoints + 1, lastStep: step });
  ctx.events.emit("job_checkpoint", [
    ["job", job.id],
    ["trainer", job.trainer],
    ["step", String(step)],
    ["root", toHex(root)],
    ["loss", String(loss)],
    ["held_out", String(heldOut)],
    ["held_out_loss", String(heldOutLoss)],
  ]);
}

/** Posts the result as a training claim, whose bond comes from the trainer as well. Returns its id. */
export function completeJob(ctx: Context, { keeper, needs }: FinetuneParts, message: MsgCompleteJob): Uint8Array {
  const job = requireOwn(ctx, keeper, message);
  const { steps, weightsHash, weightsBlob, logRoot, logBlob } = message;
  if (steps < job.lastStep) throw errors.badResult(`${steps} steps, but a checkpoint is of step ${job.lastStep}`);
  const claimed = { steps, weightsHash, weightsBlob, logRoot, logBlob };
  const claimId = needs.claims.post(ctx, {
    kind: ClaimKind.CLAIM_KIND_TRAINING,
    poster: job.trainer,
    subject: jobSubject(job.id),
    payloadHash: resultPayloadHash({ job: job.id, manifestHash: job.manifestHash, ...claimed }),
    algorithm: JOB_ALGORITHM,
    bond: parseAmount(keeper.params(ctx).claimBond),
  });
  if (needs.claims.claim(ctx, claimId)?.status !== ClaimStatus.CLAIM_STATUS_OPEN) {
    throw errors.unattested("nobody examines training claims on this chain");
  }
  const result = { ...claimed, claimId, claimedHeight: BigInt(ctx.height) };
  keeper.saveJob(ctx, { ...job, status: JOB_STATUS_CLAIMED, result, due: 0n });
  ctx.events.emit("job_completed", [
    ["job", job.id],
    ["trainer", job.trainer],
    ["steps", String(steps)],
    ["weights_hash", toHex(weightsHash)],
    ["log_root", toHex(logRoot)],
    ["claim_id", toHex(claimId)],
  ]);
  return claimId;
}

/** A job that this trainer works on, before its deadline. */
function requireOwn(
  ctx: Context,
  keeper: FinetuneParts["keeper"],
  { job: id, trainer }: { readonly job: string; readonly trainer: string },
): Job {
  const job = keeper.requireJob(ctx, id);
  requireStatus(job, JOB_STATUS_ACCEPTED);
  if (job.trainer !== trainer) throw errors.notYours(`job ${id} is trained by ${job.trainer}`);
  checkDeadline(ctx, job);
  return job;
}

function checkDeadline(ctx: Context, job: Job): void {
  if (BigInt(ctx.height) < job.deadline) return;
  throw errors.tooLate(`the deadline of job ${job.id} was block ${job.deadline}`);
}
