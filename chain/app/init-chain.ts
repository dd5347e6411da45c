import type { RequestInitChain } from "cosmjs-types/tendermint/abci/types";
import { equalBytes, toHex } from "../crypto/bytes.ts";
import type { ConsensusParams } from "../types/params.ts";
import { APP_STORE, writeParams, writeTime } from "./app-store.ts";
import type { AppContext } from "./context.ts";
import { AppError } from "./errors.ts";
import { genesisError, type Json, jsonObject, jsonText, onlyKeys } from "./genesis-json.ts";
import type { Module, ValidatorUpdate } from "./module.ts";
import type { ChainOptions } from "./options.ts";

/** Key of `app_state` that holds the chain's own parameters. */
export const CHAIN_STATE = "chain";

/** Largest genesis state, in bytes of JSON: a few million accounts. */
const MAX_APP_STATE_BYTES = 512 * 1_024 * 1_024;

/**
 * Fills the empty state from `app_state` and returns the first consensus set. Every error is an AppError of codespace
 * `genesis` that names the place.
 */
export function initGenesis(
  ctx: AppContext,
  input: { readonly request: RequestInitChain; readonly params: ConsensusParams },
  options: { readonly chain: ChainOptions; readonly modules: readonly Module[] },
): readonly ValidatorUpdate[] {
  const { request } = input;
  const { chain, modules } = options;
  if (request.chainId !== chain.chainId) {
    throw genesisError("chain_id", `is ${JSON.stringify(request.chainId)}, this node runs ${chain.chainId}`);
  }
  const state = parseState(request.appStateBytes);
  onlyKeys(state, "app_state", [CHAIN_STATE, ...modules.map(({ name }) => name)]);
  checkChain(state[CHAIN_STATE], chain);
  const store = ctx.kv(APP_STORE);
  writeTime(store, ctx.time);
  writeParams(store, input.params);
  for (const module of modules) {
    try {
      module.initGenesis?.(ctx, state[module.name]);
    } catch (error) {
      throw asGenesisError(error, module.name);
    }
  }
  const validators = modules.flatMap((module) => module.validatorUpdates?.(ctx) ?? []);
  if (validators.length === 0)
    throw genesisError("app_state", "names no validator: add one with `genesis add-validator`");
  checkValidators(request, validators);
  return validators;
}

function parseState(bytes: Uint8Array): Json {
  if (bytes.length > MAX_APP_STATE_BYTES) throw genesisError("app_state", `has ${bytes.length} bytes, too many`);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw genesisError("app_state", "is not JSON");
  }
  return jsonObject(value, "app_state");
}

/** The chain's own parameters in `app_state`, which must be those that the node was started with. */
function checkChain(json: unknown, chain: ChainOptions): void {
  const { prefix, feeDenom } = readChain(json);
  if (prefix !== chain.addresses.prefix) throw genesisError("app_state.chain.bech32_prefix", "differs from the node's");
  if (feeDenom !== chain.feeDenom) throw genesisError("app_state.chain.fee_denom", "differs from the node's");
}

/** Bech32 prefix and fee denomination of an `app_state`. Throws AppError of codespace `genesis`. */
export function readChain(json: unknown): { readonly prefix: string; readonly feeDenom: string } {
  const path = `app_state.${CHAIN_STATE}`;
  const object = jsonObject(json, path);
  onlyKeys(object, path, ["bech32_prefix", "fee_denom"]);
  const prefix = jsonText(object.bech32_prefix, `${path}.bech32_prefix`);
  if (!/^[a-z]{1,16}$/.test(prefix)) throw genesisError(`${path}.bech32_prefix`, "must be 1 to 16 lower-case letters");
  const feeDenom = jsonText(object.fee_denom, `${path}.fee_denom`);
  return { prefix, feeDenom };
}

function asGenesisError(error: unknown, module: string): AppError {
  if (error instanceof AppError && error.codespace === "genesis") return error;
  const reason = error instanceof Error ? error.message : "is malformed";
  return genesisError(`app_state.${module}`, reason.startsWith("is ") ? reason : `is refused: ${reason}`);
}

/** The document's validators, when it lists them, must be the application's. */
function checkValidators(request: RequestInitChain, validators: readonly ValidatorUpdate[]): void {
  if (request.validators.length === 0) return;
  const same =
    request.validators.length === validators.length &&
    request.validators.every(({ pubKey, power }) =>
      validators.some(
        (own) => equalBytes(own.pubKey, pubKey?.ed25519 ?? new Uint8Array(0)) && BigInt(own.power) === power,
      ),
    );
  if (same) return;
  const keys = validators.map(({ pubKey }) => toHex(pubKey).slice(0, 12)).join(", ");
  throw genesisError("validators", `must be those of app_state.staking (${keys})`);
}
