import { parseAmount } from "../../chain/app/coins.ts";
import type { Context } from "../../chain/app/context.ts";
import { ClaimKind } from "../../proto/gen/openledger/attribution/v1.ts";
import { JOB_ALGORITHM, jobSubject, resultPayloadHash } from "./ids.ts";
import type { FinetuneKeeper } from "./keeper.ts";
import type { ClaimNeeds, DisputeNeeds, OpenedDispute } from "./needs.ts";

/**
 * Decides a dispute by claiming the result once more: a committee of its own with a seed of its own recomputes it. The
 * claim is posted by this module's account, bonded from the challenger's bond.
 */
export class SecondCommittee implements DisputeNeeds {
  readonly #account: string;
  readonly #parts: { readonly keeper: FinetuneKeeper; readonly claims: ClaimNeeds };

  /** `account` is the bech32 address of the module account. */
  constructor(account: string, parts: { readonly keeper: FinetuneKeeper; readonly claims: ClaimNeeds }) {
    this.#account = account;
    this.#parts = parts;
  }

  open(ctx: Context, { job, dispute }: OpenedDispute): { readonly claimId: Uint8Array; readonly staked: bigint } {
    const { keeper, claims } = this.#parts;
    const least = parseAmount(keeper.params(ctx).claimBond);
    const bond = parseAmount(dispute.bond);
    const staked = least < bond ? least : bond;
    const { result } = job;
    if (!result) throw new TypeError(`job ${job.id} is disputed without a result`);
    const claimId = claims.post(ctx, {
      kind: ClaimKind.CLAIM_KIND_TRAINING,
      poster: this.#account,
      subject: jobSubject(job.id, dispute.number),
      payloadHash: resultPayloadHash({ ...result, job: job.id, manifestHash: job.manifestHash }),
      algorithm: JOB_ALGORITHM,
      bond: staked,
      attested: true,
    });
    return { claimId, staked };
  }
}
