import { contained } from "../../chain/app/contained.ts";
import type { Context } from "../../chain/app/context.ts";
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
    const dispute = keeper.require(ctx, id);
    if (contained(ctx, (branch) => advance(branch, parts, dispute))) {
      keeper.save(ctx, { ...dispute, deadline: BigInt(ctx.height + 1) });
    }
  }
}

/**
 * What cannot be done now is tried again with the next block and keeps nothing else from being done. So a step waits while
 * the claim engine has no room: a crowd of claims makes neither side miss a move.
 */
function advance(ctx: Context, parts: DisputeParts, dispute: Dispute): void {
  // Overturning a claim for one dispute does not end its others: each finds in its own turn that it is moot.
  const isStep = dispute.phase === DisputePhase.DISPUTE_PHASE_STEP && isLive(ctx, parts, dispute);
  if (isStep) postStep(ctx, parts, dispute);
  else endDispute(ctx, parts, dispute, timeout(dispute));
}

/** The side whose move was due loses. */
function timeout({ phase }: Dispute) {
  const isPosters = phase === DisputePhase.DISPUTE_PHASE_RESPOND;
  const outcome = isPosters ? DISPUTE_OUTCOME_OVERTURNED : DISPUTE_OUTCOME_UPHELD;
  return { outcome, reason: "timeout", referees: [] };
}
