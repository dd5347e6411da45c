import type { Module } from "../../chain/app/module.ts";
import { exportGenesis, initGenesis } from "./genesis.ts";
import { invariants } from "./invariants.ts";
import { AuthKeeper, type AuthOptions } from "./keeper.ts";
import { AUTH } from "./keys.ts";
import { queries } from "./queries.ts";

export { AuthKeeper, type AuthOptions } from "./keeper.ts";

/** Accounts, their keys, numbers and sequences. */
export function authModule(options: AuthOptions): { module: Module; keeper: AuthKeeper } {
  const keeper = new AuthKeeper(options);
  const module: Module = {
    name: AUTH,
    store: AUTH,
    messages: [],
    queries: queries(keeper),
    initGenesis: (ctx, state) => initGenesis(ctx, keeper, state),
    exportGenesis: (ctx) => exportGenesis(ctx, keeper),
    invariants: invariants(keeper),
  };
  return { module, keeper };
}
