import type { Context } from "../../chain/app/context.ts";
import { toHex } from "../../chain/crypto/bytes.ts";
import { concatBytes, sha256 } from "../../chain/crypto/hash.ts";
import { utf8Bytes } from "../../chain/crypto/tagged.ts";
import type { Snapshot } from "../../proto/gen/openledger/datanet/v1.ts";
import { errors } from "./errors.ts";
import type { DatanetKeeper } from "./keeper.ts";
import { HELD_OUT_DELAY, HELD_OUT_PART, MAX_DRAWS_PER_BLOCK } from "./limits.ts";
import type { BeaconNeeds } from "./needs.ts";

// Held-out items judge a model's rows and are never trained on. The chain knows how many cluster owners every contribution
// has, and so how many of them the seed holds out; which ones, anybody with the snapshot's table draws from the same seed.

type Drawn = Pick<Snapshot, "contributions" | "owners" | "heldOutSeed">;

/**
 * Held-out items of a contributor with `items` cluster owners: every tenth, where the rest below ten counts as one more with
 * the probability that makes the expectation a tenth exactly. So splitting an account changes nothing for who does it.
 */
export function heldOutCount(seed: Uint8Array, contributor: string, items: number, part = HELD_OUT_PART): number {
  const own = sha256(concatBytes(seed, utf8Bytes(contributor)));
  const draw = new DataView(own.buffer, own.byteOffset).getUint32(0) % part;
  return Math.floor((items + draw) / part);
}

/** Contributors with held-out items in the order of their first contribution; none before the draw. */
export function heldOutCounts({ contributions, owners, heldOutSeed }: Drawn): ReadonlyMap<string, number> {
  const owned = new Map<string, number>();
  const counts = new Map<string, number>();
  if (heldOutSeed.length === 0) return counts;
  for (const [i, { contributor }] of contributions.entries()) {
    owned.set(contributor, (owned.get(contributor) ?? 0) + (owners[i] ?? 0));
  }
  for (const [contributor, items] of owned) {
    const count = heldOutCount(heldOutSeed, contributor, items);
    if (count > 0) counts.set(contributor, count);
  }
  return counts;
}

/** Throws datanet/17 unless `owners` is empty, or says of every contribution how many clusters it owns. */
export function checkOwners(
  owners: readonly number[],
  of: { readonly contributions: Snapshot["contributions"]; readonly clusters: number },
): void {
  if (owners.length === 0) return;
  const { contributions, clusters } = of;
  if (owners.length !== contributions.length) {
    throw errors.snapshotMismatch(`owners of ${owners.length} contributions, the window has ${contributions.length}`);
  }
  const excess = contributions.findIndex(({ accepted }, i) => (owners[i] as number) > accepted);
  if (excess >= 0) throw errors.snapshotMismatch(`contribution ${excess} owns more clusters than it has items`);
  const total = owners.reduce((sum, count) => sum + count, 0);
  if (total !== clusters) throw errors.snapshotMismatch(`contributions own ${total} clusters, not ${clusters}`);
}

/** Height whose beacon draws: one that nobody knew while the snapshot could still be posted otherwise. 0: nothing to draw. */
export function drawHeight(ctx: Context, { owners }: Pick<Snapshot, "owners">): bigint {
  return owners.length === 0 ? 0n : BigInt(ctx.height + HELD_OUT_DELAY);
}

/** End of block: seeds of snapshots whose draw is due, earliest first; a beacon that is not made yet comes a block later. */
export function drawDue(ctx: Context, keeper: DatanetKeeper, beacons: BeaconNeeds): void {
  const due: Snapshot[] = [];
  for (const snapshot of keeper.undrawn(ctx, ctx.height)) {
    if (due.length >= MAX_DRAWS_PER_BLOCK) break;
    due.push(snapshot);
  }
  for (const snapshot of due) {
    const seed = seedOf(ctx, beacons, Number(snapshot.heldOutHeight));
    if (seed) draw(ctx, keeper, { ...snapshot, heldOutSeed: seed });
  }
}

/** An import may lack the beacon of a height that has passed: then the newest one draws. */
function seedOf(ctx: Context, beacons: BeaconNeeds, height: number): Uint8Array | undefined {
  return beacons.beaconAt(ctx, height) ?? (height < ctx.height ? beacons.beacon(ctx).beacon : undefined);
}

function draw(ctx: Context, keeper: DatanetKeeper, drawn: Snapshot): void {
  const heldOut = [...heldOutCounts(drawn).values()].reduce((sum, count) => sum + count, 0);
  keeper.saveSnapshot(ctx, { ...drawn, heldOut });
  ctx.events.emit("draw_held_out", [
    ["snapshot", drawn.id],
    ["datanet", drawn.datanet],
    ["seed", toHex(drawn.heldOutSeed)],
    ["items", String(heldOut)],
  ]);
}
