import { contained } from "../../chain/app/contained.ts";
import type { Context } from "../../chain/app/context.ts";
import { assertInvariant } from "../../chain/app/invariant.ts";
import { toHex } from "../../chain/crypto/bytes.ts";
import {
  type Claim,
  ClaimStatus,
  type MemberOutcome,
  type Outcome,
  type RecordedOpening,
  Verdict,
} from "../../proto/gen/openledger/attribution/v1.ts";
import { feeOf, payFee, returnFee } from "./attest-fee.ts";
import { allPeersOf } from "./committee.ts";
import { holdBond } from "./disputed.ts";
import { type Claims, kindName } from "./engine.ts";
import type { AttributionKeeper } from "./keeper.ts";
import { ATTRIBUTION } from "./keys.ts";
import type { AttributionNeeds } from "./needs.ts";
import { termsOf } from "./params.ts";
import { ZERO_SKETCH } from "./sketch.ts";
import { type MemberVerdict, type TallyMember, type TallyStatus, tally } from "./tally.ts";
import type { ClaimResult, Payee } from "./types.ts";

const NO_BYTES = new Uint8Array(0);

/** The whole of a bond in basis points. */
const BASIS_POINTS = 10_000n;

const STATUS: Readonly<Record<TallyStatus, ClaimStatus>> = {
  accepted: ClaimStatus.CLAIM_STATUS_ACCEPTED,
  rejected: ClaimStatus.CLAIM_STATUS_REJECTED,
  no_quorum: ClaimStatus.CLAIM_STATUS_NO_QUORUM,
};

export interface SettleParts {
  readonly keeper: AttributionKeeper;
  readonly claims: Claims;
  readonly needs: AttributionNeeds;
}

/** Tallies one claim, tells its module, pays the attesters, and returns or forfeits the bond, or burns a share of it. */
export function settleClaim(ctx: Context, parts: SettleParts, claim: Claim): void {
  const decided = decide(ctx, parts, claim);
  const refused = contained(ctx, (branch) =>
    conclude(branch, parts, claim, { outcome: decided, undecided: chargeBond }),
  );
  if (!refused) return;
  // The module could not carry the outcome out: nobody is paid or punished for that, and the claim is over.
  const undone: Outcome = { ...decided, status: ClaimStatus.CLAIM_STATUS_NO_QUORUM };
  emitFailure(ctx, claim, refused);
  const undo = { outcome: undone, undecided: returnBond };
  if (!contained(ctx, (branch) => conclude(branch, parts, claim, undo))) return;
  const stuck = contained(ctx, (branch) => {
    finish(branch, parts, claim, undone);
    returnFee(branch, parts.needs, claim);
    returnBond(branch, parts, claim);
  });
  assertInvariant(stuck === undefined, "attribution/escrow", `the bond of claim ${toHex(claim.id)} cannot be returned`);
}

function decide(ctx: Context, { keeper, claims }: SettleParts, claim: Claim): Outcome {
  const opened = claims.handler(claim).checkOpening === undefined || keeper.claimOpening(ctx, claim.id) !== undefined;
  const answers = claim.committee.map(({ validator }) => keeper.opening(ctx, claim.id, validator));
  const about = allPeersOf(claim);
  const members = claim.committee.map(
    ({ power }, i): TallyMember => ({ power, about: about[i] ?? [], answer: answerOf(answers[i]) }),
  );
  const result = tally(members, opened);
  return {
    claimId: claim.id,
    status: STATUS[result.status],
    height: BigInt(ctx.height),
    opened,
    members: claim.committee.map(
      ({ validator, power }, i): MemberOutcome => ({
        validator,
        power,
        verdict: verdictShown(answers[i]),
        answered: answers[i] !== undefined,
        voided: result.voided[i] === true,
        equivocated: answers[i]?.equivocated === true,
      }),
    ),
  };
}

/** Two leaves are no verdict: which of them came first must not show. */
function verdictShown(opening: RecordedOpening | undefined): Verdict {
  return opening && !opening.equivocated ? opening.verdict : Verdict.VERDICT_UNSPECIFIED;
}

function answerOf(opening: RecordedOpening | undefined): TallyMember["answer"] {
  if (!opening) return undefined;
  const { own, peers, equivocated } = opening;
  return { verdict: verdictOf(opening.verdict), own: own ?? ZERO_SKETCH, peers, equivocated };
}

function verdictOf(verdict: Verdict): MemberVerdict {
  if (verdict === Verdict.VERDICT_ACCEPT) return "accept";
  return verdict === Verdict.VERDICT_REJECT ? "reject" : "abstain";
}

interface Ending {
  readonly outcome: Outcome;
  /** What becomes of the bond when there is no quorum. */
  readonly undecided: (ctx: Context, parts: SettleParts, claim: Claim) => void;
}

