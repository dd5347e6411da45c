import type { Context } from "../../chain/app/context.ts";
import { ClaimKind } from "../../proto/gen/openledger/attribution/v1.ts";
import { JOB_ALGORITHM, jobSubject, resultPayloadHash } from "./ids.ts";
import type { ClaimNeeds, DisputeNeeds, OpenedDispute } from "./needs.ts";

/**
 * Decides a dispute by claiming the result once more: a committee of its own with a seed of its own recomputes it. The
 * claim is this module's own and has no bond: challenger and trainer have staked theirs here.
 */
export class SecondCommittee implements DisputeNeeds {
  readonly #account: string;
  readonly #claims: ClaimNeeds;

  /** `account` is the bech32 address of the module account. */
  constructor(account: string, claims: ClaimNeeds) {
    this.#account = account;
    this.#claims = claims;
  }

  open(ctx: Context, { job, dispute }: OpenedDispute): Uint8Array {
    const { result } = job;
    if (!result) throw new TypeError(`job ${job.id} is disputed without a result`);
    return this.#claims.post(ctx, {
      kind: ClaimKind.CLAIM_KIND_TRAINING,
      poster: this.#account,
      subject: jobSubject(job.id, dispute.number),
      payloadHash: resultPayloadHash({ ...result, job: job.id, manifestHash: job.manifestHash }),
      algorithm: JOB_ALGORITHM,
      bond: 0n,
    });
  }
}
