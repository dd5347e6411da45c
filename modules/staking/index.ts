import type { Module } from "../../chain/app/module.ts";
import type { ChainOptions } from "../../chain/app/options.ts";
import { exportGenesis, initGenesis } from "./genesis.ts";
import { invariants } from "./invariants.ts";
import { Staking } from "./keeper.ts";
import { STAKING } from "./keys.ts";
import { queries } from "./queries.ts";

export { Staking } from "./keeper.ts";

/** Validators, their powers, and who signs which height. */
export function stakingModule(options: ChainOptions): { module: Module; keeper: Staking } {
  const keeper = new Staking(options);
  const module: Module = {
    name: STAKING,
    store: STAKING,
    messages: [],
    queries: queries(keeper),
    initGenesis: (ctx, state) => initGenesis(ctx, keeper, state),
    exportGenesis: (ctx) => exportGenesis(ctx, keeper),
    validatorUpdates: (ctx) => keeper.takeUpdates(ctx),
    invariants: invariants(keeper),
  };
  return { module, keeper };
}
