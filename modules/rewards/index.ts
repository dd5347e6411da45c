import type { Module } from "../../chain/app/module.ts";
import type { ChainOptions } from "../../chain/app/options.ts";
import { exportGenesis, initGenesis } from "./genesis.ts";
import { invariants } from "./invariants.ts";
import { RewardsLedger } from "./keeper.ts";
import { REWARDS } from "./keys.ts";
import { messages } from "./messages.ts";
import type { RewardsNeeds } from "./needs.ts";
import { queries } from "./queries.ts";
import { Settlements } from "./settle.ts";

export { REWARDS, TREASURY } from "./keys.ts";
export type { RewardsNeeds } from "./needs.ts";
export { Settlements } from "./settle.ts";
export type { ForfeitedBond, PaidEntry, PaidRequest, PaidVector, Payee, RewardsKeeperView } from "./types.ts";

/** `keeper` settles fees and takes forfeited bonds; `ledger` reads what was booked. */
export function rewardsModule(
  options: ChainOptions,
  needs: RewardsNeeds,
): { readonly module: Module; readonly keeper: Settlements; readonly ledger: RewardsLedger } {
  const ledger = new RewardsLedger();
  const keeper = new Settlements(ledger, needs);
  const checks = invariants(ledger, needs);
  const module: Module = {
    name: REWARDS,
    store: REWARDS,
    messages: messages(options.addresses, ledger, needs),
    queries: queries(ledger, needs.datanets),
    initGenesis: (ctx, state) => initGenesis(ctx, ledger, { state, checks }),
    exportGenesis: (ctx) => exportGenesis(ctx, ledger),
    invariants: checks,
  };
  return { module, keeper, ledger };
}
