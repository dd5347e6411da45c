import type { Context } from "../../chain/app/context.ts";
import { toHex } from "../../chain/crypto/bytes.ts";
import { ClaimStatus } from "../../proto/gen/openledger/attribution/v1.ts";
import {
  type Dispute,
  DisputePhase,
  type MsgChoose,
  type MsgRespond,
  type TraceState,
} from "../../proto/gen/openledger/dispute/v1.ts";
import { checkpointAt, midpoint } from "./bisect.ts";
import { errors } from "./errors.ts";
import type { DisputeKeeper } from "./keeper.ts";
import { geometryOf, provesCheckpoint } from "./log-proof.ts";
import type { DisputeParts } from "./parts.ts";

const { DISPUTE_PHASE_CHOOSE, DISPUTE_PHASE_RESPOND, DISPUTE_PHASE_STEP } = DisputePhase;

/** What is known of both sides. Only states that the poster gave become one of them. */
export function agreedOf({ agreed }: Dispute): TraceState {
  return required(agreed);
}

export function disputedOf({ disputed }: Dispute): TraceState {
  return required(disputed);
}

function required(state: TraceState | undefined): TraceState {
  if (!state) throw new TypeError("a dispute without its two sides");
  return state;
}

/** Asks for the next position, or goes on to the step that is left. */
export function ask(ctx: Context, keeper: DisputeKeeper, dispute: Dispute): Dispute {
  const [low, high] = [Number(agreedOf(dispute).position), Number(disputedOf(dispute).position)];
  const next = midpoint(geometryOf(dispute), low, high);
  const moved: Dispute =
    next === undefined
      ? { ...dispute, phase: DISPUTE_PHASE_STEP, asked: 0n, answer: undefined, deadline: BigInt(ctx.height) }
      : {
          ...dispute,
          phase: DISPUTE_PHASE_RESPOND,
          asked: BigInt(next),
          answer: undefined,
          deadline: deadline(ctx, keeper),
        };
  return saveMove(ctx, keeper, moved);
}

/** MsgRespond: the poster's state at the asked position. */
export function respond(ctx: Context, parts: DisputeParts, message: MsgRespond): Dispute {
  const { keeper } = parts;
  const dispute = due(ctx, parts, { id: message.disputeId, phase: DISPUTE_PHASE_RESPOND });
  if (message.poster !== dispute.poster) throw errors.wrongParty("only the claim's poster answers for it");
  if (message.position !== dispute.asked) throw errors.wrongMove(`the state at position ${dispute.asked} is asked for`);
  checkState(dispute, message);
  const { position, root, stateBlob: blob, roundingHash } = message;
  const answer: TraceState = { position, root, blob, roundingHash };
  const phase = DISPUTE_PHASE_CHOOSE;
  return saveMove(ctx, keeper, { ...dispute, answer, phase, deadline: deadline(ctx, keeper) });
}

/** A checkpoint is the one that the claim committed to; between checkpoints the poster answers as it likes, once. */
function checkState(dispute: Dispute, { position, root, roundingHash, aunts }: MsgRespond): void {
  const index = checkpointAt(geometryOf(dispute), Number(position));
  if (index === undefined) {
    if (aunts.length + roundingHash.length > 0) throw errors.badProof("this position has no checkpoint to prove");
    return;
  }
  if (!provesCheckpoint(dispute, index, { step: Number(position) - 1, root, roundingHash, aunts })) {
    throw errors.badProof("the state is not the checkpoint that the claim committed to");
  }
}

/** MsgChoose: the challenger's verdict on the poster's state. */
export function choose(ctx: Context, parts: DisputeParts, message: MsgChoose): Dispute {
  const { keeper } = parts;
  const dispute = due(ctx, parts, { id: message.disputeId, phase: DISPUTE_PHASE_CHOOSE });
  if (message.challenger !== dispute.challenger) throw errors.wrongParty("only the challenger chooses");
  if (message.position !== dispute.asked) throw errors.wrongMove(`position ${dispute.asked} is to be judged`);
  const answer = required(dispute.answer);
  if (message.agree) return ask(ctx, keeper, { ...dispute, agreed: answer, agreedBlob: message.stateBlob });
  const roundingHash = answer.roundingHash.length > 0 ? answer.roundingHash : dispute.roundingHash;
  return ask(ctx, keeper, { ...dispute, disputed: answer, roundingHash });
}

/** The dispute, while this move is due in it. Throws dispute/2, /7 (wrong move), /8 (late), /10 (over). */
function due(
  ctx: Context,
  { keeper, needs }: DisputeParts,
  { id, phase }: { readonly id: Uint8Array; readonly phase: DisputePhase },
): Dispute {
  const dispute = keeper.require(ctx, id);
  if (dispute.phase !== phase) throw errors.wrongMove("this move is not due");
  if (BigInt(ctx.height) > dispute.deadline) throw errors.late(`the move was due by height ${dispute.deadline}`);
  if (!isLive(ctx, { needs }, dispute)) throw errors.over("the claim ended otherwise");
  return dispute;
}

/** The claim is still open, or accepted: there is something to win. */
export function isLive(ctx: Context, { needs }: Pick<DisputeParts, "needs">, { claimId }: Dispute): boolean {
  const status = needs.claims.claim(ctx, claimId)?.status;
  return status === ClaimStatus.CLAIM_STATUS_OPEN || status === ClaimStatus.CLAIM_STATUS_ACCEPTED;
}

function deadline(ctx: Context, keeper: DisputeKeeper): bigint {
  return BigInt(ctx.height) + keeper.params(ctx).moveBlocks;
}

function saveMove(ctx: Context, keeper: DisputeKeeper, dispute: Dispute): Dispute {
  keeper.save(ctx, dispute);
  ctx.events.emit("dispute_moved", [
    ["dispute_id", toHex(dispute.id)],
    ["phase", String(dispute.phase)],
    ["asked", String(dispute.asked)],
    ["deadline", String(dispute.deadline)],
  ]);
  return dispute;
}
