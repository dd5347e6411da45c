import type { Module } from "../../chain/app/module.ts";
import type { ChainOptions } from "../../chain/app/options.ts";
import { exportGenesis, initGenesis } from "./genesis.ts";
import { invariants } from "./invariants.ts";
import { CurationKeeper } from "./keeper.ts";
import { CURATION } from "./keys.ts";
import { messageRoutes } from "./messages.ts";
import type { CurationNeeds } from "./needs.ts";
import { Panels } from "./panels.ts";
import { queryRoutes } from "./queries.ts";
import { Verdicts } from "./verdicts.ts";

export type { CurationNeeds } from "./needs.ts";

/** The curation module. `panels` is what the datanet module needs of it; `needs` may be bound late. */
export function curationModule(
  options: ChainOptions,
  needs: CurationNeeds,
): { readonly module: Module; readonly keeper: CurationKeeper; readonly panels: Panels } {
  const keeper = new CurationKeeper();
  const panels = new Panels(keeper, needs);
  const checks = invariants(keeper, needs);
  const module: Module = {
    name: CURATION,
    store: CURATION,
    messages: messageRoutes(options, { keeper, needs, verdicts: new Verdicts(keeper, needs) }),
    queries: queryRoutes(keeper),
    initGenesis: (ctx, state) => initGenesis(ctx, keeper, state, checks),
    exportGenesis: (ctx) => exportGenesis(ctx, keeper),
    invariants: checks,
  };
  return { module, keeper, panels };
}
