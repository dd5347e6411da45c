import { parseAmount } from "../../chain/app/coins.ts";
import type { Context } from "../../chain/app/context.ts";
import type { Invariant } from "../../chain/app/module.ts";
import { sum } from "../../chain/math/int.ts";
import { type Job, JobStatus } from "../../proto/gen/openledger/finetune/v1.ts";
import type { FinetuneKeeper } from "./keeper.ts";
import { FINETUNE } from "./keys.ts";
import type { BankNeeds } from "./needs.ts";
import { holdsBond, isLive } from "./status.ts";

/** I3, I4 and the bounds of this module's queues. */
export function invariants(keeper: FinetuneKeeper, bank: BankNeeds): Invariant[] {
  return [
    { name: "finetune/escrow", check: (ctx) => checkEscrow(ctx, keeper, bank) },
    { name: "finetune/parts", check: (ctx) => checkParts(ctx, keeper) },
    { name: "finetune/open", check: (ctx) => checkOpen(ctx, keeper) },
    { name: "finetune/checkpoints", check: (ctx) => checkCheckpoints(ctx, keeper) },
  ];
}

/** What this module holds for one job. */
function held(job: Job): bigint {
  if (!isLive(job)) return 0n;
  const bond = holdsBond(job) ? parseAmount(job.bond) : 0n;
  const { dispute } = job;
  const disputed = dispute ? parseAmount(dispute.bond) : 0n;
  return parseAmount(job.price) + bond + disputed;
}

function checkEscrow(ctx: Context, keeper: FinetuneKeeper, bank: BankNeeds): string | undefined {
  const jobs = [...keeper.jobs(ctx)];
  const expected = sum(jobs.map(held));
  const balance = bank.moduleBalance(ctx, FINETUNE);
  if (expected !== balance) return `jobs hold ${expected}, the module account ${balance}`;
  const open = sum(jobs.filter(isLive).map(({ price }) => parseAmount(price)));
  const { escrowed, paid, refunded } = keeper.totals(ctx);
  if (BigInt(escrowed) === BigInt(paid) + BigInt(refunded) + open) return undefined;
  return `escrowed ${escrowed} is not paid ${paid} + refunded ${refunded} + open ${open}`;
}

function checkParts(ctx: Context, keeper: FinetuneKeeper): string | undefined {
  for (const job of keeper.jobs(ctx)) {
    const { id, price, parts } = job;
    if (isLive(job)) {
      if (parts) return `job ${id} is not over and has parts`;
      continue;
    }
    const given = [parts?.trainer, parts?.attesters, parts?.requester].map((part) => parseAmount(part ?? "0"));
    if (sum(given) !== parseAmount(price)) return `the parts of job ${id} sum to ${sum(given)}, not ${price}`;
  }
  for (const { job } of keeper.allPayees(ctx)) {
    const status = keeper.job(ctx, job)?.status;
    if (status !== JobStatus.JOB_STATUS_HELD && status !== JobStatus.JOB_STATUS_DISPUTED) {
      return `payees wait for job ${job}, which is not held`;
    }
  }
  return undefined;
}

function checkOpen(ctx: Context, keeper: FinetuneKeeper): string | undefined {
  const counts = new Map<string, number>();
  for (const job of keeper.jobs(ctx)) {
    if (isLive(job)) counts.set(job.requester, (counts.get(job.requester) ?? 0) + 1);
    if (job.model !== "" && keeper.jobOfModel(ctx, job.model) !== job.id) return `job ${job.id} is not its model's job`;
  }
  for (const { requester, open } of keeper.counters(ctx)) {
    const found = counts.get(requester) ?? 0;
    if (found !== open) return `${requester} has ${found} open jobs, counted ${open}`;
    counts.delete(requester);
  }
  return counts.size === 0 ? undefined : "an open job has no counter";
}

/** Steps ascend by their key; the newest is the job's. */
function checkCheckpoints(ctx: Context, keeper: FinetuneKeeper): string | undefined {
  const found = new Map<string, { count: number; last: bigint }>();
  for (const { job, step } of keeper.allCheckpoints(ctx)) {
    found.set(job, { count: (found.get(job)?.count ?? 0) + 1, last: step });
  }
  for (const { id, checkpoints, lastStep } of keeper.jobs(ctx)) {
    const { count, last } = found.get(id) ?? { count: 0, last: 0n };
    if (count !== checkpoints || last !== lastStep)
      return `job ${id} counts ${checkpoints} checkpoints up to ${lastStep}`;
    found.delete(id);
  }
  return found.size === 0 ? undefined : "a checkpoint has no job";
}
