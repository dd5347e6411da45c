import { Params } from "cosmjs-types/cosmos/auth/v1beta1/auth";
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
import { MAX_MEMO_CHARACTERS } from "../../chain/app/tx/limits.ts";
import { fromBase64, toBase64 } from "../../chain/crypto/bytes.ts";
import { SECP256K1_PUBLIC_KEY_LENGTH } from "../../chain/crypto/keys.ts";
import { type Account, SECP256K1_TYPE } from "./account.ts";
import type { AuthKeeper } from "./keeper.ts";
import { AUTH, accountNumbers, params } from "./keys.ts";

const BASE_ACCOUNT = "/cosmos.auth.v1beta1.BaseAccount";
const MODULE_ACCOUNT = "/cosmos.auth.v1beta1.ModuleAccount";

/** x/auth's defaults. */
const DEFAULTS = {
  max_memo_characters: MAX_MEMO_CHARACTERS,
  tx_sig_limit: 7,
  tx_size_cost_per_byte: 10,
  sig_verify_cost_ed25519: 590,
  sig_verify_cost_secp256k1: 1_000,
} as const;

/** Accounts are numbered in the list's order unless they carry numbers; module accounts that are missing are created. */
export function initGenesis(ctx: Context, keeper: AuthKeeper, state: unknown): void {
  const path = "app_state.auth";
  const root = jsonObject(state ?? {}, path);
  onlyKeys(root, path, ["params", "accounts"]);
  initParams(ctx, jsonObject(root.params ?? {}, `${path}.params`), `${path}.params`);
  const seen = new Set<string>();
  const numbers = new Set<number>();
  let next = 0;
  for (const [i, entry] of jsonList(root.accounts, `${path}.accounts`).entries()) {
    const at = `${path}.accounts[${i}]`;
    const account = readAccount(keeper, jsonObject(entry, at), at, next);
    if (seen.has(account.address)) throw genesisError(at, `repeats the account ${account.address}`);
    if (numbers.has(account.accountNumber)) throw genesisError(at, `repeats account number ${account.accountNumber}`);
    seen.add(account.address);
    numbers.add(account.accountNumber);
    next = Math.max(next, account.accountNumber + 1);
    keeper.put(ctx, account);
  }
  accountNumbers.reset(ctx.kv(AUTH), next);
  for (const module of keeper.options.moduleAccounts) keeper.ensureModule(ctx, module);
}

function initParams(ctx: Context, json: Json, path: string): void {
  onlyKeys(json, path, Object.keys(DEFAULTS));
  const read = (key: keyof typeof DEFAULTS) => BigInt(jsonNumber(json[key], `${path}.${key}`, DEFAULTS[key]));
  params.set(
    ctx.kv(AUTH),
    Params.fromPartial({
      maxMemoCharacters: read("max_memo_characters"),
      txSigLimit: read("tx_sig_limit"),
      txSizeCostPerByte: read("tx_size_cost_per_byte"),
      sigVerifyCostEd25519: read("sig_verify_cost_ed25519"),
      sigVerifyCostSecp256k1: read("sig_verify_cost_secp256k1"),
    }),
  );
}

function readAccount(keeper: AuthKeeper, json: Json, path: string, next: number): Account {
  const isModule = json["@type"] === MODULE_ACCOUNT;
  if (!isModule && json["@type"] !== undefined && json["@type"] !== BASE_ACCOUNT) {
    throw genesisError(`${path}.@type`, `must be ${BASE_ACCOUNT} or ${MODULE_ACCOUNT}`);
  }
  const base = isModule ? jsonObject(json.base_account, `${path}.base_account`) : json;
  const address = jsonText(base.address, `${path}.address`);
  keeper.options.addresses.fromText(address);
  return {
    address,
    pubKey: readPubKey(base.pub_key, `${path}.pub_key`),
    accountNumber: jsonNumber(base.account_number, `${path}.account_number`, next),
    sequence: jsonNumber(base.sequence, `${path}.sequence`, 0),
    module: keeper.moduleOf(address),
  };
}

function readPubKey(json: unknown, path: string): Uint8Array | undefined {
  if (json === undefined || json === null) return undefined;
  const object = jsonObject(json, path);
  if (object["@type"] !== SECP256K1_TYPE) throw genesisError(`${path}.@type`, `must be ${SECP256K1_TYPE}`);
  const key = fromBase64(jsonText(object.key, `${path}.key`));
  if (key.length !== SECP256K1_PUBLIC_KEY_LENGTH) throw genesisError(`${path}.key`, "must have 33 bytes");
  return key;
}

export function exportGenesis(ctx: Context, keeper: AuthKeeper): unknown {
  const stored = params.require(ctx.kv(AUTH));
  const list = [...keeper.all(ctx)].sort((a, b) => a.accountNumber - b.accountNumber);
  return {
    params: {
      max_memo_characters: stored.maxMemoCharacters.toString(),
      tx_sig_limit: stored.txSigLimit.toString(),
      tx_size_cost_per_byte: stored.txSizeCostPerByte.toString(),
      sig_verify_cost_ed25519: stored.sigVerifyCostEd25519.toString(),
      sig_verify_cost_secp256k1: stored.sigVerifyCostSecp256k1.toString(),
    },
    accounts: list.map(writeAccount),
  };
}

function writeAccount(account: Account): unknown {
  const base = {
    address: account.address,
    pub_key: account.pubKey ? { "@type": SECP256K1_TYPE, key: toBase64(account.pubKey) } : null,
    account_number: String(account.accountNumber),
    sequence: String(account.sequence),
  };
  if (account.module === undefined) return { "@type": BASE_ACCOUNT, ...base };
  return { "@type": MODULE_ACCOUNT, base_account: base, name: account.module, permissions: [] };
}
