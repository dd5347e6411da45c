import { type QueryRoute, queryRoute } from "../../chain/app/module.ts";
import { Query } from "../../proto/gen/openledger/curation/v1.ts";
import type { CurationKeeper } from "./keeper.ts";

/** Lists are not paged: curators and panel seats have hard limits. */
export function queryRoutes(keeper: CurationKeeper): readonly QueryRoute[] {
  return [
    queryRoute({ ...Query.Params, handle: (ctx) => ({ params: keeper.params(ctx) }) }),
    queryRoute({ ...Query.Curators, handle: (ctx) => ({ curators: [...keeper.curators(ctx)] }) }),
    queryRoute({
      ...Query.Panel,
      handle: (ctx, { contribution }) => ({ panel: keeper.requirePanel(ctx, contribution) }),
    }),
    queryRoute({
      ...Query.Verdicts,
      handle(ctx, { contribution }) {
        keeper.requirePanel(ctx, contribution);
        return { verdicts: [...keeper.verdicts(ctx, contribution)] };
      },
    }),
  ];
}
