import { type QueryRoute, queryRoute } from "../../chain/app/module.ts";
import { Query, RequestStatus } from "../../proto/gen/openledger/inference/v1.ts";
import { errors } from "./errors.ts";
import type { InferenceKeeper } from "./keeper.ts";
import { MAX_MODEL_ID, MAX_PAGE } from "./limits.ts";

export function queries(keeper: InferenceKeeper): QueryRoute[] {
  return [
    queryRoute({ ...Query.Params, handle: (ctx) => ({ params: keeper.params(ctx) }) }),
    queryRoute({ ...Query.Request, handle: (ctx, { id }) => ({ request: keeper.requireRequest(ctx, id) }) }),
    queryRoute({
      ...Query.Pending,
      handle: (ctx, { model, limit }) => {
        if (model.length > MAX_MODEL_ID) throw errors.notFound("no such model");
        return { requests: page(keeper.pendingRequests(ctx, model === "" ? undefined : model), limit) };
      },
    }),
    queryRoute({ ...Query.Totals, handle: (ctx) => ({ totals: keeper.totals(ctx) }) }),
    queryRoute({
      ...Query.Requests,
      handle: (ctx, { status, startAfter, limit }) => {
        const wanted = status === RequestStatus.REQUEST_STATUS_UNSPECIFIED ? undefined : status;
        return { requests: page(keeper.requests(ctx, wanted, startAfter), limit) };
      },
    }),
  ];
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
