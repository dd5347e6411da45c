import type { Module } from "../../chain/app/module.ts";
import type { ChainOptions } from "../../chain/app/options.ts";
import { exportGenesis, initGenesis } from "./genesis.ts";
import { invariants } from "./invariants.ts";
import { Bank, FEE_COLLECTOR } from "./keeper.ts";
import { BANK } from "./keys.ts";
import { messages } from "./messages.ts";
import type { BankNeeds } from "./needs.ts";
import { queries } from "./queries.ts";

export { Bank, FEE_COLLECTOR } from "./keeper.ts";

export interface BankOptions extends ChainOptions {
  /** Module account that receives the fees of a block's transactions at the block's end. */
  readonly treasury: string;
}

/** Coins: balances, supply, transfers, fees. */
export function bankModule(options: BankOptions, needs: BankNeeds): { module: Module; keeper: Bank } {
  const keeper = new Bank(options, needs);
  const module: Module = {
    name: BANK,
    store: BANK,
    messages: messages(keeper, needs.accounts),
    queries: queries(keeper),
    initGenesis: (ctx, state) => initGenesis(ctx, keeper, state),
    exportGenesis: (ctx) => exportGenesis(ctx, keeper),
    endBlock(ctx) {
      const collector = options.addresses.ofModule(FEE_COLLECTOR);
      const fees = keeper.coins(ctx, collector);
      keeper.transfer(ctx, collector, options.addresses.ofModule(options.treasury), fees);
    },
    invariants: invariants(),
  };
  return { module, keeper };
}
