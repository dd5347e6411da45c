import { PubKey } from "cosmjs-types/cosmos/crypto/ed25519/keys";
import {
  QueryParamsRequest,
  QueryParamsResponse,
  QueryPoolRequest,
  QueryPoolResponse,
  QueryValidatorRequest,
  QueryValidatorResponse,
  QueryValidatorsRequest,
  QueryValidatorsResponse,
} from "cosmjs-types/cosmos/staking/v1beta1/query";
import { BondStatus, Params, Validator } from "cosmjs-types/cosmos/staking/v1beta1/staking";
import { sdkErrors } from "../../chain/app/errors.ts";
import { type QueryRoute, queryRoute } from "../../chain/app/module.ts";
import { paginate } from "../../chain/app/pagination.ts";
import { fromBech32, toBech32 } from "../../chain/crypto/bech32.ts";
import { MAX_VALIDATORS } from "../../chain/types/validator-set.ts";
import { stakingErrors } from "./errors.ts";
import type { Staking } from "./keeper.ts";
import { RING_HEIGHTS } from "./limits.ts";
import type { StakingValidator } from "./types.ts";

const path = (method: string) => `/cosmos.staking.v1beta1.Query/${method}`;

/** Tokens that x/staking shows for one unit of power (`DefaultPowerReduction`). */
const TOKENS_PER_POWER = 1_000_000n;

/** x/staking writes decimals as integers of 10^-18. */
const DECIMAL = 10n ** 18n;

/** Time to unbond that wallets show, in seconds (21 days). */
const UNBONDING_SECONDS = 1_814_400n;

/** Validators in the shape of x/staking, with tokens in proportion to their power. */
export function queries(keeper: Staking): readonly QueryRoute[] {
  const operators = operatorAddresses(keeper.options.addresses.prefix);
  const { addresses } = keeper.options;
  const show = (validator: StakingValidator) =>
    toCosmos(validator, operators.toText(addresses.fromText(validator.operator)));
  return [
    queryRoute({
      path: path("Validators"),
      request: QueryValidatorsRequest,
      response: QueryValidatorsResponse,
      handle(ctx, { status, pagination: page }) {
        const all = keeper.all(ctx).map(show);
        const { items, pagination } = paginate(all.filter(statusFilter(status)), page);
        return { validators: items, pagination };
      },
    }),
    queryRoute({
      path: path("Validator"),
      request: QueryValidatorRequest,
      response: QueryValidatorResponse,
      handle(ctx, { validatorAddr }) {
        const operator = addresses.toText(operators.fromText(validatorAddr));
        const validator = keeper.byOperator(ctx, operator);
        if (!validator) throw stakingErrors.validatorNotFound(`validator ${validatorAddr} not found`);
        return { validator: show(validator) };
      },
    }),
    queryRoute({
      path: path("Params"),
      request: QueryParamsRequest,
      response: QueryParamsResponse,
      handle: () => ({ params: paramsOf(keeper.options.feeDenom) }),
    }),
    queryRoute({
      path: path("Pool"),
      request: QueryPoolRequest,
      response: QueryPoolResponse,
      handle(ctx) {
        const power = keeper.validators(ctx).reduce((sum, validator) => sum + validator.power, 0);
        return { pool: { bondedTokens: tokensOf(power).toString(), notBondedTokens: "0" } };
      },
    }),
  ];
}

/** Operator accounts under the prefix that tools expect of validators: `openvaloper1...`. */
function operatorAddresses(prefix: string) {
  const valoper = `${prefix}valoper`;
  return {
    toText: (address: Uint8Array) => toBech32(valoper, address),
    fromText(text: string): Uint8Array {
      try {
        return fromBech32(text, valoper);
      } catch {
        throw sdkErrors.invalidAddress(
          `not a validator address (prefix ${valoper}): ${JSON.stringify(text.slice(0, 80))}`,
        );
      }
    },
  };
}

function tokensOf(power: number): bigint {
  return BigInt(power) * TOKENS_PER_POWER;
}

function statusFilter(status: string): (validator: Validator) => boolean {
  return (validator) => status === "" || status === statusText(validator.status);
}

function statusText(status: BondStatus): string {
  return status === BondStatus.BOND_STATUS_BONDED ? "BOND_STATUS_BONDED" : "BOND_STATUS_UNBONDED";
}

function toCosmos(validator: StakingValidator, operatorAddress: string): Validator {
  const tokens = tokensOf(validator.power);
  const value = PubKey.encode({ key: validator.pubKey }).finish();
  return Validator.fromPartial({
    operatorAddress,
    consensusPubkey: { typeUrl: PubKey.typeUrl, value },
    status: validator.power > 0 ? BondStatus.BOND_STATUS_BONDED : BondStatus.BOND_STATUS_UNBONDED,
    tokens: tokens.toString(),
    delegatorShares: (tokens * DECIMAL).toString(),
    description: { moniker: validator.moniker },
    commission: { commissionRates: { rate: "0", maxRate: "0", maxChangeRate: "0" } },
    minSelfDelegation: "1",
  });
}

function paramsOf(bondDenom: string): Params {
  return Params.fromPartial({
    unbondingTime: { seconds: UNBONDING_SECONDS },
    maxValidators: MAX_VALIDATORS,
    maxEntries: 7,
    historicalEntries: RING_HEIGHTS,
    bondDenom,
    minCommissionRate: "0",
  });
}
