import type { Context } from "../../chain/app/context.ts";
import type { Invariant } from "../../chain/app/module.ts";
import { GenesisState } from "../../proto/gen/openledger/rewards/v1.ts";
import { fromJson, toJson } from "../../proto/runtime.ts";
import { errors } from "./errors.ts";
import type { RewardsLedger } from "./keeper.ts";
import { checkParams, DEFAULT_PARAMS } from "./params.ts";
import { NO_FEES } from "./totals.ts";

/** Throws rewards/4 (genesis). */
export function initGenesis(
  ctx: Context,
  ledger: RewardsLedger,
  from: { readonly state: unknown; readonly checks: readonly Invariant[] },
): void {
  const state = parse(from.state);
  const params = state.params ?? DEFAULT_PARAMS;
  checkParams(params);
  ledger.setParams(ctx, params);
  for (const accrued of state.accrued) ledger.saveAccrued(ctx, accrued);
  for (const bounty of state.bounties) ledger.saveBounty(ctx, bounty);
  for (const rewards of state.contributions) ledger.saveContribution(ctx, rewards);
  for (const settlement of state.settlements) ledger.saveSettlement(ctx, settlement);
  for (const shares of state.curatorShares) ledger.saveCuratorShares(ctx, shares);
  for (const heldOut of state.heldOut) ledger.saveHeldOut(ctx, heldOut);
  for (const claim of state.heldOutClaims) ledger.saveHeldOutClaim(ctx, claim);
  ledger.setTotals(ctx, state.totals ?? NO_FEES, Number(state.settled));
  checkImport(ctx, from.checks);
}

function parse(json: unknown): GenesisState {
  if (json === undefined) return GenesisState.fromPartial({});
  try {
    return fromJson(GenesisState, json);
  } catch (error) {
    throw errors.genesis(`app_state.rewards: ${(error as Error).message}`);
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

export function exportGenesis(ctx: Context, ledger: RewardsLedger): unknown {
  return toJson(GenesisState, {
    params: ledger.params(ctx),
    accrued: [...ledger.allAccrued(ctx)],
    bounties: [...ledger.bounties(ctx)],
    contributions: [...ledger.contributions(ctx)],
    settlements: [...ledger.settlements(ctx)],
    totals: ledger.totals(ctx),
    settled: BigInt(ledger.settled(ctx)),
    curatorShares: [...ledger.allCuratorShares(ctx)],
    heldOut: [...ledger.allHeldOut(ctx)],
    heldOutClaims: [...ledger.allHeldOutClaims(ctx)],
  });
}
