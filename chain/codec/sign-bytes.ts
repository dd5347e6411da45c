import protobuf from "protobufjs/minimal.js";
import {
  type CanonicalBlockID,
  CanonicalProposal,
  CanonicalVote,
  CanonicalVoteExtension,
} from "../../proto/gen/tendermint/types.ts";
import type { MessageCodec } from "../../proto/runtime.ts";
import { type BlockId, isNil } from "../types/block-id.ts";
import { PROPOSAL, type Proposal, type Vote } from "../types/vote.ts";
import { timeToWire } from "./primitives.ts";

// The bytes that validators sign: length-delimited canonical messages (CometBFT types/canonical.go). Times are always
// written, even the zero time; block ids of votes for nil are not.

function canonicalBlockId(id: BlockId): CanonicalBlockID | undefined {
  return isNil(id) ? undefined : { hash: id.hash, partSetHeader: { total: id.parts.total, hash: id.parts.hash } };
}

function delimited<T>(codec: MessageCodec<T>, message: T): Uint8Array {
  const writer = new protobuf.Writer();
  codec.encode(message, writer.fork());
  return writer.ldelim().finish().slice();
}

/** Sign bytes of a prevote or precommit; neither the validator nor the extension is part of them. */
export function voteSignBytes(
  chainId: string,
  vote: Pick<Vote, "type" | "height" | "round" | "blockId" | "timestamp">,
): Uint8Array {
  return delimited(CanonicalVote, {
    type: vote.type,
    height: BigInt(vote.height),
    round: BigInt(vote.round),
    blockId: canonicalBlockId(vote.blockId),
    timestamp: timeToWire(vote.timestamp),
    chainId,
  });
}

/** Sign bytes of a precommit's extension: bound to height and round, not to the block. */
export function voteExtensionSignBytes(
  chainId: string,
  vote: Pick<Vote, "extension" | "height" | "round">,
): Uint8Array {
  return delimited(CanonicalVoteExtension, {
    extension: vote.extension,
    height: BigInt(vote.height),
    round: BigInt(vote.round),
    chainId,
  });
}

export function proposalSignBytes(chainId: string, proposal: Omit<Proposal, "signature">): Uint8Array {
  return delimited(CanonicalProposal, {
    type: PROPOSAL,
    height: BigInt(proposal.height),
    round: BigInt(proposal.round),
    polRound: BigInt(proposal.polRound),
    blockId: canonicalBlockId(proposal.blockId),
    timestamp: timeToWire(proposal.timestamp),
    chainId,
  });
}
