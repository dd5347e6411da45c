import type { Context } from "../../chain/app/context.ts";
import type { Invariant } from "../../chain/app/module.ts";
import { HASH_LENGTH } from "../../chain/crypto/hash.ts";
import { type Claim, ClaimStatus, GenesisState } from "../../proto/gen/openledger/attribution/v1.ts";
import { fromJson, toJson } from "../../proto/runtime.ts";
import { holdBond } from "./disputed.ts";
import { errors } from "./errors.ts";
import type { AttributionKeeper } from "./keeper.ts";
import { ATTRIBUTION, tables } from "./keys.ts";
import type { StakingNeeds } from "./needs.ts";
import { checkParams, DEFAULT_PARAMS } from "./params.ts";

/** Throws attribution/19 (genesis). Validators without a chain in `state` start with the end that staking names. */
export function initGenesis(
  ctx: Context,
  keeper: AttributionKeeper,
  from: { readonly staking: StakingNeeds; readonly state: unknown; readonly checks: readonly Invariant[] },
): void {
  const state = parse(from.state);
  const params = state.params ?? DEFAULT_PARAMS;
  checkParams(params);
  keeper.setParams(ctx, params);
  for (const chain of state.beacons) keeper.saveChain(ctx, chain);
  startChains(ctx, keeper, from.staking);
  for (const { height, beacon } of state.history) keeper.saveBeacon(ctx, Number(height), beacon);
  for (const claim of state.claims) importClaim(ctx, keeper, claim);
  for (const outcome of state.outcomes) keeper.saveOutcome(ctx, outcome);
  for (const { height, validator, root } of state.roots) keeper.saveRoot(ctx, Number(height), { validator, root });
  for (const opening of state.openings) keeper.saveOpening(ctx, opening);
  for (const evidence of state.equivocations) keeper.saveEquivocation(ctx, evidence);
  for (const record of state.records) keeper.saveRecord(ctx, record);
  importScores(ctx, state);
  checkImport(ctx, from.checks);
}

function parse(state: unknown): GenesisState {
  if (state === undefined) return GenesisState.fromPartial({});
  try {
    return fromJson(GenesisState, state);
  } catch (error) {
    throw errors.genesis(`app_state.attribution: ${(error as Error).message}`);
  }
}

/** The end stands for the height of genesis, the one before the first block. */
function startChains(ctx: Context, keeper: AttributionKeeper, staking: StakingNeeds): void {
  const height = BigInt(ctx.height);
  for (const { address, beaconEnd } of staking.validators(ctx)) {
    if (beaconEnd.length === 0 || keeper.chain(ctx, address)) continue;
    if (beaconEnd.length !== HASH_LENGTH) throw errors.genesis(`a validator's beacon end has ${HASH_LENGTH} bytes`);
    keeper.saveChain(ctx, {
      validator: address,
      end: beaconEnd,
      registeredHeight: height,
      lastReveal: beaconEnd,
      lastHeight: height,
    });
  }
}

function importClaim(ctx: Context, keeper: AttributionKeeper, claim: Claim): void {
  if (claim.id.length !== HASH_LENGTH) throw errors.genesis("a claim's id has 32 bytes");
  if (claim.opening.length > 0) keeper.saveClaimOpening(ctx, claim.id, claim.opening);
  if (claim.status === ClaimStatus.CLAIM_STATUS_OPEN) keeper.open(ctx, claim);
  else if (claim.status === ClaimStatus.CLAIM_STATUS_ACCEPTED && claim.bondUntil > 0n) holdBond(ctx, keeper, claim);
  else keeper.saveClaim(ctx, claim);
}

function importScores(ctx: Context, state: GenesisState): void {
  const kv = ctx.kv(ATTRIBUTION);
  for (const score of state.contributions) tables.contributionScores.set(kv, score.key, score);
  for (const score of state.datanets) tables.datanetScores.set(kv, score.key, score);
  for (const score of state.models) tables.modelScores.set(kv, score.key, score);
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

export function exportGenesis(ctx: Context, keeper: AttributionKeeper): unknown {
  const kv = ctx.kv(ATTRIBUTION);
  const values = <V>(entries: Iterable<readonly [unknown, V]>) => [...entries].map(([, value]) => value);
  return toJson(GenesisState, {
    params: keeper.params(ctx),
    beacons: [...keeper.chains(ctx)],
    claims: [...keeper.claims(ctx)].map((claim) => keeper.fullClaim(ctx, claim)),
    outcomes: [...keeper.outcomes(ctx)],
    records: [...keeper.records(ctx)],
    contributions: values(tables.contributionScores.iterate(kv)),
    datanets: values(tables.datanetScores.iterate(kv)),
    models: values(tables.modelScores.iterate(kv)),
    history: [...keeper.beacons(ctx)],
    roots: [...keeper.roots(ctx, 0)],
    openings: [...keeper.openings(ctx)],
    equivocations: [...keeper.equivocations(ctx)],
  });
}
