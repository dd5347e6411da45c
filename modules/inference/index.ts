import type { Module } from "../../chain/app/module.ts";
import type { ChainOptions } from "../../chain/app/options.ts";
import { refundExpired } from "./expiry.ts";
import { exportGenesis, initGenesis } from "./genesis.ts";
import { invariants } from "./invariants.ts";
import { InferenceKeeper } from "./keeper.ts";
import { INFERENCE } from "./keys.ts";
import { messages } from "./messages.ts";
import type { InferenceNeeds } from "./needs.ts";
import { queries } from "./queries.ts";
import { ResultHandler } from "./settlement.ts";

export { INFERENCE } from "./keys.ts";
export type { InferenceNeeds } from "./needs.ts";

/** Registers itself for RESULT claims with `needs.claims`. */
export function inferenceModule(
  options: ChainOptions,
  needs: InferenceNeeds,
): { readonly module: Module; readonly keeper: InferenceKeeper } {
  const keeper = new InferenceKeeper();
  const parts = { keeper, needs };
  new ResultHandler(parts).register();
  const checks = invariants(keeper, needs.bank);
  const module: Module = {
    name: INFERENCE,
    store: INFERENCE,
    messages: messages(options.addresses, parts),
    queries: queries(keeper),
    initGenesis: (ctx, state) => initGenesis(ctx, keeper, { state, checks }),
    exportGenesis: (ctx) => exportGenesis(ctx, keeper),
    endBlock: (ctx) => refundExpired(ctx, parts),
    invariants: checks,
  };
  return { module, keeper };
}
