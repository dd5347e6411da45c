import { toBase64 } from "../crypto/bytes.ts";
import { toRfc3339 } from "../types/time.ts";
import { MAX_TOTAL_POWER, MAX_VALIDATORS } from "../types/validator-changes.ts";
import type { Vote, VoteType } from "../types/vote.ts";
import { MAX_ROUND, MAX_SIGNATURE_BYTES } from "./checks.ts";
import { blockIdFromJson, blockIdToJson, type JsonObject, JsonReader, upperHex } from "./comet-json-fields.ts";
import { CodecError } from "./errors.ts";
import { decodeDuplicateVote, encodeDuplicateVote } from "./evidence.ts";
import { MAX_EXTENSION_BYTES } from "./vote.ts";

const KIND = "tendermint/DuplicateVoteEvidence";

const orNull = (bytes: Uint8Array): string | null => (bytes.length === 0 ? null : toBase64(bytes));

export function voteToJson(vote: Vote): JsonObject {
  return {
    type: vote.type,
    height: String(vote.height),
    round: vote.round,
    block_id: blockIdToJson(vote.blockId),
    timestamp: toRfc3339(vote.timestamp),
    validator_address: upperHex(vote.validatorAddress),
    validator_index: vote.validatorIndex,
    signature: orNull(vote.signature),
    extension: orNull(vote.extension),
    extension_signature: orNull(vote.extensionSignature),
  };
}

/** Throws CodecError for JSON that is not a vote. */
export function voteFromJson(json: unknown, path = "vote"): Vote {
  const reader = new JsonReader(json, path);
  return {
    type: reader.int32("type", 1, 2) as VoteType,
    height: reader.safe("height", 1),
    round: reader.int32("round", 0, MAX_ROUND),
    blockId: blockIdFromJson(reader.raw("block_id"), reader.at("block_id")),
    timestamp: reader.time("timestamp"),
    validatorAddress: reader.hex("validator_address", 20),
    validatorIndex: reader.int32("validator_index", 0, MAX_VALIDATORS - 1),
    signature: reader.base64("signature", MAX_SIGNATURE_BYTES),
    extension: reader.base64("extension", MAX_EXTENSION_BYTES),
    extensionSignature: reader.base64("extension_signature", MAX_SIGNATURE_BYTES),
  };
}

/** One encoded piece of evidence as it stands in a block's JSON. Throws CodecError for bytes that are none. */
export function evidenceToJson(encoded: Uint8Array): JsonObject {
  const evidence = decodeDuplicateVote(encoded);
  const value = {
    vote_a: voteToJson(evidence.voteA),
    vote_b: voteToJson(evidence.voteB),
    total_voting_power: String(evidence.totalPower),
    validator_power: String(evidence.validatorPower),
    timestamp: toRfc3339(evidence.timestamp),
  };
  return { type: KIND, value };
}

/** Inverse of {@link evidenceToJson}. Throws CodecError. */
export function evidenceFromJson(json: unknown, path = "evidence"): Uint8Array {
  const outer = new JsonReader(json, path);
  const kind = outer.text("type", 64);
  if (kind !== KIND) throw new CodecError("bad_value", outer.at("type"), `${JSON.stringify(kind)} is not ${KIND}`);
  const reader = outer.object("value");
  return encodeDuplicateVote({
    voteA: voteFromJson(reader.raw("vote_a"), reader.at("vote_a")),
    voteB: voteFromJson(reader.raw("vote_b"), reader.at("vote_b")),
    totalPower: reader.safe("total_voting_power", 1, MAX_TOTAL_POWER),
    validatorPower: reader.safe("validator_power", 1, MAX_TOTAL_POWER),
    timestamp: reader.time("timestamp"),
  });
}
