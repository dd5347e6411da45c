import type { DenomUnit, Metadata } from "cosmjs-types/cosmos/bank/v1beta1/bank";
import { type Amount, parseCoins } from "../../chain/app/coins.ts";
import type { Context } from "../../chain/app/context.ts";
import {
  genesisError,
  type Json,
  jsonList,
  jsonNumber,
  jsonObject,
  jsonText,
  onlyKeys,
} from "../../chain/app/genesis-json.ts";
import type { Bank } from "./keeper.ts";
import { BANK, balances, metadata, supplies } from "./keys.ts";

const PATH = "app_state.bank";

/** Balances, and the supply as a check: it is their sum, and when stated it must be. */
export function initGenesis(ctx: Context, keeper: Bank, state: unknown): void {
  const root = jsonObject(state ?? {}, PATH);
  onlyKeys(root, PATH, ["balances", "supply", "denom_metadata"]);
  const seen = new Set<string>();
  for (const [i, entry] of jsonList(root.balances, `${PATH}.balances`).entries()) {
    const at = `${PATH}.balances[${i}]`;
    const json = jsonObject(entry, at);
    const address = jsonText(json.address, `${at}.address`);
    if (seen.has(address)) throw genesisError(at, `repeats the address ${address}`);
    seen.add(address);
    keeper.mintGenesis(ctx, address, readCoins(json.coins, `${at}.coins`));
  }
  checkSupply(ctx, keeper, root.supply);
  for (const [i, entry] of jsonList(root.denom_metadata, `${PATH}.denom_metadata`).entries()) {
    const at = `${PATH}.denom_metadata[${i}]`;
    const value = readMetadata(jsonObject(entry, at), at);
    metadata.set(ctx.kv(BANK), value.base, value);
  }
}

function readCoins(json: unknown, path: string): Amount[] {
  const coins = jsonList(json, path).map((entry, i) => {
    const coin = jsonObject(entry, `${path}[${i}]`);
    return {
      denom: jsonText(coin.denom, `${path}[${i}].denom`),
      amount: jsonText(coin.amount, `${path}[${i}].amount`),
    };
  });
  return parseCoins(coins);
}

function checkSupply(ctx: Context, keeper: Bank, json: unknown): void {
  for (const { denom, amount } of readCoins(json, `${PATH}.supply`)) {
    const sum = keeper.supply(ctx, denom);
    if (sum !== amount)
      throw genesisError(`${PATH}.supply`, `states ${amount}${denom}, the balances sum to ${sum}${denom}`);
  }
}

function readMetadata(json: Json, path: string): Metadata {
  const text = (key: string) => (json[key] === undefined ? "" : jsonText(json[key], `${path}.${key}`));
  const units = jsonList(json.denom_units, `${path}.denom_units`).map((entry, i): DenomUnit => {
    const at = `${path}.denom_units[${i}]`;
    const unit = jsonObject(entry, at);
    const aliases = jsonList(unit.aliases, `${at}.aliases`).map((alias) => jsonText(alias, `${at}.aliases`));
    return {
      denom: jsonText(unit.denom, `${at}.denom`),
      exponent: jsonNumber(unit.exponent, `${at}.exponent`, 0),
      aliases,
    };
  });
  return {
    description: text("description"),
    denomUnits: units,
    base: jsonText(json.base, `${path}.base`),
    display: text("display"),
    name: text("name"),
    symbol: text("symbol"),
    uri: text("uri"),
    uriHash: text("uri_hash"),
  };
}

export function exportGenesis(ctx: Context, keeper: Bank): unknown {
  const store = ctx.kv(BANK);
  const byAddress = new Map<string, { denom: string; amount: string }[]>();
  for (const [[owner, denom], amount] of balances.iterate(store)) {
    const address = keeper.options.addresses.toText(owner);
    const coins = byAddress.get(address) ?? [];
    coins.push({ denom, amount: amount.toString() });
    byAddress.set(address, coins);
  }
  const supply = [...supplies.iterate(store)].map(([denom, amount]) => ({ denom, amount: amount.toString() }));
  return {
    balances: [...byAddress].map(([address, coins]) => ({ address, coins })),
    supply,
    denom_metadata: [...metadata.iterate(store)].map(([, value]) => writeMetadata(value)),
  };
}

function writeMetadata(value: Metadata): unknown {
  const { description, base, display, name, symbol, uri, uriHash, denomUnits } = value;
  const denom_units = denomUnits.map(({ denom, exponent, aliases }) => ({ denom, exponent, aliases }));
  return { description, denom_units, base, display, name, symbol, uri, uri_hash: uriHash };
}
