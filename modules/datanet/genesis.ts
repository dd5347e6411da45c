import type { Context } from "../../chain/app/context.ts";
import type { Invariant } from "../../chain/app/module.ts";
import { type Contribution, type DataNet, GenesisState } from "../../proto/gen/openledger/datanet/v1.ts";
import { fromJson, ProtoError, toJson } from "../../proto/runtime.ts";
import { FIRST_WINDOW } from "./create.ts";
import { errors } from "./errors.ts";
import type { DatanetKeeper } from "./keeper.ts";
import { checkParams, DEFAULT_PARAMS } from "./params.ts";

/**
 * Loads a GenesisState in proto JSON, or defaults for undefined. Indexes and window starts are derived.
 * Throws datanet/18 (genesis) for a state that breaks an invariant, sdk/10 or sdk/18 for parameters outside the rails.
 */
export function initGenesis(
  ctx: Context,
  keeper: DatanetKeeper,
  json: unknown,
  invariants: readonly Invariant[],
): void {
  const state = decode(json);
  const params = state.params ?? DEFAULT_PARAMS;
  checkParams(params);
  keeper.setParams(ctx, params);
  for (const net of state.datanets) {
    if (keeper.datanet(ctx, net.id)) throw errors.genesis(`DataNet ${net.id} is listed twice`);
    keeper.saveDatanet(ctx, net);
  }
  for (const contribution of state.contributions) {
    if (keeper.contribution(ctx, contribution.id))
      throw errors.genesis(`contribution ${contribution.id} is listed twice`);
    keeper.requireDatanet(ctx, contribution.datanet);
    keeper.saveContribution(ctx, contribution);
  }
  for (const net of state.datanets) restoreWindowStarts(ctx, keeper, net);
  for (const snapshot of state.snapshots) keeper.saveSnapshot(ctx, snapshot);
  for (const { name, check } of invariants) {
    const broken = check(ctx);
    if (broken !== undefined) throw errors.genesis(`${name}: ${broken}`);
  }
}

export function exportGenesis(ctx: Context, keeper: DatanetKeeper): unknown {
  const contributions: Contribution[] = [];
  const datanets: DataNet[] = [...keeper.datanets(ctx)];
  for (const net of datanets) contributions.push(...keeper.contributions(ctx, net.id, 0, net.nextSeq));
  const snapshots = [...keeper.allSnapshots(ctx)];
  return toJson(GenesisState, { params: keeper.params(ctx), datanets, contributions, snapshots });
}

/** A window starts at its first contribution, an empty one where the next one starts. */
function restoreWindowStarts(ctx: Context, keeper: DatanetKeeper, net: DataNet): void {
  let window = FIRST_WINDOW;
  for (const contribution of keeper.contributions(ctx, net.id, 0, net.nextSeq)) {
    for (; window <= contribution.window; window++) keeper.setWindowStart(ctx, net.id, window, contribution.seq);
  }
  for (; window <= net.window; window++) keeper.setWindowStart(ctx, net.id, window, net.nextSeq);
}

function decode(json: unknown): GenesisState {
  if (json === undefined) return GenesisState.fromPartial({});
  try {
    return fromJson(GenesisState, json);
  } catch (error) {
    if (error instanceof ProtoError) throw errors.genesis(`app_state.datanet: ${error.message}`);
    throw error;
  }
}
