import type { Module } from "../../chain/app/module.ts";
import type { ChainOptions } from "../../chain/app/options.ts";
import { exportGenesis, initGenesis } from "./genesis.ts";
import { invariants } from "./invariants.ts";
import { DisputeKeeper } from "./keeper.ts";
import { DISPUTE } from "./keys.ts";
import { messages } from "./messages.ts";
import type { DisputeNeeds } from "./needs.ts";
import { Handlers } from "./parts.ts";
import { queries } from "./queries.ts";
import { StepClaims } from "./referee.ts";
import { endBlock } from "./schedule.ts";
import type { Disputes } from "./types.ts";

export { DISPUTE } from "./keys.ts";
export type { DisputeNeeds } from "./needs.ts";
export type { DisputeOutcomeHandler, Disputes, LostClaim, Trace } from "./types.ts";

export interface DisputeModule {
  readonly module: Module;
  readonly keeper: DisputeKeeper;
  /** Where modules register what they say of disputed claims. */
  readonly disputes: Disputes;
  /** For claims of kind STEP. */
  readonly stepClaims: StepClaims;
}

/** Disputes: bisection of a claimed computation down to one step, which a committee recomputes. */
export function disputeModule(options: ChainOptions, needs: DisputeNeeds): DisputeModule {
  const keeper = new DisputeKeeper();
  const handlers = new Handlers();
  const parts = { keeper, needs, handlers };
  const checks = invariants(keeper, needs.bank);
  const module: Module = {
    name: DISPUTE,
    store: DISPUTE,
    messages: messages(options.addresses, parts),
    queries: queries(keeper),
    initGenesis: (ctx, state) => initGenesis(ctx, keeper, { state, checks }),
    exportGenesis: (ctx) => exportGenesis(ctx, keeper),
    endBlock: (ctx) => endBlock(ctx, parts),
    invariants: checks,
  };
  return { module, keeper, disputes: handlers, stepClaims: new StepClaims(parts) };
}
