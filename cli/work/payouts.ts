import { Pool, Query } from "../../proto/gen/openledger/rewards/v1.ts";
import type { Session } from "./session.ts";

/** What one item was paid for one answer. */
export interface PaidItem {
  readonly pool: "influence" | "tokens";
  /** Bech32. */
  readonly contributor: string;
  readonly contribution: string;
  readonly item: number;
  /** Part of its pool, units of 10^-18. */
  readonly weight: bigint;
  /** uopen. */
  readonly amount: string;
}

/** Who was paid for a settled request, from which pool; undefined while the chain has no settlement of it. */
export async function paidItems(session: Pick<Session, "find">, request: string): Promise<PaidItem[] | undefined> {
  const found = await session.find(Query.Settlement, { request });
  return found?.settlement?.payouts.map(({ pool, contributor, contribution, item, weight, amount }) => ({
    ...{ pool: pool === Pool.POOL_TOKENS ? ("tokens" as const) : ("influence" as const) },
    ...{ contributor, contribution, item, weight, amount },
  }));
}
