import type { Context } from "../../chain/app/context.ts";
import { type QueryRoute, queryRoute } from "../../chain/app/module.ts";
import { Query } from "../../proto/gen/openledger/rewards/v1.ts";
import { errors } from "./errors.ts";
import { heldOutParts } from "./held-out.ts";
import type { RewardsLedger } from "./keeper.ts";
import { MAX_KEY_LENGTH, MAX_PAGE } from "./limits.ts";
import type { DatanetNeeds } from "./needs.ts";

export function queries(ledger: RewardsLedger, datanets: DatanetNeeds): QueryRoute[] {
  return [
    queryRoute({ ...Query.Params, handle: (ctx) => ({ params: ledger.params(ctx) }) }),
    queryRoute({
      ...Query.Claimable,
      handle: (ctx, { address }) => ({ accrued: ledger.accrued(ctx, key(address)) }),
    }),
    queryRoute({
      ...Query.Totals,
      handle: (ctx) => ({ totals: ledger.totals(ctx), settled: BigInt(ledger.settled(ctx)) }),
    }),
    queryRoute({
      ...Query.Contribution,
      handle: (ctx, { contribution }) => ({
        rewards: ledger.contribution(ctx, key(contribution)) ?? {
          contribution,
          contributor: "",
          paid: "0",
          payouts: 0n,
          tokens: "0",
        },
      }),
    }),
    queryRoute({
      ...Query.Contributions,
      handle: (ctx, { startAfter, limit }) => ({ rewards: page(ledger.contributions(ctx, startAfter), limit) }),
    }),
    queryRoute({
      ...Query.Settlement,
      handle: (ctx, { request }) => {
        const settlement = ledger.settlement(ctx, key(request));
        if (!settlement) throw errors.notFound(`request ${JSON.stringify(request)} has no settlement`);
        return { settlement };
      },
    }),
    queryRoute({ ...Query.Bounty, handle: (ctx, { datanet }) => ({ bounty: ledger.bounty(ctx, key(datanet)) }) }),
    queryRoute({
      ...Query.HeldOut,
      handle: (ctx, { snapshot }) => heldOut(ctx, { ledger, datanets }, key(snapshot)),
    }),
  ];
}

function heldOut(ctx: Context, parts: { ledger: RewardsLedger; datanets: DatanetNeeds }, snapshot: string) {
  const shares = [...heldOutParts(ctx, parts, snapshot)].map(([contributor, { items, claimed, claimable }]) => {
    return { contributor, items, claimed: claimed.toString(), claimable: claimable.toString() };
  });
  return { ledger: parts.ledger.heldOut(ctx, snapshot), shares };
}

function key(text: string): string {
  if (text.length === 0 || text.length > MAX_KEY_LENGTH) throw errors.notFound("name what is asked for");
  return text;
}

/** At most `limit` entries; 0 means 100. */
function page<T>(entries: Iterable<T>, limit: number): T[] {
  const most = Math.min(limit === 0 ? 100 : limit, MAX_PAGE);
  const found: T[] = [];
  for (const entry of entries) {
    if (found.length >= most) break;
    found.push(entry);
  }
  return found;
}
