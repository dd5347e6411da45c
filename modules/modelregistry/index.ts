import type { Module } from "../../chain/app/module.ts";
import type { ChainOptions } from "../../chain/app/options.ts";
import { ModelClaims } from "./claims.ts";
import { exportGenesis, initGenesis } from "./genesis.ts";
import { invariants, servingInvariant } from "./invariants.ts";
import { ModelregistryKeeper } from "./keeper.ts";
import { MODELREGISTRY } from "./keys.ts";
import { messageRoutes } from "./messages.ts";
import { Models } from "./models.ts";
import type { ModelregistryNeeds } from "./needs.ts";
import { queryRoutes } from "./queries.ts";

export type { ModelClaims, TrainingTrace } from "./claims.ts";
export type { ModelregistryView } from "./keeper.ts";
export type { ModelregistryNeeds } from "./needs.ts";

/** The modelregistry module. `needs` may be bound late: nothing of it is called before genesis. */
export function modelregistryModule(
  options: ChainOptions,
  needs: ModelregistryNeeds,
): { readonly module: Module; readonly keeper: ModelregistryKeeper; readonly claims: ModelClaims } {
  const keeper = new ModelregistryKeeper();
  const checks = invariants(keeper, needs);
  const claims = new ModelClaims(keeper, needs);
  const module: Module = {
    name: MODELREGISTRY,
    store: MODELREGISTRY,
    messages: messageRoutes(options, new Models(keeper, needs, claims)),
    queries: queryRoutes(keeper, needs),
    initGenesis: (ctx, state) => initGenesis(ctx, keeper, state, checks),
    exportGenesis: (ctx) => exportGenesis(ctx, keeper),
    invariants: [...checks, servingInvariant(keeper, claims)],
  };
  return { module, keeper, claims };
}
