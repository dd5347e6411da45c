import type { Context } from "../../chain/app/context.ts";
import type { Invariant } from "../../chain/app/module.ts";
import { GenesisState } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { fromJson, ProtoError, toJson } from "../../proto/runtime.ts";
import { errors } from "./errors.ts";
import type { ModelregistryKeeper } from "./keeper.ts";
import { checkParams, DEFAULT_PARAMS } from "./params.ts";

/**
 * Loads a GenesisState in proto JSON, or defaults for undefined.
 * Throws modelregistry/12 (genesis) for a state that breaks an invariant, sdk/10 or sdk/18 for parameters outside the rails.
 */
export function initGenesis(
  ctx: Context,
  keeper: ModelregistryKeeper,
  json: unknown,
  invariants: readonly Invariant[],
): void {
  const state = decode(json);
  const params = state.params ?? DEFAULT_PARAMS;
  checkParams(params);
  keeper.setParams(ctx, params);
  for (const model of state.models) {
    if (keeper.model(ctx, model.id)) throw errors.genesis(`model ${model.id} is listed twice`);
    keeper.saveModel(ctx, model);
  }
  for (const { name, check } of invariants) {
    const broken = check(ctx);
    if (broken !== undefined) throw errors.genesis(`${name}: ${broken}`);
  }
}

export function exportGenesis(ctx: Context, keeper: ModelregistryKeeper): unknown {
  return toJson(GenesisState, { params: keeper.params(ctx), models: [...keeper.models(ctx)] });
}

function decode(json: unknown): GenesisState {
  if (json === undefined) return GenesisState.fromPartial({});
  try {
    return fromJson(GenesisState, json);
  } catch (error) {
    if (error instanceof ProtoError) throw errors.genesis(`app_state.modelregistry: ${error.message}`);
    throw error;
  }
}
