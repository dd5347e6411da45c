import type { Context } from "../../chain/app/context.ts";
import { splitLargestRemainder } from "../../chain/math/fixed.ts";
import { sum } from "../../chain/math/int.ts";
import { errors } from "./errors.ts";
import type { RewardsLedger } from "./keeper.ts";
import type { DatanetNeeds } from "./needs.ts";

// A snapshot may have held-out items of a thousand contributors, so a settlement pays none of them: it adds one amount to the
// ledger of each snapshot, and contributors take their part out when they like. What a contributor may have taken by then is
// the floor of its exact share of all that ever accrued. That grows with every fee and never falls, which largest remainders
// would not promise; the units that floors leave stay in the ledger and count again as it grows.

/** A snapshot with held-out items. */
export interface JudgedSnapshot {
  readonly id: string;
  readonly items: number;
}

/** The model's snapshots that hold items out. */
export function judgedSnapshots(ctx: Context, datanets: DatanetNeeds, snapshots: readonly string[]): JudgedSnapshot[] {
  return snapshots.flatMap((id) => {
    const items = datanets.snapshot(ctx, id)?.heldOut ?? 0;
    return items > 0 ? [{ id, items }] : [];
  });
}

/** Adds `amount` to the ledgers of `judged` by their numbers of held-out items. */
export function accrueHeldOut(
  ctx: Context,
  ledger: RewardsLedger,
  { amount, judged }: { readonly amount: bigint; readonly judged: readonly JudgedSnapshot[] },
): void {
  const parts = splitLargestRemainder(
    amount,
    judged.map(({ items }) => BigInt(items)),
  );
  for (const [i, { id }] of judged.entries()) {
    const part = parts[i] as bigint;
    const old = ledger.heldOut(ctx, id);
    if (part > 0n) ledger.saveHeldOut(ctx, { ...old, accrued: (BigInt(old.accrued) + part).toString() });
  }
}

/** What one contributor of a snapshot has earned with its held-out items, and taken. Amounts in uopen. */
export interface HeldOutPart {
  readonly items: number;
  readonly claimed: bigint;
  readonly claimable: bigint;
}

interface Parts {
  readonly ledger: RewardsLedger;
  readonly datanets: DatanetNeeds;
}

/** Of everyone with held-out items in the snapshot, in its order. */
export function heldOutParts(ctx: Context, parts: Parts, snapshot: string): ReadonlyMap<string, HeldOutPart> {
  const counts = parts.datanets.heldOutCounts(ctx, snapshot);
  const whole = wholeOf(counts);
  const found = new Map<string, HeldOutPart>();
  for (const [contributor, items] of counts) {
    found.set(contributor, heldOutPart(ctx, parts.ledger, { snapshot, contributor, items, whole }));
  }
  return found;
}

function wholeOf(counts: ReadonlyMap<string, number>): bigint {
  return sum([...counts.values()].map(BigInt));
}

/** `whole`: held-out items of all contributors. */
function heldOutPart(
  ctx: Context,
  ledger: RewardsLedger,
  of: { readonly snapshot: string; readonly contributor: string; readonly items: number; readonly whole: bigint },
): HeldOutPart {
  const { snapshot, contributor, items, whole } = of;
  const claimed = BigInt(ledger.heldOutClaim(ctx, snapshot, contributor).claimed);
  const earned = (BigInt(ledger.heldOut(ctx, snapshot).accrued) * BigInt(items)) / whole;
  return { items, claimed, claimable: earned - claimed };
}

/** Makes the claimant's part of a snapshot's ledger claimable. Throws rewards/5 (no held-out items). */
export function takeHeldOut(
  ctx: Context,
  { ledger, datanets }: Parts,
  { claimant, snapshot }: { readonly claimant: string; readonly snapshot: string },
): void {
  const counts = datanets.heldOutCounts(ctx, snapshot);
  const items = counts.get(claimant);
  if (items === undefined) {
    throw errors.noHeldOut(`${claimant} has no held-out items in snapshot ${JSON.stringify(snapshot)}`);
  }
  const whole = wholeOf(counts);
  const { claimable, claimed } = heldOutPart(ctx, ledger, { snapshot, contributor: claimant, items, whole });
  if (claimable === 0n) return;
  const old = ledger.heldOut(ctx, snapshot);
  ledger.saveHeldOut(ctx, { ...old, claimed: (BigInt(old.claimed) + claimable).toString() });
  ledger.saveHeldOutClaim(ctx, { snapshot, contributor: claimant, claimed: (claimed + claimable).toString() });
  ledger.accrue(ctx, claimant, claimable);
}
