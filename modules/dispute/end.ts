import { contained } from "../../chain/app/contained.ts";
import type { Context } from "../../chain/app/context.ts";
import { toHex } from "../../chain/crypto/bytes.ts";
import type { Claim } from "../../proto/gen/openledger/attribution/v1.ts";
import { type Dispute, DisputeOutcome, DisputePhase } from "../../proto/gen/openledger/dispute/v1.ts";
import { DISPUTE } from "./keys.ts";
import { isLive } from "./moves.ts";
import type { Payee } from "./needs.ts";
import type { DisputeParts } from "./parts.ts";

const { DISPUTE_OUTCOME_MOOT, DISPUTE_OUTCOME_OVERTURNED, DISPUTE_OUTCOME_UNDECIDED, DISPUTE_OUTCOME_UPHELD } =
  DisputeOutcome;

/** The whole of a bond in basis points. */
const BASIS_POINTS = 10_000n;

export interface Ending {
  readonly outcome: DisputeOutcome;
  /** `referee`, `timeout`, `claim`, `no quorum`. */
  readonly reason: string;
  /** Validators that recomputed the step for the winner. */
  readonly referees: readonly Payee[];
}

/** Ends a dispute: the loser pays. One about a claim that ended otherwise meanwhile is moot, whatever `ending` says. */
export function endDispute(ctx: Context, parts: DisputeParts, dispute: Dispute, ending: Ending): void {
  const { outcome, reason, referees } = isLive(ctx, parts, dispute)
    ? ending
    : { outcome: DISPUTE_OUTCOME_MOOT, reason: "claim", referees: [] };
  const ended = { outcome, reason, endedHeight: BigInt(ctx.height), phase: DisputePhase.DISPUTE_PHASE_OVER };
  const over: Dispute = { ...dispute, ...ended, asked: 0n, answer: undefined, deadline: 0n };
  parts.keeper.save(ctx, over);
  if (outcome === DISPUTE_OUTCOME_UPHELD) payPoster(ctx, parts, { dispute, referees });
  else returnBond(ctx, parts, dispute);
  if (outcome === DISPUTE_OUTCOME_OVERTURNED) overturn(ctx, parts, { dispute, referees });
  else release(ctx, parts, { dispute, isUndecided: outcome === DISPUTE_OUTCOME_UNDECIDED });
  ctx.events.emit("dispute_ended", [
    ["dispute_id", toHex(dispute.id)],
    ["claim_id", toHex(dispute.claimId)],
    ["outcome", outcomeName(outcome)],
    ["reason", reason],
  ]);
}

interface Won {
  readonly dispute: Dispute;
  readonly referees: readonly Payee[];
}

function returnBond(ctx: Context, { needs }: DisputeParts, { challenger, bond }: Dispute): void {
  needs.bank.sendFromModule(ctx, DISPUTE, challenger, BigInt(bond));
}

/** Of the challenger's bond: the poster's share; the rest to the referees and the treasury, or burnt when nobody refereed. */
function payPoster(ctx: Context, parts: DisputeParts, { dispute, referees }: Won): void {
  const { needs } = parts;
  const bond = BigInt(dispute.bond);
  const share = winnersShare(ctx, parts, bond);
  needs.bank.sendFromModule(ctx, DISPUTE, dispute.poster, share);
  if (referees.length === 0) needs.bank.burn(ctx, DISPUTE, bond - share);
  else needs.forfeits.takeForfeit(ctx, { from: DISPUTE, amount: bond - share, rejecters: referees, datanets: [] });
}

/** Of the claim's bond: the challenger's share; the rest to the referees and the bounties of the claim's DataNets. */
function overturn(ctx: Context, parts: DisputeParts, { dispute, referees }: Won): void {
  const { needs } = parts;
  const { claim, bond, datanets } = needs.claims.overturn(ctx, dispute.claimId, DISPUTE);
  if (bond > 0n) {
    const share = winnersShare(ctx, parts, bond);
    needs.bank.sendFromModule(ctx, DISPUTE, dispute.challenger, share);
    needs.forfeits.takeForfeit(ctx, { from: DISPUTE, amount: bond - share, rejecters: referees, datanets });
  }
  tellModule(ctx, parts, { claim, dispute, referees });
}

/** A module that cannot carry the loss out does not undo it. */
function tellModule(ctx: Context, { handlers }: DisputeParts, lost: Won & { readonly claim: Claim }): void {
  const { claim, dispute, referees } = lost;
  const { challenger } = dispute;
  const failed = contained(ctx, (branch) => handlers.of(claim)?.onOverturned(branch, claim, { challenger, referees }));
  if (!failed) return;
  ctx.events.emit("dispute_effect_failed", [
    ["dispute_id", toHex(dispute.id)],
    ["reason", failed instanceof Error ? failed.name : "unknown"],
  ]);
}

/** The claim's bond waits for its last dispute only. */
function release(
  ctx: Context,
  { keeper, needs }: DisputeParts,
  { dispute, isUndecided }: { readonly dispute: Dispute; readonly isUndecided: boolean },
): void {
  for (const _ of keeper.openOf(ctx, dispute.claimId)) return;
  needs.claims.endDispute(ctx, dispute.claimId, isUndecided ? Number(keeper.params(ctx).graceBlocks) : 0);
}

/** Rounded down. */
function winnersShare(ctx: Context, { keeper }: DisputeParts, bond: bigint): bigint {
  return (bond * BigInt(keeper.params(ctx).winnerBps)) / BASIS_POINTS;
}

export function outcomeName(outcome: DisputeOutcome): string {
  const entry = Object.entries(DisputeOutcome).find(([, value]) => value === outcome);
  return (entry?.[0] ?? String(outcome)).replace("DISPUTE_OUTCOME_", "").toLowerCase();
}
