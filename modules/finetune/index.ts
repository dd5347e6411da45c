import type { Module } from "../../chain/app/module.ts";
import type { ChainOptions } from "../../chain/app/options.ts";
import { JobClaims } from "./claims.ts";
import { endBlock } from "./end-block.ts";
import { exportGenesis, initGenesis } from "./genesis.ts";
import { invariants } from "./invariants.ts";
import { FinetuneKeeper } from "./keeper.ts";
import { FINETUNE } from "./keys.ts";
import { messages } from "./messages.ts";
import type { FinetuneNeeds } from "./needs.ts";
import type { FinetuneParts } from "./parts.ts";
import { queries } from "./queries.ts";
import { SecondCommittee } from "./second-committee.ts";

export { JOB_ALGORITHM } from "./ids.ts";
export { FINETUNE } from "./keys.ts";
export type { DisputeNeeds, FinetuneNeeds } from "./needs.ts";

export interface Finetune {
  readonly module: Module;
  readonly keeper: FinetuneKeeper;
  /** For TRAINING claims whose subject is a job. */
  readonly claimHandler: JobClaims;
}

/** Training jobs with escrow. `needs` may be bound late: nothing of it is called before genesis. */
export function finetuneModule(options: ChainOptions, needs: FinetuneNeeds): Finetune {
  const keeper = new FinetuneKeeper();
  const account = options.addresses.ofModule(FINETUNE);
  const disputes = needs.disputes ?? new SecondCommittee(account, needs.claims);
  const parts: FinetuneParts = { keeper, needs, disputes };
  const checks = invariants(keeper, needs.bank);
  const module: Module = {
    name: FINETUNE,
    store: FINETUNE,
    messages: messages(options.addresses, parts),
    queries: queries(keeper),
    initGenesis: (ctx, state) => initGenesis(ctx, keeper, { state, checks }),
    exportGenesis: (ctx) => exportGenesis(ctx, keeper),
    endBlock: (ctx) => endBlock(ctx, parts),
    invariants: checks,
  };
  return { module, keeper, claimHandler: new JobClaims(parts) };
}
