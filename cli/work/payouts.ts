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

/** How the contributors' half of a fee was divided, in uopen, and who got the items' part. */
export interface Payouts {
  readonly pools: { readonly influence: string; readonly tokens: string; readonly heldOut: string };
  readonly items: readonly PaidItem[];
}

/** Who was paid for a settled request, from which pool; undefined where the chain has no settlement of it. */
export async function payoutsOf(session: Pick<Session, "find">, request: string): Promise<Payouts | undefined> {
  const settlement = (await session.find(Query.Settlement, { request }))?.settlement;
  if (!settlement) return undefined;
  const { influence = "0", tokens = "0", heldOut = "0" } = settlement.pools ?? {};
  const items = settlement.payouts.map(({ pool, contributor, contribution, item, weight, amount }) => ({
    ...{ pool: pool === Pool.POOL_TOKENS ? ("tokens" as const) : ("influence" as const) },
    ...{ contributor, contribution, item, weight, amount },
  }));
  return { pools: { influence, tokens, heldOut }, items };
}

const SHOWN_DIGITS = 12;

/** An item for people. */
export function itemName({ contribution, item }: Pick<PaidItem, "contribution" | "item">): string {
  return `${contribution.slice(0, SHOWN_DIGITS)}/${item}`;
}
