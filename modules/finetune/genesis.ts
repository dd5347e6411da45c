import type { Context } from "../../chain/app/context.ts";
import type { Invariant } from "../../chain/app/module.ts";
import { GenesisState } from "../../proto/gen/openledger/finetune/v1.ts";
import { fromJson, toJson } from "../../proto/runtime.ts";
import { errors } from "./errors.ts";
import type { FinetuneKeeper } from "./keeper.ts";
import { checkParams, DEFAULT_PARAMS } from "./params.ts";

/** Throws finetune/17 (genesis). */
export function initGenesis(
  ctx: Context,
  keeper: FinetuneKeeper,
  from: { readonly state: unknown; readonly checks: readonly Invariant[] },
): void {
  const state = parse(from.state);
  const params = state.params ?? DEFAULT_PARAMS;
  checkParams(params);
  keeper.setParams(ctx, params);
  for (const job of state.jobs) {
    if (keeper.job(ctx, job.id)) throw errors.genesis(`job ${job.id} is listed twice`);
    keeper.saveJob(ctx, job);
    if (job.model !== "") keeper.linkModel(ctx, job.model, job.id);
  }
  for (const checkpoint of state.checkpoints) keeper.saveCheckpoint(ctx, checkpoint);
  for (const payees of state.payees) keeper.savePayees(ctx, payees);
  for (const counter of state.counters) keeper.saveCounter(ctx, counter);
  if (state.totals) keeper.setTotals(ctx, state.totals);
  checkImport(ctx, from.checks);
}

function parse(json: unknown): GenesisState {
  if (json === undefined) return GenesisState.fromPartial({});
  try {
    return fromJson(GenesisState, json);
  } catch (error) {
    throw errors.genesis(`app_state.finetune: ${(error as Error).message}`);
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

export function exportGenesis(ctx: Context, keeper: FinetuneKeeper): unknown {
  return toJson(GenesisState, {
    params: keeper.params(ctx),
    jobs: [...keeper.jobs(ctx)],
    checkpoints: [...keeper.allCheckpoints(ctx)],
    payees: [...keeper.allPayees(ctx)],
    counters: [...keeper.counters(ctx)],
    totals: keeper.totals(ctx),
  });
}
