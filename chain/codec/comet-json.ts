import { fromBase64, toBase64 } from "../crypto/bytes.ts";
import type { Block } from "../types/block.ts";
import { type BlockId, NIL_BLOCK_ID } from "../types/block-id.ts";
import type { Commit, CommitFlag, CommitSig } from "../types/commit-sig.ts";
import type { Header } from "../types/header.ts";
import { toRfc3339 } from "../types/time.ts";
import { MAX_VALIDATORS } from "../types/validator-changes.ts";
import { MAX_EVIDENCE, MAX_TXS } from "./block.ts";
import { MAX_CHAIN_ID_LENGTH, MAX_ROUND, MAX_SIGNATURE_BYTES } from "./checks.ts";
import { evidenceFromJson, evidenceToJson } from "./comet-json-evidence.ts";
import { blockIdFromJson, blockIdToJson, type JsonObject, JsonReader, upperHex } from "./comet-json-fields.ts";
import { CodecError } from "./errors.ts";

// Blocks in the JSON of CometBFT v0.38's RPC.

export { evidenceFromJson, evidenceToJson, voteFromJson, voteToJson } from "./comet-json-evidence.ts";
export { blockIdFromJson, blockIdToJson, type Json, type JsonObject, upperHex } from "./comet-json-fields.ts";
export * from "./comet-json-validators.ts";

export function headerToJson(header: Header): JsonObject {
  const { version } = header;
  return {
    // Go leaves out an application version of zero (omitempty).
    version: { block: String(version.block), ...(version.app === 0n ? {} : { app: String(version.app) }) },
    chain_id: header.chainId,
    height: String(header.height),
    time: toRfc3339(header.time),
    last_block_id: blockIdToJson(header.lastBlockId),
    last_commit_hash: upperHex(header.lastCommitHash),
    data_hash: upperHex(header.dataHash),
    validators_hash: upperHex(header.validatorsHash),
    next_validators_hash: upperHex(header.nextValidatorsHash),
    consensus_hash: upperHex(header.consensusHash),
    app_hash: upperHex(header.appHash),
    last_results_hash: upperHex(header.lastResultsHash),
    evidence_hash: upperHex(header.evidenceHash),
    proposer_address: upperHex(header.proposerAddress),
  };
}

/** Throws CodecError for JSON that is not a header. */
export function headerFromJson(json: unknown, path = "header"): Header {
  const reader = new JsonReader(json, path);
  const version = reader.object("version");
  return {
    version: { block: version.int64("block"), app: version.has("app") ? version.int64("app") : 0n },
    chainId: reader.text("chain_id", MAX_CHAIN_ID_LENGTH),
    height: reader.safe("height", 1),
    time: reader.time("time"),
    lastBlockId: blockIdFromJson(reader.raw("last_block_id"), reader.at("last_block_id")),
    lastCommitHash: reader.hex("last_commit_hash", 0, 32),
    dataHash: reader.hex("data_hash", 0, 32),
    validatorsHash: reader.hex("validators_hash", 32),
    nextValidatorsHash: reader.hex("next_validators_hash", 0, 32),
    consensusHash: reader.hex("consensus_hash", 0, 32),
    appHash: reader.hex("app_hash"),
    lastResultsHash: reader.hex("last_results_hash", 0, 32),
    evidenceHash: reader.hex("evidence_hash", 0, 32),
    proposerAddress: reader.hex("proposer_address", 0, 20),
  };
}

function commitSigToJson(sig: CommitSig): JsonObject {
  return {
    block_id_flag: sig.flag,
    validator_address: upperHex(sig.validatorAddress),
    timestamp: toRfc3339(sig.timestamp),
    signature: sig.signature.length === 0 ? null : toBase64(sig.signature),
  };
}

function commitSigFromJson(json: unknown, path: string): CommitSig {
  const reader = new JsonReader(json, path);
  return {
    flag: reader.int32("block_id_flag", 1, 3) as CommitFlag,
    validatorAddress: reader.hex("validator_address", 0, 20),
    timestamp: reader.time("timestamp"),
    signature: reader.base64("signature", MAX_SIGNATURE_BYTES),
  };
}

/** A commit; undefined gives the empty one of a first block. */
export function commitToJson(commit: Commit | undefined): JsonObject {
  return {
    height: String(commit?.height ?? 0),
    round: commit?.round ?? 0,
    block_id: blockIdToJson(commit?.blockId ?? NIL_BLOCK_ID),
    signatures: (commit?.signatures ?? []).map(commitSigToJson),
  };
}

/** Inverse of {@link commitToJson}: height 0 and null are no commit. Throws CodecError. */
export function commitFromJson(json: unknown, path = "commit"): Commit | undefined {
  if (json === null || json === undefined) return undefined;
  const reader = new JsonReader(json, path);
  const height = reader.safe("height");
  const signatures = reader.list("signatures", MAX_VALIDATORS);
  if (height === 0 && signatures.length === 0) return undefined;
  return {
    height,
    round: reader.int32("round", 0, MAX_ROUND),
    blockId: blockIdFromJson(reader.raw("block_id"), reader.at("block_id")),
    signatures: signatures.map((sig, i) => commitSigFromJson(sig, `${reader.at("signatures")}[${i}]`)),
  };
}

export function blockToJson(block: Block): JsonObject {
  return {
    header: headerToJson(block.header),
    data: { txs: block.txs.map(toBase64) },
    evidence: { evidence: block.evidence.map(evidenceToJson) },
    last_commit: commitToJson(block.lastCommit),
  };
}

/** Throws CodecError for JSON that is not a block. */
export function blockFromJson(json: unknown, path = "block"): Block {
  const reader = new JsonReader(json, path);
  const evidence = reader.object("evidence").list("evidence", MAX_EVIDENCE);
  return {
    header: headerFromJson(reader.raw("header"), reader.at("header")),
    txs: reader
      .object("data")
      .list("txs", MAX_TXS)
      .map((tx, i) => txFromJson(tx, `${reader.at("data.txs")}[${i}]`)),
    evidence: evidence.map((item, i) => evidenceFromJson(item, `${reader.at("evidence")}[${i}]`)),
    lastCommit: commitFromJson(reader.raw("last_commit"), reader.at("last_commit")),
  };
}

function txFromJson(json: unknown, path: string): Uint8Array {
  if (typeof json !== "string") throw new CodecError("malformed", path, "is not base64 text");
  try {
    return fromBase64(json);
  } catch {
    throw new CodecError("malformed", path, "is not base64 text");
  }
}

/** `block_meta` of the `blockchain` and `block_search` answers. */
export function blockMetaToJson(meta: {
  readonly blockId: BlockId;
  readonly blockSize: number;
  readonly header: Header;
  readonly numTxs: number;
}): JsonObject {
  return {
    block_id: blockIdToJson(meta.blockId),
    block_size: String(meta.blockSize),
    header: headerToJson(meta.header),
    num_txs: String(meta.numTxs),
  };
}
