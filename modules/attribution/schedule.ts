import type { Context } from "../../chain/app/context.ts";
import type { Claim } from "../../proto/gen/openledger/attribution/v1.ts";
import { ensureBeacon } from "./apply.ts";
import { type SettleParts, settleClaim } from "./settle.ts";

/** End of block: the beacon, the seeds of claims whose seed height has come, due tallies, pruning. */
export function endBlock(ctx: Context, parts: SettleParts): void {
  const { keeper } = parts;
  ensureBeacon(ctx, keeper);
  assignSeeds(ctx, parts);
  for (const claim of dueClaims(ctx, parts)) settleClaim(ctx, parts, claim);
  const params = keeper.params(ctx);
  // The last claim that a root of height h can serve is opened up to h + commit_blocks + open_blocks.
  keeper.pruneRoots(ctx, ctx.height - Number(params.commitBlocks + params.openBlocks) + 1);
}

function assignSeeds(ctx: Context, { keeper }: SettleParts): void {
  for (const id of keeper.unseeded(ctx, ctx.height)) {
    const claim = keeper.requireClaim(ctx, id);
    const beacon = keeper.beaconAt(ctx, Number(claim.seedHeight));
    if (beacon) keeper.seed(ctx, claim, beacon);
  }
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
