import {
  Bech32PrefixRequest,
  Bech32PrefixResponse,
  QueryAccountInfoRequest,
  QueryAccountInfoResponse,
  QueryAccountRequest,
  QueryAccountResponse,
  QueryAccountsRequest,
  QueryAccountsResponse,
  QueryModuleAccountByNameRequest,
  QueryModuleAccountByNameResponse,
  QueryModuleAccountsRequest,
  QueryModuleAccountsResponse,
  QueryParamsRequest,
  QueryParamsResponse,
} from "cosmjs-types/cosmos/auth/v1beta1/query";
import type { Context } from "../../chain/app/context.ts";
import { type QueryRoute, queryRoute } from "../../chain/app/module.ts";
import { paginate } from "../../chain/app/pagination.ts";
import { type Account, encodeAccount, toBaseAccount } from "./account.ts";
import { authErrors } from "./errors.ts";
import type { AuthKeeper } from "./keeper.ts";
import { AUTH, params } from "./keys.ts";

const path = (method: string) => `/cosmos.auth.v1beta1.Query/${method}`;

export function queries(keeper: AuthKeeper): readonly QueryRoute[] {
  const require = (ctx: Context, address: string): Account => {
    const account = keeper.get(ctx, address);
    if (!account) throw authErrors.accountNotFound(`account ${address} not found: key not found`);
    return account;
  };
  return [
    queryRoute({
      path: path("Account"),
      request: QueryAccountRequest,
      response: QueryAccountResponse,
      handle: (ctx, { address }) => ({ account: encodeAccount(require(ctx, address)) }),
    }),
    queryRoute({
      path: path("AccountInfo"),
      request: QueryAccountInfoRequest,
      response: QueryAccountInfoResponse,
      handle: (ctx, { address }) => ({ info: toBaseAccount(require(ctx, address)) }),
    }),
    queryRoute({
      path: path("Accounts"),
      request: QueryAccountsRequest,
      response: QueryAccountsResponse,
      handle(ctx, request) {
        const { items, pagination } = paginate(keeper.all(ctx), request.pagination);
        return { accounts: items.map(encodeAccount), pagination };
      },
    }),
    queryRoute({
      path: path("Params"),
      request: QueryParamsRequest,
      response: QueryParamsResponse,
      handle: (ctx) => ({ params: params.require(ctx.kv(AUTH)) }),
    }),
    ...moduleAccountQueries(keeper, require),
    queryRoute({
      path: path("Bech32Prefix"),
      request: Bech32PrefixRequest,
      response: Bech32PrefixResponse,
      handle: () => ({ bech32Prefix: keeper.options.addresses.prefix }),
    }),
  ];
}

function moduleAccountQueries(
  keeper: AuthKeeper,
  require: (ctx: Context, address: string) => Account,
): readonly QueryRoute[] {
  const { addresses, moduleAccounts } = keeper.options;
  return [
    queryRoute({
      path: path("ModuleAccounts"),
      request: QueryModuleAccountsRequest,
      response: QueryModuleAccountsResponse,
      handle: (ctx) => ({
        accounts: moduleAccounts.map((name) => encodeAccount(require(ctx, addresses.ofModule(name)))),
      }),
    }),
    queryRoute({
      path: path("ModuleAccountByName"),
      request: QueryModuleAccountByNameRequest,
      response: QueryModuleAccountByNameResponse,
      handle(ctx, { name }) {
        if (!moduleAccounts.includes(name)) throw authErrors.accountNotFound(`no module account is named ${name}`);
        return { account: encodeAccount(require(ctx, addresses.ofModule(name))) };
      },
    }),
  ];
}
