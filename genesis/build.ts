import { type Addresses, addresses } from "../chain/app/addresses.ts";
import { type Amount, formatCoins, parseCoins } from "../chain/app/coins.ts";
import { CHAIN_STATE, readChain } from "../chain/app/init-chain.ts";
import type { ChainOptions } from "../chain/app/options.ts";
import type { Json } from "../chain/codec/comet-json-fields.ts";
import { toBase64 } from "../chain/crypto/bytes.ts";
import type { GenesisDoc } from "../chain/types/genesis.ts";
import type { ConsensusParams } from "../chain/types/params.ts";
import type { Timestamp } from "../chain/types/time.ts";
import { DEFAULT_DENOM, DEFAULT_PREFIX, GENESIS_PARAMS } from "./defaults.ts";
import { GenesisBuildError } from "./errors.ts";

export interface GenesisOptions {
  readonly chainId: string;
  readonly genesisTime: Timestamp;
  /** Bech32 prefix of accounts (default `open`). */
  readonly prefix?: string;
  /** Smallest unit of the coin (default `uopen`). */
  readonly feeDenom?: string;
  readonly initialHeight?: number;
  readonly consensusParams?: ConsensusParams;
  /** Genesis state of modules, by name, in place of their defaults. */
  readonly modules?: Readonly<Record<string, Json>>;
}

export interface GenesisAccount {
  readonly address: string;
  /** Sorted by denomination. */
  readonly coins: readonly Amount[];
}

export interface GenesisValidatorSpec {
  /** Account that operates the validator and is paid. */
  readonly operator: string;
  /** ed25519, 32 bytes. */
  readonly pubKey: Uint8Array;
  readonly power: number;
  readonly moniker: string;
  /** End of the beacon's hash chain, 32 bytes. */
  readonly beaconEnd: Uint8Array;
}

/** The parts of `app_state` that this file writes; the other modules' parts are passed through. */
interface AppState extends Record<string, unknown> {
  readonly auth: { readonly accounts: readonly AuthAccount[] };
  readonly bank: { readonly balances: readonly BankBalance[] };
  readonly staking: { readonly validators: readonly StakingEntry[] };
}

interface AuthAccount {
  readonly "@type": string;
  readonly address: string;
}

interface BankBalance {
  readonly address: string;
  readonly coins: readonly { readonly denom: string; readonly amount: string }[];
}

interface StakingEntry {
  readonly operator: string;
  readonly consensus_pubkey: string;
  readonly power: string;
  readonly moniker: string;
  readonly beacon_end: string;
}

/** A document without accounts and validators; add them, then `validateGenesisState`. */
export function emptyGenesis(options: GenesisOptions): GenesisDoc {
  const { prefix = DEFAULT_PREFIX, feeDenom = DEFAULT_DENOM, modules = {} } = options;
  return {
    genesisTime: options.genesisTime,
    chainId: options.chainId,
    initialHeight: options.initialHeight ?? 1,
    consensusParams: options.consensusParams ?? GENESIS_PARAMS,
    validators: [],
    appHash: new Uint8Array(0),
    appState: {
      [CHAIN_STATE]: { bech32_prefix: prefix, fee_denom: feeDenom },
      auth: { accounts: [] },
      bank: { balances: [], denom_metadata: metadataOf(feeDenom) },
      staking: { validators: [] },
      ...modules,
    },
  };
}

/** A whole document: accounts with coins, validators, module states. Throws GenesisBuildError. */
export function buildGenesis(
  options: GenesisOptions & {
    readonly accounts: readonly GenesisAccount[];
    readonly validators: readonly GenesisValidatorSpec[];
  },
): GenesisDoc {
  const funded = options.accounts.reduce(addGenesisAccount, emptyGenesis(options));
  return options.validators.reduce(addGenesisValidator, funded);
}

/** The document with one more account. Throws `duplicate`, `not_an_address`, `bad_amount`. */
export function addGenesisAccount(doc: GenesisDoc, { address, coins }: GenesisAccount): GenesisDoc {
  const state = appStateOf(doc);
  checkAddress(chainOptionsOf(doc).addresses, address);
  if (state.auth.accounts.some((account) => account.address === address)) {
    throw new GenesisBuildError("duplicate", `account ${address} is in the genesis already`);
  }
  const listed = coins.map(({ denom, amount }) => ({ denom, amount: amount.toString() }));
  try {
    parseCoins(listed);
  } catch {
    throw new GenesisBuildError("bad_amount", `not a sorted list of positive coins: ${formatCoins(coins)}`);
  }
  const account = { "@type": "/cosmos.auth.v1beta1.BaseAccount", address };
  return withState(doc, {
    ...state,
    auth: { ...state.auth, accounts: [...state.auth.accounts, account] },
    bank: { ...state.bank, balances: [...state.bank.balances, { address, coins: listed }] },
  });
}

/** The document with one more validator. Throws `duplicate`, `not_an_address`. */
export function addGenesisValidator(doc: GenesisDoc, validator: GenesisValidatorSpec): GenesisDoc {
  const state = appStateOf(doc);
  checkAddress(chainOptionsOf(doc).addresses, validator.operator);
  const entry: StakingEntry = {
    operator: validator.operator,
    consensus_pubkey: toBase64(validator.pubKey),
    power: String(validator.power),
    moniker: validator.moniker,
    beacon_end: toBase64(validator.beaconEnd),
  };
  const { validators } = state.staking;
  if (validators.some((v) => v.operator === entry.operator || v.consensus_pubkey === entry.consensus_pubkey)) {
    throw new GenesisBuildError("duplicate", `operator ${validator.operator} or its key is a validator already`);
  }
  return withState(doc, { ...state, staking: { ...state.staking, validators: [...validators, entry] } });
}

/** The chain's own parameters, as the application and every tool need them. Throws AppError of codespace `genesis`. */
export function chainOptionsOf(doc: Pick<GenesisDoc, "chainId" | "appState">): ChainOptions {
  const { prefix, feeDenom } = readChain(doc.appState[CHAIN_STATE]);
  return { chainId: doc.chainId, addresses: addresses(prefix), feeDenom };
}

function appStateOf(doc: GenesisDoc): AppState {
  const state = doc.appState as Partial<AppState>;
  return {
    ...doc.appState,
    auth: { ...state.auth, accounts: state.auth?.accounts ?? [] },
    bank: { ...state.bank, balances: state.bank?.balances ?? [] },
    staking: { ...state.staking, validators: state.staking?.validators ?? [] },
  };
}

function withState(doc: GenesisDoc, state: AppState): GenesisDoc {
  return { ...doc, appState: state as GenesisDoc["appState"] };
}

function checkAddress(book: Addresses, address: string): void {
  try {
    book.fromText(address);
  } catch {
    throw new GenesisBuildError("not_an_address", `${address} is not an address with prefix ${book.prefix}`);
  }
}

/** Display unit of a denomination in millionths: `uopen` shows as OPEN. */
function metadataOf(denom: string): Json[] {
  const display = denom.startsWith("u") ? denom.slice(1) : undefined;
  if (!display) return [];
  return [
    {
      description: "The coin that pays for inference and rewards data",
      denom_units: [
        { denom, exponent: 0, aliases: [] },
        { denom: display, exponent: 6, aliases: [] },
      ],
      base: denom,
      display,
      name: display.toUpperCase(),
      symbol: display.toUpperCase(),
    },
  ];
}
