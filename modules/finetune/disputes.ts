import { parseAmount } from "../../chain/app/coins.ts";
import type { Context } from "../../chain/app/context.ts";
import { type Dispute, type Job, JobStatus, type MsgDisputeJob } from "../../proto/gen/openledger/finetune/v1.ts";
import { errors } from "./errors.ts";
import { forfeit, refundJob } from "./escrow.ts";
import { FINETUNE } from "./keys.ts";
import type { Payee } from "./needs.ts";
import type { FinetuneParts } from "./parts.ts";
import { statusName } from "./status.ts";

const { JOB_STATUS_CLAIMED, JOB_STATUS_HELD, JOB_STATUS_DISPUTED, JOB_STATUS_REJECTED } = JobStatus;

/** What a decision found of a disputed result. */
export type Finding = "right" | "wrong" | "undecided";

/** Holds the payout: the result is decided once more, at once or when its own claim is accepted. Returns the number. */
export function disputeJob(ctx: Context, parts: FinetuneParts, { challenger, job: id }: MsgDisputeJob): number {
  const { keeper, needs } = parts;
  const job = keeper.requireJob(ctx, id);
  if (job.status !== JOB_STATUS_CLAIMED && job.status !== JOB_STATUS_HELD && job.status !== JOB_STATUS_DISPUTED) {
    throw errors.wrongStatus(`job ${id} is ${statusName(job.status)}: there is no result to dispute`);
  }
  if (job.dispute) throw errors.disputed(`job ${id} is disputed by ${job.dispute.challenger} already`);
  const most = keeper.params(ctx).maxDisputes;
  if (job.disputes >= most) throw errors.disputed(`job ${id} was disputed ${most} times already`);
  needs.bank.sendToModule(ctx, challenger, FINETUNE, parseAmount(job.bond));
  const number = job.disputes + 1;
  const claimId = new Uint8Array(0);
  const dispute: Dispute = { number, challenger, bond: job.bond, height: BigInt(ctx.height), claimId };
  const held = job.status === JOB_STATUS_HELD;
  const next = held ? { status: JOB_STATUS_DISPUTED, due: BigInt(ctx.height) } : {};
  keeper.saveJob(ctx, { ...job, dispute, disputes: number, ...next });
  ctx.events.emit("job_disputed", [
    ["job", id],
    ["number", String(number)],
    ["challenger", challenger],
    ["trainer", job.trainer],
    ["bond", job.bond],
  ]);
  return number;
}

/** Begins the decision of a dispute. Throws AppError when that is not possible now. */
export function openDispute(ctx: Context, { keeper, disputes }: FinetuneParts, job: Job): void {
  const { dispute } = job;
  if (!dispute) throw new TypeError(`job ${job.id} is disputed by nobody`);
  const claimId = disputes.open(ctx, { job, dispute });
  keeper.saveJob(ctx, { ...job, due: 0n, dispute: { ...dispute, claimId } });
  ctx.events.emit("job_dispute_opened", [
    ["job", job.id],
    ["number", String(dispute.number)],
  ]);
}

/** Carries a decision out: the loser pays, and a result that is not wrong is held for a new window. */
export function decideDispute(
  ctx: Context,
  parts: FinetuneParts,
  decided: { readonly job: Job; readonly finding: Finding; readonly payees: readonly Payee[] },
): void {
  const { job, finding, payees } = decided;
  const { dispute } = job;
  if (!dispute) throw new TypeError(`job ${job.id} is disputed by nobody`);
  ctx.events.emit("job_dispute_decided", [
    ["job", job.id],
    ["number", String(dispute.number)],
    ["challenger", dispute.challenger],
    ["finding", finding],
  ]);
  if (finding === "wrong") {
    rejectResult(ctx, parts, job, { winner: dispute.challenger, payees });
    return;
  }
  const bond = parseAmount(dispute.bond);
  if (finding === "right") forfeit(ctx, parts, { job, amount: bond, winner: job.trainer, payees });
  else parts.needs.bank.sendFromModule(ctx, FINETUNE, dispute.challenger, bond);
  holdAgain(ctx, parts, job);
}

/** Refunds the price and forfeits the trainer's bond, of which who proved it wrong has a share; a challenger gets its own back. */
export function rejectResult(
  ctx: Context,
  parts: FinetuneParts,
  job: Job,
  { winner, payees }: { readonly winner: string | undefined; readonly payees: readonly Payee[] },
): void {
  const { dispute } = job;
  if (dispute) {
    parts.needs.bank.sendFromModule(ctx, FINETUNE, dispute.challenger, parseAmount(dispute.bond));
  }
  forfeit(ctx, parts, { job, amount: parseAmount(job.bond), winner, payees });
  refundJob(ctx, parts, job, JOB_STATUS_REJECTED);
}

function holdAgain(ctx: Context, { keeper }: FinetuneParts, job: Job): void {
  const { disputeBlocks, maxDisputes } = keeper.params(ctx);
  const window = job.disputes < maxDisputes ? disputeBlocks : 0n;
  keeper.saveJob(ctx, { ...job, status: JOB_STATUS_HELD, due: BigInt(ctx.height) + window, dispute: undefined });
}
