import type { Context } from "../../chain/app/context.ts";
import type { Invariant } from "../../chain/app/module.ts";
import { toHex } from "../../chain/crypto/bytes.ts";
import { sum } from "../../chain/math/int.ts";
import { ClaimStatus } from "../../proto/gen/openledger/attribution/v1.ts";
import { type AttributionKeeper, heldFor } from "./keeper.ts";
import { ATTRIBUTION } from "./keys.ts";
import type { BankNeeds } from "./needs.ts";

/** I4, I16 and the bounds of this module's queues. */
export function invariants(keeper: AttributionKeeper, bank: BankNeeds): Invariant[] {
  return [
    { name: "attribution/escrow", check: (ctx) => checkEscrow(ctx, keeper, bank) },
    { name: "attribution/queue", check: (ctx) => checkQueue(ctx, keeper) },
    { name: "attribution/bonds", check: (ctx) => checkBonds(ctx, keeper) },
    { name: "attribution/openings", check: (ctx) => checkOpenings(ctx, keeper) },
  ];
}

function checkEscrow(ctx: Context, keeper: AttributionKeeper, bank: BankNeeds): string | undefined {
  const held = sum([...keeper.claims(ctx)].map(heldFor));
  const balance = bank.moduleBalance(ctx, ATTRIBUTION);
  return held === balance ? undefined : `bonds and fees of ${held} are open, the module account holds ${balance}`;
}

function checkQueue(ctx: Context, keeper: AttributionKeeper): string | undefined {
  const queued = [...keeper.openClaims(ctx)];
  const open = [...keeper.claims(ctx)].filter(({ status }) => status === ClaimStatus.CLAIM_STATUS_OPEN);
  const counted = keeper.openClaimCount(ctx);
  if (queued.length !== open.length || counted !== open.length) {
    return `${open.length} claims are open, ${queued.length} are queued, ${counted} are counted`;
  }
  for (const { openEnd } of open) {
    const same = open.filter((claim) => claim.openEnd === openEnd).length;
    if (keeper.openClaimsAt(ctx, openEnd) !== same) return `${same} open claims end at ${openEnd}, counted otherwise`;
  }
  for (const kind of new Set(open.map((claim) => claim.kind))) {
    const same = open.filter((claim) => claim.kind === kind).length;
    if (keeper.openClaimsOf(ctx, kind) !== same) return `${same} open claims are of kind ${kind}, counted otherwise`;
  }
  const late = open.find(({ seed, seedHeight }) => (seed.length === 0) !== seedHeight > BigInt(ctx.height));
  if (late) return `claim ${toHex(late.id)} of seed height ${late.seedHeight} has a wrong seed at height ${ctx.height}`;
  const undrawn = open.find(({ seed, committee }) => seed.length > 0 && committee.length === 0);
  return undrawn && `claim ${toHex(undrawn.id)} has a seed and no committee`;
}

/** Held bonds wait in the queue of releases exactly while nobody disputes their claim, and that is never over. */
function checkBonds(ctx: Context, keeper: AttributionKeeper): string | undefined {
  const queued = new Map([...keeper.releases(ctx)].map(([until, id]) => [toHex(id), until]));
  for (const { id, status, bondUntil, disputed } of keeper.claims(ctx)) {
    const until = queued.get(toHex(id));
    const due = bondUntil > 0n && !disputed ? Number(bondUntil) : undefined;
    if (until !== due) return `the bond of claim ${toHex(id)} is due at ${due}, queued for ${until}`;
    if (bondUntil > 0n && status !== ClaimStatus.CLAIM_STATUS_ACCEPTED)
      return `claim ${toHex(id)} holds a bond for nothing`;
    queued.delete(toHex(id));
  }
  return queued.size > 0 ? `${queued.size} releases belong to no claim` : undefined;
}

function checkOpenings(ctx: Context, keeper: AttributionKeeper): string | undefined {
  for (const opening of keeper.openings(ctx)) {
    const claim = keeper.claim(ctx, opening.claimId);
    if (claim?.status !== ClaimStatus.CLAIM_STATUS_OPEN) return `an opening of ${toHex(opening.claimId)} is left over`;
    const seats = claim.committee.filter(({ validator }) => toHex(validator) === toHex(opening.validator)).length;
    if (seats !== 1) return `validator ${toHex(opening.validator)} sits ${seats} times in a committee`;
  }
  return undefined;
}
