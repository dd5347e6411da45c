import type { Payout, Pool, Settlement } from "../../proto/gen/openledger/rewards/v1.ts";

/** A recomputed payment of one pool. */
export interface RecomputedPayout {
  readonly contributionId: string;
  readonly item: number;
  /** Of 10^18. */
  readonly weight: string;
  /** uopen. */
  readonly recomputed: string;
}

const ofPool = ({ payouts }: Settlement, pool: Pool) => payouts.filter((payout) => payout.pool === pool);

/** What the chain paid for an item out of a pool; undefined when nothing. */
export function paidFor(
  settlement: Settlement,
  pool: Pool,
  { contributionId, item }: Pick<RecomputedPayout, "contributionId" | "item">,
): Payout | undefined {
  return ofPool(settlement, pool).find((payout) => payout.contribution === contributionId && payout.item === item);
}

/** Both ways: nothing was paid out of the pool that was not recomputed, and the other way round. */
export function samePayouts(settlement: Settlement, pool: Pool, entries: readonly RecomputedPayout[]): boolean {
  const isPaid = (entry: RecomputedPayout) => {
    const payout = paidFor(settlement, pool, entry);
    return payout?.amount === entry.recomputed && payout.weight.toString() === entry.weight;
  };
  return ofPool(settlement, pool).length === entries.length && entries.every(isPaid);
}
