import type { Context } from "../../chain/app/context.ts";
import type { Invariant } from "../../chain/app/module.ts";
import { GenesisState } from "../../proto/gen/openledger/curation/v1.ts";
import { fromJson, ProtoError, toJson } from "../../proto/runtime.ts";
import { errors } from "./errors.ts";
import type { CurationKeeper } from "./keeper.ts";
import { checkParams, DEFAULT_PARAMS } from "./params.ts";

/**
 * Loads a GenesisState in proto JSON, or defaults for undefined.
 * Throws curation/11 (genesis) for a state that breaks an invariant, sdk/10 or sdk/18 for parameters outside the rails.
 */
export function initGenesis(
  ctx: Context,
  keeper: CurationKeeper,
  json: unknown,
  invariants: readonly Invariant[],
): void {
  const state = decode(json);
  const params = state.params ?? DEFAULT_PARAMS;
  checkParams(params);
  keeper.setParams(ctx, params);
  if (state.curators.length > params.maxCurators)
    throw errors.genesis(`${state.curators.length} curators are too many`);
  for (const curator of state.curators) {
    if (keeper.curator(ctx, curator.address)) throw errors.genesis(`curator ${curator.address} is listed twice`);
    keeper.saveCurator(ctx, curator);
  }
  for (const panel of state.panels) keeper.savePanel(ctx, panel);
  for (const verdict of state.verdicts) keeper.saveVerdict(ctx, verdict);
  for (const progress of state.progress) keeper.saveProgress(ctx, progress);
  for (const { name, check } of invariants) {
    const broken = check(ctx);
    if (broken !== undefined) throw errors.genesis(`${name}: ${broken}`);
  }
}

export function exportGenesis(ctx: Context, keeper: CurationKeeper): unknown {
  return toJson(GenesisState, {
    params: keeper.params(ctx),
    curators: [...keeper.curators(ctx)],
    panels: [...keeper.panels(ctx)],
    verdicts: [...keeper.verdicts(ctx)],
    progress: [...keeper.allProgress(ctx)],
  });
}

function decode(json: unknown): GenesisState {
  if (json === undefined) return GenesisState.fromPartial({});
  try {
    return fromJson(GenesisState, json);
  } catch (error) {
    if (error instanceof ProtoError) throw errors.genesis(`app_state.curation: ${error.message}`);
    throw error;
  }
}
