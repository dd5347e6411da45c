import type { Context } from "../../chain/app/context.ts";
import { type QueryRoute, queryRoute } from "../../chain/app/module.ts";
import { HASH_LENGTH } from "../../chain/crypto/hash.ts";
import { type Dispute, Query } from "../../proto/gen/openledger/dispute/v1.ts";
import { errors } from "./errors.ts";
import { disputeId } from "./ids.ts";
import type { DisputeKeeper } from "./keeper.ts";
import { MAX_PAGE } from "./limits.ts";

export function queries(keeper: DisputeKeeper): QueryRoute[] {
  return [
    queryRoute({ ...Query.Params, handle: (ctx) => ({ params: keeper.params(ctx) }) }),
    queryRoute({ ...Query.Dispute, handle: (ctx, { id }) => ({ dispute: keeper.require(ctx, id) }) }),
    queryRoute({
      ...Query.Disputes,
      handle: (ctx, { claimId, startAfter }) => ({
        disputes: claimId.length === 0 ? openDisputes(ctx, keeper, startAfter) : disputesOf(ctx, keeper, claimId),
      }),
    }),
  ];
}

function openDisputes(ctx: Context, keeper: DisputeKeeper, startAfter: Uint8Array): Dispute[] {
  const found: Dispute[] = [];
  const after = startAfter.length === 0 ? undefined : keeper.require(ctx, startAfter);
  for (const id of keeper.open(ctx, after)) {
    if (found.length >= MAX_PAGE) break;
    found.push(keeper.require(ctx, id));
  }
  return found;
}

/** The newest ones of a claim, oldest of them first. */
function disputesOf(ctx: Context, keeper: DisputeKeeper, claimId: Uint8Array): Dispute[] {
  if (claimId.length !== HASH_LENGTH) throw errors.notFound(`a claim's id has ${HASH_LENGTH} bytes`);
  const last = keeper.disputesOf(ctx, claimId);
  const first = Math.max(1, last - MAX_PAGE + 1);
  return Array.from({ length: last - first + 1 }, (_, i) => keeper.require(ctx, disputeId(claimId, first + i)));
}
