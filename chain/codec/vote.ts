import { Proposal as WireProposal, Vote as WireVote } from "../../proto/gen/tendermint/types.ts";
import { encodeBytes } from "../../proto/runtime.ts";
import { isNil } from "../types/block-id.ts";
import { MAX_VALIDATORS } from "../types/validator-changes.ts";
import { PRECOMMIT, PREVOTE, PROPOSAL, type Proposal, type Vote } from "../types/vote.ts";
import {
  bytesAtMost,
  bytesOfLength,
  decodeCanonical,
  MAX_ROUND,
  safeInteger,
  signatureOf,
  smallInteger,
} from "./checks.ts";
import { CodecError } from "./errors.ts";
import { blockIdFromWire, blockIdToWire, timeFromWire, timeToWire } from "./primitives.ts";

/** Largest vote extension; CometBFT allows 1 MiB, this chain's extensions take at most 96 bytes. */
export const MAX_EXTENSION_BYTES = 4096;

/** Fixed fields of a vote or proposal stay far below this; an extension comes on top. */
const MAX_FIXED_BYTES = 512;

export const MAX_VOTE_BYTES: number = MAX_EXTENSION_BYTES + MAX_FIXED_BYTES;

export function voteToWire(vote: Vote): WireVote {
  return {
    ...vote,
    height: BigInt(vote.height),
    blockId: blockIdToWire(vote.blockId),
    timestamp: timeToWire(vote.timestamp),
  };
}

export function voteFromWire(wire: WireVote, path: string): Vote {
  if (wire.type !== PREVOTE && wire.type !== PRECOMMIT) {
    throw new CodecError("bad_value", `${path}.type`, `${wire.type} is not a vote type`);
  }
  const vote: Vote = {
    type: wire.type,
    height: safeInteger(wire.height, `${path}.height`, 1),
    round: smallInteger(wire.round, `${path}.round`, 0, MAX_ROUND),
    blockId: blockIdFromWire(wire.blockId, `${path}.block_id`),
    timestamp: timeFromWire(wire.timestamp, `${path}.timestamp`),
    validatorAddress: bytesOfLength(wire.validatorAddress, `${path}.validator_address`, 20),
    validatorIndex: smallInteger(wire.validatorIndex, `${path}.validator_index`, 0, MAX_VALIDATORS - 1),
    signature: signatureOf(wire.signature, `${path}.signature`),
    extension: bytesAtMost(wire.extension, `${path}.extension`, MAX_EXTENSION_BYTES),
    extensionSignature: wire.extensionSignature,
  };
  checkExtension(vote, path);
  return vote;
}

// Only a precommit for a block carries an extension, and an extension is never there without its signature.
function checkExtension(vote: Vote, path: string): void {
  const { extension, extensionSignature } = vote;
  if (extensionSignature.length > 0) signatureOf(extensionSignature, `${path}.extension_signature`);
  else if (extension.length > 0) throw new CodecError("bad_value", `${path}.extension_signature`, "is missing");
  if (extensionSignature.length > 0 && (vote.type !== PRECOMMIT || isNil(vote.blockId))) {
    throw new CodecError("bad_value", `${path}.extension`, "belongs to precommits for a block only");
  }
}

/** tendermint.types.Vote. */
export function encodeVote(vote: Vote): Uint8Array {
  return encodeBytes(WireVote, voteToWire(vote));
}

/** Throws CodecError for anything but the canonical bytes of a vote within all limits. */
export function decodeVote(bytes: Uint8Array): Vote {
  return voteFromWire(decodeCanonical(WireVote, bytes, MAX_VOTE_BYTES), "vote");
}

/** tendermint.types.Proposal. */
export function encodeProposal(proposal: Proposal): Uint8Array {
  return encodeBytes(WireProposal, {
    type: PROPOSAL,
    height: BigInt(proposal.height),
    round: proposal.round,
    polRound: proposal.polRound,
    blockId: blockIdToWire(proposal.blockId),
    timestamp: timeToWire(proposal.timestamp),
    signature: proposal.signature,
  });
}

/** Throws CodecError for anything but the canonical bytes of a proposal within all limits. */
export function decodeProposal(bytes: Uint8Array): Proposal {
  const wire = decodeCanonical(WireProposal, bytes, MAX_FIXED_BYTES);
  if (wire.type !== PROPOSAL) throw new CodecError("bad_value", "proposal.type", `is ${wire.type}`);
  const round = smallInteger(wire.round, "proposal.round", 0, MAX_ROUND);
  const blockId = blockIdFromWire(wire.blockId, "proposal.block_id");
  if (isNil(blockId)) throw new CodecError("bad_value", "proposal.block_id", "is nil");
  return {
    height: safeInteger(wire.height, "proposal.height", 1),
    round,
    polRound: smallInteger(wire.polRound, "proposal.pol_round", -1, round - 1),
    blockId,
    timestamp: timeFromWire(wire.timestamp, "proposal.timestamp"),
    signature: signatureOf(wire.signature, "proposal.signature"),
  };
}
