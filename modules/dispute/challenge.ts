import { parseAmount } from "../../chain/app/coins.ts";
import type { Context } from "../../chain/app/context.ts";
import { toHex } from "../../chain/crypto/bytes.ts";
import { Dispute, DisputePhase, type MsgChallenge } from "../../proto/gen/openledger/dispute/v1.ts";
import { lastPosition } from "./bisect.ts";
import { errors } from "./errors.ts";
import { disputeId } from "./ids.ts";
import { DISPUTE } from "./keys.ts";
import { geometryOf, provesHead } from "./log-proof.ts";
import { ask } from "./moves.ts";
import type { DisputeParts } from "./parts.ts";

const NO_BYTES = new Uint8Array(0);

/** MsgChallenge: takes the bond and asks the poster its first question. */
export function challenge(ctx: Context, parts: DisputeParts, message: MsgChallenge): Dispute {
  const { keeper, needs, handlers } = parts;
  const params = keeper.params(ctx);
  const claim = needs.claims.claim(ctx, message.claimId);
  if (!claim) throw errors.notFound("no such claim");
  const trace = handlers.of(claim)?.trace(ctx, claim);
  if (!trace || !needs.claims.isDisputable(ctx, claim.id)) {
    throw errors.notDisputable("the claim has no checkpoints to dispute, is over, or is past its time for disputes");
  }
  if (message.challenger === claim.poster) throw errors.wrongParty("nobody disputes a claim of its own");
  if (keeper.openCount(ctx) >= params.maxOpenDisputes) {
    throw errors.tooMany(`${params.maxOpenDisputes} disputes are open; try again when some are over`);
  }
  const { steps, every } = message;
  if (steps > params.maxSteps || every < 1n || every > params.maxSteps) {
    throw errors.badGeometry(`a computation of at most ${params.maxSteps} steps can be disputed`);
  }
  if (!provesHead(trace, geometryOf({ steps, every }), message.aunts)) {
    throw errors.badProof("the log's head does not say so, or its path does not lead to the log root");
  }
  needs.bank.sendToModule(ctx, message.challenger, DISPUTE, parseAmount(params.challengeBond));
  needs.claims.beginDispute(ctx, claim.id);
  const number = keeper.disputesOf(ctx, claim.id) + 1;
  const last = BigInt(lastPosition(geometryOf({ steps, every })));
  const dispute = Dispute.fromPartial({
    id: disputeId(claim.id, number),
    claimId: claim.id,
    number,
    challenger: message.challenger,
    poster: claim.poster,
    bond: params.challengeBond,
    phase: DisputePhase.DISPUTE_PHASE_RESPOND,
    steps,
    every,
    logRoot: trace.logRoot,
    agreed: { position: 0n, root: trace.start, blob: NO_BYTES, roundingHash: NO_BYTES },
    disputed: { position: last, root: trace.result, blob: NO_BYTES, roundingHash: NO_BYTES },
    openedHeight: BigInt(ctx.height),
  });
  ctx.events.emit("dispute_opened", [
    ["dispute_id", toHex(dispute.id)],
    ["claim_id", toHex(claim.id)],
    ["challenger", dispute.challenger],
    ["poster", dispute.poster],
  ]);
  return ask(ctx, keeper, dispute);
}
