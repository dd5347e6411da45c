import { type QueryRoute, queryRoute } from "../../chain/app/module.ts";
import { ClaimStatus } from "../../proto/gen/openledger/attribution/v1.ts";
import { type Model, Query } from "../../proto/gen/openledger/modelregistry/v1.ts";
import type { ModelregistryKeeper } from "./keeper.ts";
import { MAX_PAGE } from "./limits.ts";
import type { ModelregistryNeeds } from "./needs.ts";

export function queryRoutes(keeper: ModelregistryKeeper, needs: ModelregistryNeeds): readonly QueryRoute[] {
  return [
    queryRoute({ ...Query.Params, handle: (ctx) => ({ params: keeper.params(ctx) }) }),
    queryRoute({
      ...Query.Model,
      handle(ctx, { id }) {
        const model = keeper.requireModel(ctx, id);
        const status = (claim: Uint8Array | undefined) =>
          (claim && needs.claims.status(ctx, claim)) ?? ClaimStatus.CLAIM_STATUS_UNSPECIFIED;
        const { trainingClaimId, index } = model;
        return { model, trainingStatus: status(trainingClaimId), indexStatus: status(index?.claimId) };
      },
    }),
    queryRoute({
      ...Query.Models,
      handle(ctx, { startAfter, limit }) {
        const most = limit === 0 || limit > MAX_PAGE ? MAX_PAGE : limit;
        const models: Model[] = [];
        for (const model of keeper.models(ctx, startAfter)) {
          if (models.length === most) break;
          models.push(model);
        }
        return { models };
      },
    }),
  ];
}
