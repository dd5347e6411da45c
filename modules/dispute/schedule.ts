import { contained } from "../../chain/app/contained.ts";
import type { Context } from "../../chain/app/context.ts";
import { AppError } from "../../chain/app/errors.ts";
import { type Dispute, DisputeOutcome, DisputePhase } from "../../proto/gen/openledger/dispute/v1.ts";
import { endDispute } from "./end.ts";
import { isLive } from "./moves.ts";
import type { DisputeParts } from "./parts.ts";
import { postStep } from "./referee.ts";

const { DISPUTE_OUTCOME_OVERTURNED, DISPUTE_OUTCOME_UPHELD } = DisputeOutcome;

/** End of block: who missed a move has lost, steps go to the committee; at most `max_ends_per_block`, by deadline. */
export function endBlock(ctx: Context, parts: DisputeParts): void {
  const { keeper } = parts;
  const due: Uint8Array[] = [];
  for (const [deadline, id] of keeper.due(ctx)) {
    if (deadline > ctx.height || due.length >= keeper.params(ctx).maxEndsPerBlock) break;
    due.push(id);
  }
  for (const id of due) {
    // Overturning a claim for one dispute does not end its others: each finds in its own turn that it is moot.
    const dispute = keeper.require(ctx, id);
    if (dispute.phase === DisputePhase.DISPUTE_PHASE_STEP && isLive(ctx, parts, dispute)) refer(ctx, parts, dispute);
    else endDispute(ctx, parts, dispute, timeout(dispute));
  }
}

/** While the claim engine has no room the step waits: neither side can be made to miss a move by a crowd of claims. */
function refer(ctx: Context, parts: DisputeParts, dispute: Dispute): void {
  const refused = contained(ctx, (branch) => postStep(branch, parts, dispute));
  if (!refused) return;
  if (!(refused instanceof AppError)) throw refused;
  parts.keeper.save(ctx, { ...dispute, deadline: BigInt(ctx.height + 1) });
}

/** The side whose move was due loses. */
function timeout({ phase }: Dispute) {
  const isPosters = phase === DisputePhase.DISPUTE_PHASE_RESPOND;
  const outcome = isPosters ? DISPUTE_OUTCOME_OVERTURNED : DISPUTE_OUTCOME_UPHELD;
  return { outcome, reason: "timeout", referees: [] };
}
