import { parseAmount } from "../../chain/app/coins.ts";
import type { Context } from "../../chain/app/context.ts";
import { splitLargestRemainder } from "../../chain/math/fixed.ts";
import { type Job, type JobParts, JobStatus } from "../../proto/gen/openledger/finetune/v1.ts";
import { FINETUNE } from "./keys.ts";
import { BASIS_POINTS } from "./limits.ts";
import type { Payee } from "./needs.ts";
import type { FinetuneParts } from "./parts.ts";
import { statusName } from "./status.ts";

const NO_PARTS: JobParts = { trainer: "0", attesters: "0", requester: "0" };

/** Ends a job whose result stands: trainer and attesters get the price, the trainer its bond. */
export function payJob(ctx: Context, parts: FinetuneParts, job: Job): void {
  const { keeper, needs } = parts;
  const price = parseAmount(job.price);
  const payees = keeper.payees(ctx, job.id);
  const share = payees.length === 0 ? 0n : bpsOf(price, keeper.params(ctx).attestersBps);
  const amounts = splitLargestRemainder(
    share,
    payees.map(({ power }) => power),
  );
  for (const [i, { operator }] of payees.entries()) {
    needs.bank.sendFromModule(ctx, FINETUNE, operator, amounts[i] as bigint);
  }
  needs.bank.sendFromModule(ctx, FINETUNE, job.trainer, price - share + parseAmount(job.bond));
  const trainer = (price - share).toString();
  close(ctx, parts, job, JobStatus.JOB_STATUS_PAID, { ...NO_PARTS, trainer, attesters: share.toString() });
}

/** Ends a job without a payment: the price goes back to the requester. Bonds are the caller's affair. */
export function refundJob(ctx: Context, parts: FinetuneParts, job: Job, status: JobStatus): void {
  parts.needs.bank.sendFromModule(ctx, FINETUNE, job.requester, parseAmount(job.price));
  close(ctx, parts, job, status, { ...NO_PARTS, requester: job.price });
}

export function returnBond(ctx: Context, { needs }: FinetuneParts, job: Job): void {
  needs.bank.sendFromModule(ctx, FINETUNE, job.trainer, parseAmount(job.bond));
}

/**
 * Gives a lost bond away: the parameter's share to `winner`, the rest to the payees and to the DataNets of the job's
 * snapshots; all of it there when nobody won.
 */
export function forfeit(
  ctx: Context,
  { keeper, needs }: FinetuneParts,
  lost: {
    readonly job: Job;
    readonly amount: bigint;
    readonly winner: string | undefined;
    readonly payees: readonly Payee[];
  },
): void {
  const { job, amount, winner, payees } = lost;
  const won = winner === undefined ? 0n : bpsOf(amount, keeper.params(ctx).winnerBps);
  if (winner !== undefined) needs.bank.sendFromModule(ctx, FINETUNE, winner, won);
  const datanets = datanetsOf(ctx, needs, job);
  needs.forfeits.takeForfeit(ctx, { from: FINETUNE, amount: amount - won, rejecters: payees, datanets });
}

/** DataNets of a job's snapshots, in their order. */
export function datanetsOf(ctx: Context, needs: FinetuneParts["needs"], job: Job): readonly string[] {
  return job.snapshots.flatMap((id) => needs.datanets.snapshot(ctx, id)?.datanet ?? []);
}

/** Books a price that has arrived in escrow. */
export function bookEscrowed(ctx: Context, { keeper }: FinetuneParts, price: bigint): void {
  const totals = keeper.totals(ctx);
  keeper.setTotals(ctx, { ...totals, escrowed: add(totals.escrowed, price.toString()) });
}

function close(ctx: Context, { keeper }: FinetuneParts, job: Job, status: JobStatus, parts: JobParts): void {
  const endedHeight = BigInt(ctx.height);
  keeper.saveJob(ctx, { ...job, status, parts, due: 0n, dispute: undefined, endedHeight });
  keeper.removePayees(ctx, job.id);
  const counter = keeper.counter(ctx, job.requester);
  keeper.saveCounter(ctx, { ...counter, open: counter.open - 1 });
  const totals = keeper.totals(ctx);
  const paid = status === JobStatus.JOB_STATUS_PAID;
  const rejected = status === JobStatus.JOB_STATUS_REJECTED;
  keeper.setTotals(ctx, {
    ...totals,
    paid: add(totals.paid, add(parts.trainer, parts.attesters)),
    refunded: add(totals.refunded, parts.requester),
    paidJobs: totals.paidJobs + (paid ? 1n : 0n),
    rejectedJobs: totals.rejectedJobs + (rejected ? 1n : 0n),
    otherEnds: totals.otherEnds + (paid || rejected ? 0n : 1n),
  });
  ctx.events.emit("job_ended", [
    ["job", job.id],
    ["status", statusName(status)],
    ["requester", job.requester],
    ["trainer", job.trainer],
    ["paid_trainer", parts.trainer],
    ["paid_attesters", parts.attesters],
    ["refunded", parts.requester],
  ]);
}

function bpsOf(amount: bigint, bps: number): bigint {
  return (amount * BigInt(bps)) / BigInt(BASIS_POINTS);
}

function add(a: string, b: string): string {
  return (BigInt(a) + BigInt(b)).toString();
}
