import { parseAmount } from "../../chain/app/coins.ts";
import { contained } from "../../chain/app/contained.ts";
import type { Context } from "../../chain/app/context.ts";
import { type Job, JobStatus } from "../../proto/gen/openledger/finetune/v1.ts";
import { openDispute } from "./disputes.ts";
import { forfeit, payJob, refundJob } from "./escrow.ts";
import { DISPUTE_RETRY_BLOCKS } from "./limits.ts";
import type { FinetuneParts } from "./parts.ts";

const { JOB_STATUS_OPEN, JOB_STATUS_ACCEPTED, JOB_STATUS_HELD, JOB_STATUS_EXPIRED, JOB_STATUS_LATE } = JobStatus;

/** The first `max_ends_per_block` jobs whose height has come, in (height, id) order; the rest waits a block. */
export function endBlock(ctx: Context, parts: FinetuneParts): void {
  const most = parts.keeper.params(ctx).maxEndsPerBlock;
  const jobs: Job[] = [];
  for (const job of parts.keeper.dueJobs(ctx, ctx.height)) {
    if (jobs.length >= most) break;
    jobs.push(job);
  }
  for (const job of jobs) act(ctx, parts, job);
}

function act(ctx: Context, parts: FinetuneParts, job: Job): void {
  switch (job.status) {
    case JOB_STATUS_OPEN:
      refundJob(ctx, parts, job, JOB_STATUS_EXPIRED);
      return;
    case JOB_STATUS_ACCEPTED:
      forfeit(ctx, parts, { job, amount: parseAmount(job.bond), winner: job.requester, payees: [] });
      refundJob(ctx, parts, job, JOB_STATUS_LATE);
      return;
    case JOB_STATUS_HELD:
      payUnlessChallenged(ctx, parts, job);
      return;
    default:
      beginDispute(ctx, parts, job);
  }
}

/** While the claim itself is challenged the payout waits. */
function payUnlessChallenged(ctx: Context, parts: FinetuneParts, job: Job): void {
  const { keeper, needs } = parts;
  const claim = job.result && needs.claims.claim(ctx, job.result.claimId);
  if (claim?.disputed) keeper.saveJob(ctx, { ...job, due: BigInt(ctx.height + DISPUTE_RETRY_BLOCKS) });
  else payJob(ctx, parts, job);
}

/** A dispute that cannot begin, since too many claims are open, is tried again later; the payout stays held. */
function beginDispute(ctx: Context, parts: FinetuneParts, job: Job): void {
  if (!contained(ctx, (branch) => openDispute(branch, parts, job))) return;
  parts.keeper.saveJob(ctx, { ...job, due: BigInt(ctx.height + DISPUTE_RETRY_BLOCKS) });
}
