import type { Context } from "../../chain/app/context.ts";
import { genesisError } from "../../chain/app/genesis-json.ts";
import { MAX_TOTAL_POWER } from "../../chain/types/validator-set.ts";
import { GenesisState, type Validator } from "../../proto/gen/openledger/staking/v1.ts";
import { fromJson, toJson } from "../../proto/runtime.ts";
import type { Staking } from "./keeper.ts";

const PATH = "app_state.staking";

export function initGenesis(ctx: Context, keeper: Staking, state: unknown): void {
  const { validators } = readState(state);
  if (validators.length === 0) throw genesisError(`${PATH}.validators`, "is empty: add a validator");
  for (const [i, { consensusPubkey, power, ...rest }] of validators.entries()) {
    if (power < 1n || power > BigInt(MAX_TOTAL_POWER)) {
      throw genesisError(`${PATH}.validators[${i}].power`, `must be between 1 and ${MAX_TOTAL_POWER}`);
    }
    keeper.create(ctx, { ...rest, pubKey: consensusPubkey, power: Number(power) });
  }
}

function readState(state: unknown): GenesisState {
  try {
    return fromJson(GenesisState, state ?? {});
  } catch (error) {
    throw genesisError(PATH, error instanceof Error ? error.message : "is malformed");
  }
}

/** Validators with power; the ring of past sets begins anew with the new chain. */
export function exportGenesis(ctx: Context, keeper: Staking): unknown {
  const validators = keeper.validators(ctx).map(
    ({ operator, pubKey, power, moniker, beaconEnd }): Validator => ({
      operator,
      consensusPubkey: pubKey,
      power: BigInt(power),
      moniker,
      beaconEnd,
    }),
  );
  return toJson(GenesisState, { validators });
}
