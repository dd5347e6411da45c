import type { Params } from "cosmjs-types/cosmos/bank/v1beta1/bank";
import {
  QueryAllBalancesRequest,
  QueryAllBalancesResponse,
  QueryBalanceRequest,
  QueryBalanceResponse,
  QueryDenomMetadataRequest,
  QueryDenomMetadataResponse,
  QueryDenomsMetadataRequest,
  QueryDenomsMetadataResponse,
  QueryParamsRequest,
  QueryParamsResponse,
  QuerySpendableBalanceByDenomRequest,
  QuerySpendableBalanceByDenomResponse,
  QuerySpendableBalancesRequest,
  QuerySpendableBalancesResponse,
  QuerySupplyOfRequest,
  QuerySupplyOfResponse,
  QueryTotalSupplyRequest,
  QueryTotalSupplyResponse,
} from "cosmjs-types/cosmos/bank/v1beta1/query";
import { type Amount, type Coin, isDenom } from "../../chain/app/coins.ts";
import { sdkErrors } from "../../chain/app/errors.ts";
import { type QueryRoute, queryRoute } from "../../chain/app/module.ts";
import { paginate } from "../../chain/app/pagination.ts";
import { mapped } from "../../chain/store/collections/map.ts";
import { bankErrors } from "./errors.ts";
import type { Bank } from "./keeper.ts";
import { BANK, metadata, supplies } from "./keys.ts";

const path = (method: string) => `/cosmos.bank.v1beta1.Query/${method}`;

/** Every denomination may be sent. */
const PARAMS: Params = { sendEnabled: [], defaultSendEnabled: true };

export function queries(keeper: Bank): readonly QueryRoute[] {
  return [...balanceQueries(keeper), ...supplyQueries(keeper), ...metadataQueries()];
}

function toCoin({ denom, amount }: Amount): Coin {
  return { denom, amount: amount.toString() };
}

function checkDenom(denom: string): string {
  if (!isDenom(denom)) throw sdkErrors.invalidCoins(`not a denomination: ${JSON.stringify(denom.slice(0, 140))}`);
  return denom;
}

/** Nothing is locked on this chain: what an account holds it can spend. */
function balanceQueries(keeper: Bank): readonly QueryRoute[] {
  return [
    queryRoute({
      path: path("Balance"),
      request: QueryBalanceRequest,
      response: QueryBalanceResponse,
      handle: (ctx, { address, denom }) => ({
        balance: toCoin({ denom, amount: keeper.balance(ctx, address, checkDenom(denom)) }),
      }),
    }),
    queryRoute({
      path: path("AllBalances"),
      request: QueryAllBalancesRequest,
      response: QueryAllBalancesResponse,
      handle(ctx, { address, pagination: page }) {
        const { items, pagination } = paginate(keeper.coins(ctx, address), page);
        return { balances: items.map(toCoin), pagination };
      },
    }),
    queryRoute({
      path: path("SpendableBalances"),
      request: QuerySpendableBalancesRequest,
      response: QuerySpendableBalancesResponse,
      handle(ctx, { address, pagination: page }) {
        const { items, pagination } = paginate(keeper.coins(ctx, address), page);
        return { balances: items.map(toCoin), pagination };
      },
    }),
    queryRoute({
      path: path("SpendableBalanceByDenom"),
      request: QuerySpendableBalanceByDenomRequest,
      response: QuerySpendableBalanceByDenomResponse,
      handle: (ctx, { address, denom }) => ({
        balance: toCoin({ denom, amount: keeper.balance(ctx, address, checkDenom(denom)) }),
      }),
    }),
  ];
}

function supplyQueries(keeper: Bank): readonly QueryRoute[] {
  return [
    queryRoute({
      path: path("TotalSupply"),
      request: QueryTotalSupplyRequest,
      response: QueryTotalSupplyResponse,
      handle(ctx, { pagination: page }) {
        const { items, pagination } = paginate(supplies.iterate(ctx.kv(BANK)), page);
        return { supply: items.map(([denom, amount]) => toCoin({ denom, amount })), pagination };
      },
    }),
    queryRoute({
      path: path("SupplyOf"),
      request: QuerySupplyOfRequest,
      response: QuerySupplyOfResponse,
      handle: (ctx, { denom }) => ({ amount: toCoin({ denom, amount: keeper.supply(ctx, checkDenom(denom)) }) }),
    }),
    queryRoute({
      path: path("Params"),
      request: QueryParamsRequest,
      response: QueryParamsResponse,
      handle: () => ({ params: PARAMS }),
    }),
  ];
}

function metadataQueries(): readonly QueryRoute[] {
  return [
    queryRoute({
      path: path("DenomMetadata"),
      request: QueryDenomMetadataRequest,
      response: QueryDenomMetadataResponse,
      handle(ctx, { denom }) {
        const missing = () => bankErrors.denomMetadataNotFound(`client metadata for denom ${denom}: key not found`);
        return { metadata: metadata.require(ctx.kv(BANK), checkDenom(denom), missing) };
      },
    }),
    queryRoute({
      path: path("DenomsMetadata"),
      request: QueryDenomsMetadataRequest,
      response: QueryDenomsMetadataResponse,
      handle(ctx, { pagination: page }) {
        const all = mapped(metadata.iterate(ctx.kv(BANK)), ([, value]) => value);
        const { items, pagination } = paginate(all, page);
        return { metadatas: items, pagination };
      },
    }),
  ];
}
