import { toBase64 } from "../crypto/bytes.ts";
import { MAX_AUNTS, type MerkleProof } from "../crypto/merkle.ts";
import type { ConsensusParams } from "../types/params.ts";
import { MAX_TOTAL_POWER, type Validator } from "../types/validator-changes.ts";
import { type JsonObject, JsonReader, upperHex } from "./comet-json-fields.ts";
import { CodecError } from "./errors.ts";

// Keys, validators, parameters and transaction proofs in the JSON of CometBFT v0.38's RPC.

const ED25519 = "tendermint/PubKeyEd25519";

export function pubKeyToJson(pubKey: Uint8Array): JsonObject {
  return { type: ED25519, value: toBase64(pubKey) };
}

/** An ed25519 key. Throws CodecError, `bad_value` for a key of another type. */
export function pubKeyFromJson(json: unknown, path = "pub_key"): Uint8Array {
  const reader = new JsonReader(json, path);
  const type = reader.text("type", 64);
  if (type !== ED25519)
    throw new CodecError("bad_value", reader.at("type"), `${JSON.stringify(type)} is not ${ED25519}`);
  const key = reader.base64("value", 32);
  if (key.length !== 32) throw new CodecError("bad_length", reader.at("value"), `${key.length} bytes, expected 32`);
  return key;
}

export function validatorToJson(validator: Validator): JsonObject {
  return {
    address: upperHex(validator.address),
    pub_key: pubKeyToJson(validator.pubKey),
    voting_power: String(validator.power),
    proposer_priority: String(validator.priority),
  };
}

/** A validator; an absent priority is 0. Throws CodecError. */
export function validatorFromJson(json: unknown, path = "validator"): Validator {
  const reader = new JsonReader(json, path);
  return {
    address: reader.hex("address", 20),
    pubKey: pubKeyFromJson(reader.raw("pub_key"), reader.at("pub_key")),
    power: reader.safe("voting_power", 1, MAX_TOTAL_POWER),
    priority: reader.has("proposer_priority") ? reader.int64("proposer_priority") : 0n,
  };
}

export function consensusParamsToJson(params: ConsensusParams): JsonObject {
  return {
    block: { max_bytes: String(params.block.maxBytes), max_gas: String(params.block.maxGas) },
    evidence: {
      max_age_num_blocks: String(params.evidence.maxAgeNumBlocks),
      max_age_duration: String(params.evidence.maxAgeDurationNs),
      max_bytes: String(params.evidence.maxBytes),
    },
    validator: { pub_key_types: params.validator.pubKeyTypes },
    version: { app: String(params.version.app) },
    abci: { vote_extensions_enable_height: String(params.abci.voteExtensionsEnableHeight) },
  };
}

/** Throws CodecError for JSON that is not consensus parameters; whether they make sense is checked elsewhere. */
export function consensusParamsFromJson(json: unknown, path = "consensus_params"): ConsensusParams {
  const reader = new JsonReader(json, path);
  const [block, evidence] = [reader.object("block"), reader.object("evidence")];
  const types = reader.object("validator").list("pub_key_types", 16);
  const version = reader.has("version") ? reader.object("version") : undefined;
  return {
    block: { maxBytes: block.safe("max_bytes", -1), maxGas: block.safe("max_gas", -1) },
    evidence: {
      maxAgeNumBlocks: evidence.safe("max_age_num_blocks"),
      maxAgeDurationNs: evidence.int64("max_age_duration"),
      maxBytes: evidence.safe("max_bytes"),
    },
    validator: {
      pubKeyTypes: types.map((type, i) => keyTypeName(type, `${reader.at("validator.pub_key_types")}[${i}]`)),
    },
    version: { app: version?.has("app") ? version.int64("app") : 0n },
    abci: { voteExtensionsEnableHeight: extensionHeight(reader) },
  };
}

function extensionHeight(params: JsonReader): number {
  if (!params.has("abci")) return 0;
  const abci = params.object("abci");
  return abci.has("vote_extensions_enable_height") ? abci.safe("vote_extensions_enable_height") : 0;
}

function keyTypeName(json: unknown, path: string): string {
  if (typeof json !== "string" || json.length > 32) throw new CodecError("malformed", path, "is not a key type");
  return json;
}

export function merkleProofToJson(proof: MerkleProof): JsonObject {
  return {
    total: String(proof.total),
    index: String(proof.index),
    leaf_hash: toBase64(proof.leafHash),
    aunts: proof.aunts.map(toBase64),
  };
}

/** `proof` of a `tx` answer: the transaction, its path, and the data hash it leads to. */
export function txProofToJson(tx: Uint8Array, proof: MerkleProof, root: Uint8Array): JsonObject {
  return { root_hash: upperHex(root), data: toBase64(tx), proof: merkleProofToJson(proof) };
}

/** Throws CodecError for JSON that is not a merkle proof. */
export function merkleProofFromJson(json: unknown, path = "proof"): MerkleProof {
  const reader = new JsonReader(json, path);
  const aunts = reader.list("aunts", MAX_AUNTS);
  return {
    total: reader.safe("total"),
    index: reader.safe("index"),
    leafHash: reader.base64("leaf_hash", 32),
    aunts: aunts.map((aunt, i) => new JsonReader({ aunt }, `${reader.at("aunts")}[${i}]`).base64("aunt", 32)),
  };
}
