import { parseAmount } from "../../chain/app/coins.ts";
import type { Context } from "../../chain/app/context.ts";
import type { Claim } from "../../proto/gen/openledger/attribution/v1.ts";
import { type Job, JobStatus } from "../../proto/gen/openledger/finetune/v1.ts";
import type { ClaimHandler, ClaimResult } from "../attribution/types.ts";
import { decideDispute, type Finding, rejectResult } from "./disputes.ts";
import { errors } from "./errors.ts";
import { datanetsOf, refundJob, returnBond } from "./escrow.ts";
import { parseJobSubject } from "./ids.ts";
import { FINETUNE } from "./keys.ts";
import type { FinetuneParts } from "./parts.ts";

/** What the outcome of a job's training claim, or of the claim that decides its dispute, does. */
export class JobClaims implements ClaimHandler {
  readonly #parts: FinetuneParts;

  constructor(parts: FinetuneParts) {
    this.#parts = parts;
  }

  onAccepted(ctx: Context, claim: Claim, result: ClaimResult): void {
    const { job, dispute } = this.#of(ctx, claim);
    if (dispute > 0) {
      this.#decide(ctx, job, "right", result);
      return;
    }
    const { keeper } = this.#parts;
    const payees = result.winners.map(({ operator, power }) => ({ operator, power }));
    keeper.savePayees(ctx, { job: job.id, payees });
    const height = BigInt(ctx.height);
    const held = job.dispute
      ? { status: JobStatus.JOB_STATUS_DISPUTED, due: height }
      : { status: JobStatus.JOB_STATUS_HELD, due: height + keeper.params(ctx).disputeBlocks };
    keeper.saveJob(ctx, { ...job, ...held });
    ctx.events.emit("job_held", [
      ["job", job.id],
      ["trainer", job.trainer],
      ["until", String(held.due)],
      ["disputed", String(job.dispute !== undefined)],
    ]);
  }

  onRejected(ctx: Context, claim: Claim, result: ClaimResult): void {
    const { job, dispute } = this.#of(ctx, claim);
    if (dispute > 0) this.#decide(ctx, job, "wrong", result);
    else rejectResult(ctx, this.#parts, job, result.winners);
  }

  onNoQuorum(ctx: Context, claim: Claim, result: ClaimResult): void {
    const { job, dispute } = this.#of(ctx, claim);
    if (dispute > 0) {
      this.#decide(ctx, job, "undecided", result);
      return;
    }
    if (job.dispute) {
      const { challenger, bond } = job.dispute;
      this.#parts.needs.bank.sendFromModule(ctx, FINETUNE, challenger, parseAmount(bond));
    }
    returnBond(ctx, this.#parts, job);
    refundJob(ctx, this.#parts, job, JobStatus.JOB_STATUS_UNDECIDED);
  }

  forfeitTo(ctx: Context, claim: Claim): readonly string[] {
    return datanetsOf(ctx, this.#parts.needs, this.#of(ctx, claim).job);
  }

  #decide(ctx: Context, job: Job, finding: Finding, { winners }: ClaimResult): void {
    decideDispute(ctx, this.#parts, { job, finding, payees: winners });
  }

  #of(ctx: Context, claim: Claim): { readonly job: Job; readonly dispute: number } {
    const named = parseJobSubject(claim.subject);
    if (!named) throw errors.notFound("the claim is of no job");
    return { job: this.#parts.keeper.requireJob(ctx, named.job), dispute: named.dispute };
  }
}
