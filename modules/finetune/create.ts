import { parseAmount } from "../../chain/app/coins.ts";
import type { Context } from "../../chain/app/context.ts";
import { toHex } from "../../chain/crypto/bytes.ts";
import { SnapshotStatus } from "../../proto/gen/openledger/datanet/v1.ts";
import {
  Job,
  JobStatus,
  type MsgCancelFinetuneJob,
  type MsgCreateFinetuneJob,
  type Params,
} from "../../proto/gen/openledger/finetune/v1.ts";
import { errors } from "./errors.ts";
import { bookEscrowed, refundJob } from "./escrow.ts";
import { jobId } from "./ids.ts";
import { FINETUNE } from "./keys.ts";
import type { FinetuneParts } from "./parts.ts";
import { statusName } from "./status.ts";

/** Escrows the price and offers the job. Returns its id. */
export function createJob(ctx: Context, parts: FinetuneParts, message: MsgCreateFinetuneJob): string {
  const { keeper, needs } = parts;
  const params = keeper.params(ctx);
  const { requester, manifestHash, price, bond } = message;
  checkTerms(message, params);
  checkLineage(ctx, parts, message.snapshots, params);
  const counter = keeper.counter(ctx, requester);
  if (counter.open >= params.maxOpenPerAccount) {
    throw errors.tooManyOpen(`${counter.open} jobs of ${requester} are not over yet`);
  }
  const id = jobId({ requester, manifestHash, counter: counter.next });
  needs.bank.sendToModule(ctx, requester, FINETUNE, parseAmount(price));
  bookEscrowed(ctx, parts, parseAmount(price));
  keeper.saveCounter(ctx, { requester, next: counter.next + 1n, open: counter.open + 1 });
  const createdHeight = BigInt(ctx.height);
  const deadline = createdHeight + message.deadlineBlocks;
  const status = JobStatus.JOB_STATUS_OPEN;
  keeper.saveJob(ctx, Job.fromPartial({ ...message, id, createdHeight, deadline, due: deadline, status }));
  ctx.events.emit("job_created", [
    ["job", id],
    ["requester", requester],
    ["manifest_hash", toHex(manifestHash)],
    ["price", price],
    ["bond", bond],
    ["deadline", String(deadline)],
  ]);
  return id;
}

/** Refunds a job that no trainer accepted yet. */
export function cancelJob(ctx: Context, parts: FinetuneParts, { requester, job: id }: MsgCancelFinetuneJob): void {
  const job = parts.keeper.requireJob(ctx, id);
  if (job.requester !== requester) throw errors.notYours(`job ${id} was requested by ${job.requester}`);
  requireStatus(job, JobStatus.JOB_STATUS_OPEN);
  refundJob(ctx, parts, job, JobStatus.JOB_STATUS_CANCELLED);
}

/** Throws finetune/9 (wrong status). */
export function requireStatus(job: Job, status: JobStatus): void {
  if (job.status === status) return;
  throw errors.wrongStatus(`job ${job.id} is ${statusName(job.status)}, not ${statusName(status)}`);
}

function checkTerms({ price, bond, deadlineBlocks }: MsgCreateFinetuneJob, params: Params): void {
  if (parseAmount(price) < parseAmount(params.minPrice)) {
    throw errors.priceTooLow(`a job pays at least ${params.minPrice}, offered is ${price}`);
  }
  if (parseAmount(bond) < parseAmount(params.minBond)) {
    throw errors.bondTooLow(`a trainer bonds at least ${params.minBond}, asked for is ${bond}`);
  }
  if (deadlineBlocks < params.minDeadlineBlocks || deadlineBlocks > params.maxDeadlineBlocks) {
    throw errors.badDeadline(`deadline_blocks is ${params.minDeadlineBlocks} to ${params.maxDeadlineBlocks}`);
  }
}

function checkLineage(ctx: Context, { needs }: FinetuneParts, snapshots: readonly string[], params: Params): void {
  if (snapshots.length > params.maxSnapshots) {
    throw errors.lineage(`${snapshots.length} snapshots, at most ${params.maxSnapshots}`);
  }
  for (const id of snapshots) {
    if (needs.datanets.snapshot(ctx, id)?.status !== SnapshotStatus.SNAPSHOT_STATUS_ACCEPTED) {
      throw errors.lineage(`there is no accepted snapshot ${id}`);
    }
  }
}
