import type { Context } from "../../chain/app/context.ts";
import { toHex } from "../../chain/crypto/bytes.ts";
import type { Claim, CommitteeMember } from "../../proto/gen/openledger/attribution/v1.ts";
import { ensureBeacon } from "./apply.ts";
import { drawCommittee } from "./committee.ts";
import { releaseBonds } from "./disputed.ts";
import type { AttributionKeeper } from "./keeper.ts";
import type { StakingNeeds } from "./needs.ts";
import { type SettleParts, settleClaim } from "./settle.ts";

/** End of block: the beacon, the seeds of claims whose seed height has come, due tallies, pruning. */
export function endBlock(ctx: Context, parts: SettleParts): void {
  const { keeper } = parts;
  ensureBeacon(ctx, keeper);
  assignSeeds(ctx, parts);
  for (const claim of dueClaims(ctx, parts)) settleClaim(ctx, parts, claim);
  releaseBonds(ctx, parts);
  // A root serves claims whose seed height is not above its own.
  keeper.pruneRoots(ctx, keeper.earliestSeed(ctx) ?? ctx.height);
}

function assignSeeds(ctx: Context, { keeper, needs }: SettleParts): void {
  for (const id of [...keeper.unseeded(ctx, ctx.height)]) {
    const claim = keeper.requireClaim(ctx, id);
    const seed = keeper.beaconAt(ctx, Number(claim.seedHeight));
    if (!seed) continue;
    if (claim.committee.length > 0) keeper.seed(ctx, { ...claim, seed });
    else
      keeper.seed(ctx, { ...claim, seed, committee: draw(ctx, { keeper, staking: needs.staking }, { claim, seed }) });
  }
}

/** From the set of the post; should staking not know it any more (an import between post and seed), from today's. */
function draw(
  ctx: Context,
  { keeper, staking }: { readonly keeper: AttributionKeeper; readonly staking: StakingNeeds },
  { claim, seed }: { readonly claim: Claim; readonly seed: Uint8Array },
): CommitteeMember[] {
  const set = staking.setAt(ctx, Number(claim.postedHeight)) ?? staking.setAt(ctx, ctx.height) ?? [];
  const committee = drawCommittee(set, { seed, claimId: claim.id, seats: keeper.params(ctx).committeeSize });
  ctx.events.emit("committee_drawn", [
    ["claim_id", toHex(claim.id)],
    ["members", String(committee.length)],
  ]);
  return committee;
}

/** The first `max_tallies_per_block` claims whose window is over, in (open end, id) order; the rest waits. */
function dueClaims(ctx: Context, { keeper }: SettleParts): Claim[] {
  const due: Claim[] = [];
  const most = keeper.params(ctx).maxTalliesPerBlock;
  for (const claim of keeper.openClaims(ctx)) {
    if (claim.openEnd > BigInt(ctx.height) || due.length >= most) break;
    due.push(claim);
  }
  return due;
}
