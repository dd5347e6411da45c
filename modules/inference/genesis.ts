import type { Context } from "../../chain/app/context.ts";
import type { Invariant } from "../../chain/app/module.ts";
import { GenesisState } from "../../proto/gen/openledger/inference/v1.ts";
import { fromJson, toJson } from "../../proto/runtime.ts";
import { errors } from "./errors.ts";
import type { InferenceKeeper } from "./keeper.ts";
import { checkParams, DEFAULT_PARAMS } from "./params.ts";

/** Throws inference/12 (genesis). */
export function initGenesis(
  ctx: Context,
  keeper: InferenceKeeper,
  from: { readonly state: unknown; readonly checks: readonly Invariant[] },
): void {
  const state = parse(from.state);
  const params = state.params ?? DEFAULT_PARAMS;
  checkParams(params);
  keeper.setParams(ctx, params);
  for (const request of state.requests) keeper.saveRequest(ctx, request);
  for (const counter of state.counters) keeper.saveCounter(ctx, counter);
  if (state.totals) keeper.setTotals(ctx, state.totals);
  checkImport(ctx, from.checks);
}

function parse(json: unknown): GenesisState {
  if (json === undefined) return GenesisState.fromPartial({});
  try {
    return fromJson(GenesisState, json);
  } catch (error) {
    throw errors.genesis(`app_state.inference: ${(error as Error).message}`);
  }
}

/** An imported state must hold what the module promises of every state. */
function checkImport(ctx: Context, checks: readonly Invariant[]): void {
  for (const { name, check } of checks) {
    const why = reasonOf(() => check(ctx));
    if (why !== undefined) throw errors.genesis(`${name}: ${why}`);
  }
}

function reasonOf(check: () => string | undefined): string | undefined {
  try {
    return check();
  } catch (error) {
    return (error as Error).message;
  }
}

export function exportGenesis(ctx: Context, keeper: InferenceKeeper): unknown {
  return toJson(GenesisState, {
    params: keeper.params(ctx),
    requests: [...keeper.requests(ctx)],
    counters: [...keeper.counters(ctx)],
    totals: keeper.totals(ctx),
  });
}
