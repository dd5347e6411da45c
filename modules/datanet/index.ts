import type { Module } from "../../chain/app/module.ts";
import type { ChainOptions } from "../../chain/app/options.ts";
import { Contributions } from "./contributions.ts";
import { exportGenesis, initGenesis } from "./genesis.ts";
import { invariants } from "./invariants.ts";
import { DatanetKeeper } from "./keeper.ts";
import { DATANET } from "./keys.ts";
import { messageRoutes } from "./messages.ts";
import type { DatanetNeeds, SnapshotClaimHandlers } from "./needs.ts";
import { queryRoutes } from "./queries.ts";
import { Snapshots } from "./snapshots.ts";
import { Windows } from "./windows.ts";

export type { DatanetView } from "./keeper.ts";
export type { DatanetNeeds, SnapshotClaimHandlers } from "./needs.ts";

/**
 * The datanet module. `needs` may be bound late: nothing of it is called before genesis. `claimHandlers` belong in the
 * claim engine's register for claims of kind SNAPSHOT.
 */
export function datanetModule(
  options: ChainOptions,
  needs: DatanetNeeds,
): { readonly module: Module; readonly keeper: DatanetKeeper; readonly claimHandlers: SnapshotClaimHandlers } {
  const keeper = new DatanetKeeper();
  const windows = new Windows(keeper, needs);
  const snapshots = new Snapshots(keeper, needs);
  const parts = { keeper, needs, windows, snapshots, contributions: new Contributions(keeper, needs) };
  const checks = invariants(keeper, needs.bank);
  const module: Module = {
    name: DATANET,
    store: DATANET,
    messages: messageRoutes(options, parts),
    queries: queryRoutes(keeper),
    initGenesis: (ctx, state) => initGenesis(ctx, keeper, state, checks),
    exportGenesis: (ctx) => exportGenesis(ctx, keeper),
    endBlock(ctx) {
      windows.endBlock(ctx);
      snapshots.endBlock(ctx);
    },
    invariants: checks,
  };
  return { module, keeper, claimHandlers: snapshots };
}
