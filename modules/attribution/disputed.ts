import type { Context } from "../../chain/app/context.ts";
import { toHex } from "../../chain/crypto/bytes.ts";
import { type Claim, ClaimStatus } from "../../proto/gen/openledger/attribution/v1.ts";
import { feeOf } from "./attest-fee.ts";
import { type Claims, kindName } from "./engine.ts";
import { errors } from "./errors.ts";
import type { AttributionKeeper } from "./keeper.ts";
import { ATTRIBUTION } from "./keys.ts";
import { MAX_RELEASES_PER_BLOCK } from "./limits.ts";
import type { AttributionNeeds } from "./needs.ts";
import type { Overturned } from "./types.ts";

// What becomes of a claim's bond after the acceptance: kinds that can be disputed have it held for hold_blocks, and for as
// long as a dispute is under way. A bond that is back with its poster punishes nobody.

const { CLAIM_STATUS_ACCEPTED, CLAIM_STATUS_OPEN, CLAIM_STATUS_OVERTURNED } = ClaimStatus;

export function isDisputable(ctx: Context, keeper: AttributionKeeper, id: Uint8Array): boolean {
  const claim = keeper.claim(ctx, id);
  if (!claim) return false;
  const isHeld = claim.bondUntil >= BigInt(ctx.height);
  return claim.status === CLAIM_STATUS_OPEN || (claim.status === CLAIM_STATUS_ACCEPTED && isHeld);
}

/** Throws attribution/2, /22. */
export function beginDispute(ctx: Context, keeper: AttributionKeeper, id: Uint8Array): Claim {
  const claim = keeper.requireClaim(ctx, id);
  if (!isDisputable(ctx, keeper, id)) {
    throw errors.notDisputable(`claim ${toHex(id)} is over, or past its time for disputes`);
  }
  if (claim.disputed) return claim;
  if (claim.status === CLAIM_STATUS_ACCEPTED) keeper.removeRelease(ctx, claim);
  const disputed = { ...claim, disputed: true };
  keeper.saveClaim(ctx, disputed);
  return disputed;
}

export function endDispute(
  ctx: Context,
  keeper: AttributionKeeper,
  { id, graceBlocks }: { readonly id: Uint8Array; readonly graceBlocks: number },
): void {
  const claim = keeper.requireClaim(ctx, id);
  if (!claim.disputed) return;
  const calm = { ...claim, disputed: false };
  if (claim.status !== CLAIM_STATUS_ACCEPTED || claim.bondUntil === 0n) {
    keeper.saveClaim(ctx, calm);
    return;
  }
  const grace = graceBlocks === 0 ? 0n : BigInt(ctx.height + graceBlocks);
  holdBond(ctx, keeper, { ...calm, bondUntil: claim.bondUntil > grace ? claim.bondUntil : grace });
}

/** Saves an accepted claim whose bond is held until `claim.bondUntil`, or until the dispute about it is over. */
export function holdBond(ctx: Context, keeper: AttributionKeeper, claim: Claim): void {
  keeper.saveClaim(ctx, claim);
  if (!claim.disputed) keeper.addRelease(ctx, claim);
}

/** Throws attribution/2, /22. An open claim is taken from its queues; what was attested about it is forgotten. */
export function overturn(
  ctx: Context,
  {
    keeper,
    needs,
    claims,
  }: { readonly keeper: AttributionKeeper; readonly needs: AttributionNeeds; readonly claims: Claims },
  { id, to }: { readonly id: Uint8Array; readonly to: string },
): Overturned {
  const claim = keeper.requireClaim(ctx, id);
  const isAccepted = claim.status === CLAIM_STATUS_ACCEPTED && claim.bondUntil > 0n;
  if (!claim.disputed || !(isAccepted || claim.status === CLAIM_STATUS_OPEN)) {
    throw errors.notDisputable(`claim ${toHex(id)} is not under dispute`);
  }
  const over = { ...claim, status: CLAIM_STATUS_OVERTURNED, disputed: false, bondUntil: 0n };
  if (isAccepted) keeper.saveClaim(ctx, over);
  else {
    const status = CLAIM_STATUS_OVERTURNED;
    keeper.close(ctx, over, { claimId: id, status, members: [], height: BigInt(ctx.height), opened: false });
  }
  // The fee of an accepted claim was paid; that of an open one goes with the bond.
  const bond = BigInt(claim.bond) + (isAccepted ? 0n : feeOf(claim));
  needs.bank.moduleToModule(ctx, ATTRIBUTION, to, bond);
  ctx.events.emit("claim_overturned", [
    ["claim_id", toHex(id)],
    ["kind", kindName(claim.kind)],
    ["poster", claim.poster],
    ["bond", bond.toString()],
  ]);
  return { claim: over, bond, datanets: claims.handler(claim).forfeitTo?.(ctx, over) ?? [] };
}

/** Returns bonds whose time is over, in (bond until, id) order; the rest waits for the next block. */
export function releaseBonds(
  ctx: Context,
  { keeper, needs }: { readonly keeper: AttributionKeeper; readonly needs: AttributionNeeds },
): void {
  const due: Uint8Array[] = [];
  for (const [until, id] of keeper.releases(ctx)) {
    if (until >= ctx.height || due.length >= MAX_RELEASES_PER_BLOCK) break;
    due.push(id);
  }
  for (const id of due) {
    const claim = keeper.requireClaim(ctx, id);
    keeper.removeRelease(ctx, claim);
    keeper.saveClaim(ctx, { ...claim, bondUntil: 0n });
    needs.bank.sendFromModule(ctx, ATTRIBUTION, claim.poster, BigInt(claim.bond));
    ctx.events.emit("claim_bond_returned", [
      ["claim_id", toHex(id)],
      ["poster", claim.poster],
    ]);
  }
}
