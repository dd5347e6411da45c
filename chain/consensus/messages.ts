import {
  type ConsensusBits,
  ConsensusMessage,
  type ConsensusStatus as WireStatus,
} from "../../proto/gen/openledger/p2p/v1.ts";
import { encodeBytes } from "../../proto/runtime.ts";
import {
  bytesAtMost,
  bytesOfLength,
  decodeCanonical,
  listAtMost,
  MAX_ROUND,
  requirePresent,
  safeInteger,
  smallInteger,
} from "../codec/checks.ts";
import { CodecError } from "../codec/errors.ts";
import { decodePart, encodePart } from "../codec/part.ts";
import { MAX_PARTS } from "../codec/primitives.ts";
import { decodeProposal, decodeVote, encodeProposal } from "../codec/vote.ts";
import { BitArray, MAX_BITS } from "../types/bit-array.ts";
import { MAX_MESSAGE_BYTES, MAX_STATUS_PARTS, MAX_STATUS_ROUNDS, MAX_VOTES_PER_MESSAGE } from "./limits.ts";
import type { Message, RoundStep, Status } from "./message.ts";
import { bytesOfVote } from "./vote-bytes.ts";

const STEPS: readonly RoundStep[] = ["newHeight", "propose", "prevote", "precommit", "commit"];

/** Canonical bytes of a message for a peer. */
export function encodeMessage(message: Message): Uint8Array {
  switch (message.kind) {
    case "status":
      return encodeBytes(ConsensusMessage, { status: statusToWire(message.status) });
    case "proposal":
      return encodeBytes(ConsensusMessage, { proposal: encodeProposal(message.proposal) });
    case "part": {
      const { height, header, part } = message;
      const wire = { height: BigInt(height), total: header.total, root: header.hash, part: encodePart(part) };
      return encodeBytes(ConsensusMessage, { part: wire });
    }
    case "votes":
      return encodeBytes(ConsensusMessage, { votes: { votes: message.votes.map(bytesOfVote) } });
  }
}

/** Throws CodecError for anything but the canonical bytes of a message within all limits. */
export function decodeMessage(bytes: Uint8Array): Message {
  const wire = decodeCanonical(ConsensusMessage, bytes, MAX_MESSAGE_BYTES);
  if (wire.status) return { kind: "status", status: statusFromWire(wire.status) };
  if (wire.proposal) return { kind: "proposal", proposal: decodeProposal(wire.proposal) };
  if (wire.part) {
    const { height, total, root, part } = wire.part;
    return {
      kind: "part",
      height: safeInteger(height, "part.height", 1),
      header: { total: smallInteger(total, "part.total", 1, MAX_PARTS), hash: bytesOfLength(root, "part.root", 32) },
      part: decodePart(part),
    };
  }
  const { votes } = requirePresent(wire.votes, "message.sum");
  if (votes.length === 0) throw new CodecError("bad_value", "votes", "is empty");
  return { kind: "votes", votes: listAtMost(votes, "votes", MAX_VOTES_PER_MESSAGE).map(decodeVote) };
}

function statusToWire(status: Status): WireStatus {
  return {
    height: BigInt(status.height),
    roundPlusOne: status.round + 1,
    step: STEPS.indexOf(status.step) + 1,
    proposal: status.proposal,
    parts: status.parts.map(({ header, have }) => ({ total: header.total, root: header.hash, have: bitsToWire(have) })),
    rounds: status.rounds.map((round) => ({
      ...round,
      prevotes: bitsToWire(round.prevotes),
      precommits: bitsToWire(round.precommits),
    })),
  };
}

function statusFromWire(wire: WireStatus): Status {
  return {
    height: safeInteger(wire.height, "status.height", 1),
    round: smallInteger(wire.roundPlusOne, "status.round_plus_one", 0, MAX_ROUND) - 1,
    step: STEPS[smallInteger(wire.step, "status.step", 1, STEPS.length) - 1] as RoundStep,
    proposal: wire.proposal,
    parts: listAtMost(wire.parts, "status.parts", MAX_STATUS_PARTS).map(({ total, root, have }) => ({
      header: {
        total: smallInteger(total, "status.parts.total", 1, MAX_PARTS),
        hash: bytesOfLength(root, "status.parts.root", 32),
      },
      have: bitsFromWire(have, "status.parts.have", total),
    })),
    rounds: listAtMost(wire.rounds, "status.rounds", MAX_STATUS_ROUNDS).map((round) => ({
      round: smallInteger(round.round, "status.rounds.round", 0, MAX_ROUND),
      prevotes: bitsFromWire(round.prevotes, "status.rounds.prevotes"),
      precommits: bitsFromWire(round.precommits, "status.rounds.precommits"),
      prevoteQuorum: round.prevoteQuorum,
      precommitQuorum: round.precommitQuorum,
    })),
  };
}

function bitsToWire(bits: BitArray): ConsensusBits {
  return { length: bits.length, bits: bits.toBytes() };
}

function bitsFromWire(wire: ConsensusBits | undefined, path: string, expected?: number): BitArray {
  const { length, bits } = requirePresent(wire, path);
  if (expected !== undefined && length !== expected)
    throw new CodecError("bad_length", path, `${length} bits for ${expected}`);
  return BitArray.fromBytes(length, bytesAtMost(bits, path, Math.ceil(MAX_BITS / 8)));
}
