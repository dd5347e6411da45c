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
import type { Payee } from "./needs.ts";
import type { FinetuneParts } from "./parts.ts";
import { isLive } from "./status.ts";

/** What the outcome of a job's training claim, or of the claim that decides its dispute, does. */
export class JobClaims implements ClaimHandler {
  /** Bonds of trainer and challenger are in escrow here; a claim that decides a dispute has none of its own. */
  readonly stakes = "module";
  readonly #parts: FinetuneParts;

  constructor(parts: FinetuneParts) {
    this.#parts = parts;
  }

  onAccepted(ctx: Context, claim: Claim, result: ClaimResult): void {
    const { job, dispute } = this.#of(ctx, claim);
    if (dispute > 0) {
      this.#decide(ctx, job, { number: dispute, finding: "right", result });
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
    if (dispute > 0) this.#decide(ctx, job, { number: dispute, finding: "wrong", result });
    else rejectResult(ctx, this.#parts, job, { winner: job.dispute?.challenger, payees: result.winners });
  }

  onNoQuorum(ctx: Context, claim: Claim, result: ClaimResult): void {
    const { job, dispute } = this.#of(ctx, claim);
    if (dispute > 0) {
      this.#decide(ctx, job, { number: dispute, finding: "undecided", result });
      return;
    }
    if (job.dispute) {
      const { challenger, bond } = job.dispute;
      this.#parts.needs.bank.sendFromModule(ctx, FINETUNE, challenger, parseAmount(bond));
    }
    returnBond(ctx, this.#parts, job);
    refundJob(ctx, this.#parts, job, JobStatus.JOB_STATUS_UNDECIDED);
  }

  /** The job's claim lost a challenge: unless the price was paid, it is refunded, and the trainer's bond rewards the challenger. */
  onOverturned(
    ctx: Context,
    claim: Pick<Claim, "subject">,
    { challenger, referees }: { readonly challenger: string; readonly referees: readonly Payee[] },
  ): void {
    const { job, dispute } = this.#of(ctx, claim);
    if (dispute === 0 && isLive(job)) rejectResult(ctx, this.#parts, job, { winner: challenger, payees: referees });
  }

  /** Where a challenged training can be followed: what goes in, what came out, and the log of checkpoints in between. */
  trace(
    ctx: Context,
    claim: Pick<Claim, "subject">,
  ): { readonly start: Uint8Array; readonly result: Uint8Array; readonly logRoot: Uint8Array } | undefined {
    const { job, dispute } = this.#of(ctx, claim);
    const { result, manifestHash } = job;
    return result && dispute === 0
      ? { start: manifestHash, result: result.weightsHash, logRoot: result.logRoot }
      : undefined;
  }

  forfeitTo(ctx: Context, claim: Pick<Claim, "subject">): readonly string[] {
    return datanetsOf(ctx, this.#parts.needs, this.#of(ctx, claim).job);
  }

  /** A dispute that ended otherwise meanwhile is not decided again. */
  #decide(
    ctx: Context,
    job: Job,
    decided: { readonly number: number; readonly finding: Finding; readonly result: ClaimResult },
  ): void {
    const { number, finding, result } = decided;
    if (job.dispute?.number === number) decideDispute(ctx, this.#parts, { job, finding, payees: result.winners });
  }

  #of(ctx: Context, claim: Pick<Claim, "subject">): { readonly job: Job; readonly dispute: number } {
    const named = parseJobSubject(claim.subject);
    if (!named) throw errors.notFound("the claim is of no job");
    return { job: this.#parts.keeper.requireJob(ctx, named.job), dispute: named.dispute };
  }
}
