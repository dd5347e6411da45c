import { type JsonObject, JsonReader, upperHex } from "../codec/comet-json-fields.ts";
import {
  consensusParamsFromJson,
  consensusParamsToJson,
  pubKeyFromJson,
  pubKeyToJson,
} from "../codec/comet-json-validators.ts";
import { CodecError } from "../codec/errors.ts";
import { equalBytes, toHex } from "../crypto/bytes.ts";
import { sha256 } from "../crypto/hash.ts";
import { addressOfEd25519 } from "../crypto/keys.ts";
import { type ConsensusParams, DEFAULT_CONSENSUS_PARAMS, ParamsError, validateParams } from "./params.ts";
import { isZeroTime, type Timestamp, toRfc3339 } from "./time.ts";
import { MAX_TOTAL_POWER, MAX_VALIDATORS } from "./validator-changes.ts";
import { ValidatorError } from "./validator-errors.ts";
import { ValidatorSet } from "./validator-set.ts";

export interface GenesisValidator {
  readonly pubKey: Uint8Array;
  readonly power: number;
  readonly name: string;
}

/** The document that every node of a chain starts from, in CometBFT's shape. */
export interface GenesisDoc {
  readonly genesisTime: Timestamp;
  readonly chainId: string;
  readonly initialHeight: number;
  readonly consensusParams: ConsensusParams;
  /** May be empty: then the application names the validators. */
  readonly validators: readonly GenesisValidator[];
  /** Expected application hash before the first block; empty for not said. */
  readonly appHash: Uint8Array;
  /** The application's own part, not looked into here. */
  readonly appState: JsonObject;
}

/**
 * What is wrong with a genesis document; the message names the key and says what to write there.
 *
 * - `bad_json`: not JSON, or of another shape
 * - `bad_chain_id`, `bad_time`, `bad_height`, `bad_params`, `bad_validators`, `bad_app_state`
 */
export type GenesisErrorCode =
  | "bad_json"
  | "bad_chain_id"
  | "bad_time"
  | "bad_height"
  | "bad_params"
  | "bad_validators"
  | "bad_app_state";

export class GenesisError extends Error {
  readonly code: GenesisErrorCode;
  constructor(code: GenesisErrorCode, message: string) {
    super(message);
    this.name = "GenesisError";
    this.code = code;
  }
}

/** Chain ids become folder names and topic names, so only these characters. */
const CHAIN_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,49}$/;

/** Parses and validates the text of a genesis file. Throws GenesisError. */
export function parseGenesis(text: string): GenesisDoc {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new GenesisError(
      "bad_json",
      `the genesis file is not JSON (${reason}); copy it again from the network's source`,
    );
  }
  return genesisFromJson(json);
}

/** Reads and validates a genesis document. Throws GenesisError. */
export function genesisFromJson(json: unknown): GenesisDoc {
  try {
    const doc = readGenesis(new JsonReader(json, "genesis"));
    validateGenesis(doc);
    return doc;
  } catch (error) {
    if (error instanceof CodecError) throw new GenesisError("bad_json", `${error.message}; correct this key`);
    throw error;
  }
}

function readGenesis(reader: JsonReader): GenesisDoc {
  const params = reader.raw("consensus_params");
  const state = reader.raw("app_state") ?? {};
  if (typeof state !== "object" || Array.isArray(state)) {
    throw new GenesisError("bad_app_state", "genesis.app_state must be an object with one key a module");
  }
  if (!reader.has("genesis_time")) {
    throw new GenesisError("bad_time", "genesis.genesis_time is missing; write the start as 2030-01-01T00:00:00Z");
  }
  return {
    genesisTime: reader.time("genesis_time"),
    chainId: reader.text("chain_id", 1024),
    initialHeight: reader.has("initial_height") ? reader.safe("initial_height") || 1 : 1,
    consensusParams:
      params === undefined ? DEFAULT_CONSENSUS_PARAMS : consensusParamsFromJson(params, reader.at("consensus_params")),
    validators: reader.list("validators", MAX_VALIDATORS).map(readValidator),
    appHash: reader.hex("app_hash"),
    appState: state as JsonObject,
  };
}

function readValidator(json: unknown, index: number): GenesisValidator {
  const reader = new JsonReader(json, `genesis.validators[${index}]`);
  const pubKey = pubKeyFromJson(reader.raw("pub_key"), reader.at("pub_key"));
  if (reader.text("address", 64) !== "" && !equalBytes(reader.hex("address"), addressOfEd25519(pubKey))) {
    const expected = upperHex(addressOfEd25519(pubKey));
    throw new GenesisError("bad_validators", `${reader.at("address")} is not of its pub_key; write ${expected} or ""`);
  }
  return { pubKey, power: reader.safe("power", 0, MAX_TOTAL_POWER), name: reader.text("name", 128) };
}

/** Throws GenesisError unless a chain can start from the document. */
export function validateGenesis(doc: GenesisDoc): void {
  if (!CHAIN_ID.test(doc.chainId)) {
    const shown = JSON.stringify(doc.chainId.slice(0, 60));
    throw new GenesisError(
      "bad_chain_id",
      `genesis.chain_id ${shown} must have 1..50 letters, digits, dots, dashes or underscores, such as openledger-1`,
    );
  }
  if (isZeroTime(doc.genesisTime)) throw new GenesisError("bad_time", "genesis.genesis_time must be set");
  if (!Number.isSafeInteger(doc.initialHeight) || doc.initialHeight < 1) {
    throw new GenesisError("bad_height", `genesis.initial_height ${doc.initialHeight} must be 1 or more`);
  }
  try {
    validateParams(doc.consensusParams);
    if (doc.validators.length > 0) ValidatorSet.of(doc.validators);
  } catch (error) {
    if (error instanceof ParamsError)
      throw new GenesisError("bad_params", `genesis.consensus_params: ${error.message}`);
    if (error instanceof ValidatorError)
      throw new GenesisError("bad_validators", `genesis.validators: ${error.message}`);
    throw error;
  }
}

export function genesisToJson(doc: GenesisDoc): JsonObject {
  return {
    genesis_time: toRfc3339(doc.genesisTime),
    chain_id: doc.chainId,
    initial_height: String(doc.initialHeight),
    consensus_params: consensusParamsToJson(doc.consensusParams),
    validators: doc.validators.map(({ pubKey, power, name }) => ({
      address: upperHex(addressOfEd25519(pubKey)),
      pub_key: pubKeyToJson(pubKey),
      power: String(power),
      name,
    })),
    app_hash: upperHex(doc.appHash),
    app_state: doc.appState,
  };
}

/** Text of a genesis file; the same document gives the same text. */
export function serializeGenesis(doc: GenesisDoc): string {
  return `${JSON.stringify(genesisToJson(doc), undefined, 2)}\n`;
}

/** Lower-case hex that tells two genesis documents apart, whatever the spacing of their files. */
export function genesisHash(doc: GenesisDoc): string {
  return toHex(sha256(new TextEncoder().encode(serializeGenesis(doc))));
}