/** Everything that the outcome does, all or nothing. */
function conclude(ctx: Context, parts: SettleParts, claim: Claim, { outcome, undecided }: Ending): void {
  const opening = parts.keeper.claimOpening(ctx, claim.id) ?? NO_BYTES;
  const winners = winnersOf(ctx, parts, outcome);
  const result: ClaimResult = { outcome, opening, winners };
  const closed = finish(ctx, parts, claim, outcome);
  const handler = parts.claims.handler(claim);
  switch (outcome.status) {
    case ClaimStatus.CLAIM_STATUS_ACCEPTED:
      payFee(ctx, parts.needs, { claim, winners, datanets: handler.forfeitTo?.(ctx, claim) ?? [] });
      keepBond(ctx, parts, closed);
      handler.onAccepted(ctx, closed, result);
      return;
    case ClaimStatus.CLAIM_STATUS_REJECTED:
      forfeitBond(ctx, parts, claim, winners);
      handler.onRejected(ctx, closed, result);
      return;
    default:
      returnFee(ctx, parts.needs, claim);
      undecided(ctx, parts, claim);
      handler.onNoQuorum(ctx, closed, result);
  }
}

function finish(ctx: Context, { keeper }: SettleParts, claim: Claim, outcome: Outcome): Claim {
  const closed = { ...claim, status: outcome.status };
  keeper.close(ctx, closed, outcome);
  for (const member of outcome.members) count(ctx, keeper, member);
  ctx.events.emit("claim_tallied", [
    ["claim_id", toHex(claim.id)],
    ["kind", kindName(claim.kind)],
    ["poster", claim.poster],
    ["status", statusName(outcome.status)],
    ["opened", String(outcome.opened)],
  ]);
  return closed;
}

/** Each member moves exactly one of its counters. */
function count(ctx: Context, keeper: AttributionKeeper, member: MemberOutcome): void {
  const record = keeper.record(ctx, member.validator);
  const counter = member.voided ? "voided" : counterOf(member.verdict);
  keeper.saveRecord(ctx, { ...record, [counter]: record[counter] + 1n });
}

function counterOf(verdict: Verdict): "accepted" | "rejected" | "abstained" {
  if (verdict === Verdict.VERDICT_ACCEPT) return "accepted";
  return verdict === Verdict.VERDICT_REJECT ? "rejected" : "abstained";
}

/** Unvoided members whose verdict won, as accounts; a validator that left staking has none any more. */
function winnersOf(ctx: Context, { needs }: SettleParts, outcome: Outcome): Payee[] {
  const won = WINNING.get(outcome.status);
  return outcome.members.flatMap(({ validator, power, verdict, voided }) => {
    const operator = verdict === won && !voided ? needs.staking.operatorOf(ctx, validator) : undefined;
    return operator === undefined ? [] : [{ operator, power }];
  });
}

const WINNING: ReadonlyMap<ClaimStatus, Verdict> = new Map([
  [ClaimStatus.CLAIM_STATUS_ACCEPTED, Verdict.VERDICT_ACCEPT],
  [ClaimStatus.CLAIM_STATUS_REJECTED, Verdict.VERDICT_REJECT],
]);

/** An accepted claim that can be disputed keeps its bond here for a while. */
function keepBond(ctx: Context, parts: SettleParts, claim: Claim): void {
  const { holdBlocks } = termsOf(parts.keeper.params(ctx), claim.kind);
  if (holdBlocks === 0n && !claim.disputed) {
    returnBond(ctx, parts, claim);
    return;
  }
  holdBond(ctx, parts.keeper, { ...claim, bondUntil: BigInt(ctx.height) + holdBlocks });
}

function returnBond(ctx: Context, { needs }: SettleParts, claim: Claim): void {
  needs.bank.sendFromModule(ctx, ATTRIBUTION, claim.poster, BigInt(claim.bond));
}

/** Returns the bond without the share that its kind burns. */
function chargeBond(ctx: Context, parts: SettleParts, claim: Claim): void {
  const { needs, claims, keeper } = parts;
  const { noQuorumBurnBps } = termsOf(keeper.params(ctx), claim.kind);
  const share = BigInt(claims.handler(claim).noQuorumBurnBps?.(ctx) ?? noQuorumBurnBps);
  const bond = BigInt(claim.bond);
  const burnt = (bond * share) / BASIS_POINTS;
  if (burnt === 0n) {
    returnBond(ctx, parts, claim);
    return;
  }
  needs.bank.burn(ctx, ATTRIBUTION, burnt);
  needs.bank.sendFromModule(ctx, ATTRIBUTION, claim.poster, bond - burnt);
  ctx.events.emit("claim_bond_burnt", [
    ["claim_id", toHex(claim.id)],
    ["poster", claim.poster],
    ["burnt", burnt.toString()],
  ]);
}

function forfeitBond(ctx: Context, { needs, claims }: SettleParts, claim: Claim, rejecters: readonly Payee[]): void {
  const amount = BigInt(claim.bond) + feeOf(claim);
  if (amount === 0n) return;
  const datanets = claims.handler(claim).forfeitTo?.(ctx, claim) ?? [];
  needs.forfeits.takeForfeit(ctx, { from: ATTRIBUTION, amount, rejecters, datanets });
}

function statusName(status: ClaimStatus): string {
  const entry = Object.entries(ClaimStatus).find(([, value]) => value === status);
  return (entry?.[0] ?? String(status)).replace("CLAIM_STATUS_", "").toLowerCase();
}

function emitFailure(ctx: Context, claim: Claim, error: unknown): void {
  const reason = error instanceof Error ? error.name : "unknown";
  ctx.events.emit("claim_failed", [
    ["claim_id", toHex(claim.id)],
    ["reason", reason],
  ]);
}
