import type { Context } from "../../chain/app/context.ts";
import { type QueryRoute, queryRoute } from "../../chain/app/module.ts";
import {
  type Contribution,
  type DataNet,
  Query,
  type QueryContributionsRequest,
} from "../../proto/gen/openledger/datanet/v1.ts";
import { FIRST_WINDOW } from "./create.ts";
import { errors } from "./errors.ts";
import type { DatanetKeeper } from "./keeper.ts";
import { DEFAULT_PAGE, MAX_PAGE } from "./limits.ts";

export function queryRoutes(keeper: DatanetKeeper): readonly QueryRoute[] {
  return [
    queryRoute({ ...Query.Params, handle: (ctx) => ({ params: keeper.params(ctx) }) }),
    queryRoute({ ...Query.DataNet, handle: (ctx, { id }) => ({ datanet: keeper.requireDatanet(ctx, id) }) }),
    queryRoute({
      ...Query.DataNets,
      handle: (ctx, { startAfter, limit }) => ({
        datanets: page<DataNet>(keeper.datanets(ctx, startAfter), { limit, most: DEFAULT_PAGE }),
      }),
    }),
    queryRoute({
      ...Query.Contribution,
      handle: (ctx, { id }) => ({ contribution: keeper.requireContribution(ctx, id) }),
    }),
    queryRoute({ ...Query.Contributions, handle: (ctx, request) => contributions(ctx, keeper, request) }),
    queryRoute({
      ...Query.Snapshot,
      handle(ctx, { id }) {
        const snapshot = keeper.snapshot(ctx, id);
        if (!snapshot) throw errors.notFound(`no snapshot ${JSON.stringify(id)}`);
        return { snapshot };
      },
    }),
    queryRoute({ ...Query.HeldOut, handle: (ctx, { snapshot }) => heldOut(ctx, keeper, snapshot) }),
    queryRoute({
      ...Query.Snapshots,
      handle(ctx, { datanet }) {
        const { window } = keeper.requireDatanet(ctx, datanet);
        const fromWindow = window > MAX_PAGE ? window - MAX_PAGE + 1 : FIRST_WINDOW;
        return { snapshots: [...keeper.snapshots(ctx, datanet, fromWindow)] };
      },
    }),
  ];
}

function heldOut(ctx: Context, keeper: DatanetKeeper, id: string) {
  const snapshot = keeper.snapshot(ctx, id);
  if (!snapshot) throw errors.notFound(`no snapshot ${JSON.stringify(id)}`);
  const counts = [...keeper.heldOutCounts(ctx, id)].map(([contributor, items]) => ({ contributor, items }));
  return { counts, items: snapshot.heldOut, seed: snapshot.heldOutSeed, height: snapshot.heldOutHeight };
}

function contributions(ctx: Context, keeper: DatanetKeeper, request: QueryContributionsRequest) {
  const { datanet, window, startSeq, limit } = request;
  const net = keeper.requireDatanet(ctx, datanet);
  const range = window === 0 ? { from: 0, to: net.nextSeq } : keeper.windowRange(ctx, net, window);
  const from = startSeq > range.from ? startSeq : range.from;
  return {
    contributions: page<Contribution>(keeper.contributions(ctx, datanet, from, range.to), { limit, most: MAX_PAGE }),
  };
}

/** The first `limit` entries: 0 means DEFAULT_PAGE, and `most` bounds it. */
function page<T>(entries: Iterable<T>, { limit, most }: { readonly limit: number; readonly most: number }): T[] {
  const size = limit === 0 ? DEFAULT_PAGE : limit < most ? limit : most;
  const out: T[] = [];
  for (const entry of entries) {
    if (out.length === size) break;
    out.push(entry);
  }
  return out;
}
