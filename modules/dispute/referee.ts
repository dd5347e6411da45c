import type { Context } from "../../chain/app/context.ts";
import { equalBytes, toHex } from "../../chain/crypto/bytes.ts";
import { type Claim, ClaimKind } from "../../proto/gen/openledger/attribution/v1.ts";
import { type Dispute, DisputeOutcome, DisputePhase, StepStatement } from "../../proto/gen/openledger/dispute/v1.ts";
import { encodeBytes } from "../../proto/runtime.ts";
import { statementHash } from "../attribution/ids.ts";
import type { ClaimHandler, ClaimResult } from "../attribution/types.ts";
import { endDispute } from "./end.ts";
import { errors } from "./errors.ts";
import { STEP_ALGORITHM } from "./ids.ts";
import { agreedOf, disputedOf } from "./moves.ts";
import type { DisputeParts } from "./parts.ts";

const { DISPUTE_OUTCOME_OVERTURNED, DISPUTE_OUTCOME_UNDECIDED, DISPUTE_OUTCOME_UPHELD } = DisputeOutcome;

/** What the committee recomputes: does the disputed state follow from the agreed one? */
export function stepStatement(dispute: Dispute): StepStatement {
  const [agreed, disputed] = [agreedOf(dispute), disputedOf(dispute)];
  const blobs = [agreed.blob, dispute.agreedBlob].filter(({ length }) => length > 0);
  const [first, second] = blobs;
  const isSame = first !== undefined && second !== undefined && equalBytes(first, second);
  return {
    disputeId: dispute.id,
    claimId: dispute.claimId,
    position: disputed.position,
    before: agreed.root,
    after: disputed.root,
    beforeBlobs: isSame ? [first] : blobs,
    steps: dispute.steps,
    roundingHash: dispute.roundingHash,
  };
}

/** Posts the step as a claim of the disputed claim's poster. Throws AppError while the claim engine has no room. */
export function postStep(ctx: Context, { keeper, needs }: DisputeParts, dispute: Dispute): void {
  const statement = encodeBytes(StepStatement, stepStatement(dispute));
  const stepClaimId = needs.claims.post(ctx, {
    kind: ClaimKind.CLAIM_KIND_STEP,
    poster: dispute.poster,
    subject: dispute.id,
    payloadHash: statementHash(statement),
    algorithm: STEP_ALGORITHM,
    bond: 0n,
    statement,
  });
  keeper.save(ctx, { ...dispute, stepClaimId, phase: DisputePhase.DISPUTE_PHASE_REFEREE, deadline: 0n });
  ctx.events.emit("dispute_step", [
    ["dispute_id", toHex(dispute.id)],
    ["claim_id", toHex(stepClaimId)],
    ["position", String(disputedOf(dispute).position)],
  ]);
}

/** The committee's word on the step ends the dispute. Bonds are here, not with the step claim. */
export class StepClaims implements ClaimHandler {
  readonly stakes = "module";
  readonly #parts: DisputeParts;

  constructor(parts: DisputeParts) {
    this.#parts = parts;
  }

  onAccepted(ctx: Context, claim: Claim, { winners }: ClaimResult): void {
    const how = { outcome: DISPUTE_OUTCOME_UPHELD, reason: "referee", referees: winners };
    endDispute(ctx, this.#parts, this.#of(ctx, claim), how);
  }

  onRejected(ctx: Context, claim: Claim, { winners }: ClaimResult): void {
    const how = { outcome: DISPUTE_OUTCOME_OVERTURNED, reason: "referee", referees: winners };
    endDispute(ctx, this.#parts, this.#of(ctx, claim), how);
  }

  onNoQuorum(ctx: Context, claim: Claim): void {
    const how = { outcome: DISPUTE_OUTCOME_UNDECIDED, reason: "no quorum", referees: [] };
    endDispute(ctx, this.#parts, this.#of(ctx, claim), how);
  }

  #of(ctx: Context, claim: Claim): Dispute {
    const dispute = this.#parts.keeper.require(ctx, claim.subject);
    if (!equalBytes(dispute.stepClaimId, claim.id)) throw errors.notFound("the dispute has another step claim");
    return dispute;
  }
}
