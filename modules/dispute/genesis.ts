import type { Context } from "../../chain/app/context.ts";
import type { Invariant } from "../../chain/app/module.ts";
import { HASH_LENGTH } from "../../chain/crypto/hash.ts";
import { GenesisState } from "../../proto/gen/openledger/dispute/v1.ts";
import { fromJson, toJson } from "../../proto/runtime.ts";
import { errors } from "./errors.ts";
import type { DisputeKeeper } from "./keeper.ts";
import { checkParams, DEFAULT_PARAMS } from "./params.ts";

/** Throws dispute/11 (genesis) for a state that contradicts itself or parameters outside the rails. */
export function initGenesis(
  ctx: Context,
  keeper: DisputeKeeper,
  from: { readonly state: unknown; readonly checks: readonly Invariant[] },
): void {
  const state = parse(from.state);
  const params = state.params ?? DEFAULT_PARAMS;
  checkParams(params);
  keeper.setParams(ctx, params);
  for (const dispute of state.disputes) {
    if (dispute.id.length !== HASH_LENGTH) throw errors.genesis("a dispute's id has 32 bytes");
    if (keeper.dispute(ctx, dispute.id)) throw errors.genesis("a dispute is listed twice");
    keeper.save(ctx, dispute);
  }
  for (const { name, check } of from.checks) {
    const broken = check(ctx);
    if (broken !== undefined) throw errors.genesis(`${name}: ${broken}`);
  }
}

export function exportGenesis(ctx: Context, keeper: DisputeKeeper): unknown {
  return toJson(GenesisState, { params: keeper.params(ctx), disputes: [...keeper.disputes(ctx)] });
}

function parse(state: unknown): GenesisState {
  if (state === undefined) return GenesisState.fromPartial({});
  try {
    return fromJson(GenesisState, state);
  } catch (error) {
    throw errors.genesis(`app_state.dispute: ${(error as Error).message}`);
  }
}
