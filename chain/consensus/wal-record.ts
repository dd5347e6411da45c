import { type WalBlockId, WalRecord } from "../../proto/gen/openledger/consensus/v1.ts";
import { encodeBytes } from "../../proto/runtime.ts";
import {
  bytesOfLength,
  decodeCanonical,
  MAX_ROUND,
  requirePresent,
  safeInteger,
  smallInteger,
} from "../codec/checks.ts";
import { CodecError } from "../codec/errors.ts";
import { decodePart, encodePart } from "../codec/part.ts";
import { MAX_PARTS } from "../codec/primitives.ts";
import { decodeProposal, decodeVote, encodeProposal } from "../codec/vote.ts";
import { concatBytes } from "../crypto/hash.ts";
import type { BlockId } from "../types/block-id.ts";
import { PRECOMMIT, PREVOTE, PROPOSAL } from "../types/vote.ts";
import type { LoggedInput, SignRefused } from "./input.ts";
import { MAX_WAL_RECORD_BYTES } from "./limits.ts";
import type { TimeoutStep } from "./timeouts.ts";
import { bytesOfVote } from "./vote-bytes.ts";
import { WalError } from "./wal.ts";

/** One record of the log: an input of the height, or the end of a height. */
export type LogRecord =
  | { readonly kind: "input"; readonly input: LoggedInput }
  | { readonly kind: "endHeight"; readonly height: number };

const STEPS: readonly TimeoutStep[] = ["propose", "prevote", "precommit", "commit"];

export function encodeEndHeight(height: number): Uint8Array {
  return encodeBytes(WalRecord, { endHeight: { height: BigInt(height) } });
}

export function encodeInput(input: LoggedInput): Uint8Array {
  return encodeBytes(WalRecord, toWire(input));
}

/** Throws WalError `bad_record`; `position` is the record's number in the log. */
export function decodeRecord(payload: Uint8Array, position: number): LogRecord {
  try {
    return fromWire(decodeCanonical(WalRecord, payload, MAX_WAL_RECORD_BYTES));
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    throw new WalError("bad_record", position, `record ${position} of the log: ${error.message}`);
  }
}

function toWire(input: LoggedInput): WalRecord {
  switch (input.kind) {
    case "proposalReceived":
      return { proposal: encodeProposal(input.proposal) };
    case "partReceived": {
      const { height, header, part } = input;
      return { part: { height: BigInt(height), total: header.total, root: header.hash, part: encodePart(part) } };
    }
    case "votesReceived":
      return { votes: { votes: input.votes.map(bytesOfVote) } };
    case "timeout":
      return { timeout: { height: BigInt(input.height), round: input.round, step: STEPS.indexOf(input.step) + 1 } };
    case "prepared": {
      const { height, round, block } = input;
      const blockId = block && blockIdToWire(block.blockId);
      return { prepared: { height: BigInt(height), round, blockId, parts: block?.parts.map(encodePart) ?? [] } };
    }
    case "processed": {
      const { height, blockId, accept } = input;
      return { processed: { height: BigInt(height), blockId: blockIdToWire(blockId), accept } };
    }
    case "extended": {
      const { height, round, blockId, extension } = input;
      return { extended: { height: BigInt(height), round, blockId: blockIdToWire(blockId), extension } };
    }
    case "signedVote":
      return { signedVote: bytesOfVote(input.vote) };
    case "signedProposal":
      return { signedProposal: encodeProposal(input.proposal) };
    case "signRefused": {
      const type = input.type === "proposal" ? PROPOSAL : input.type;
      return { signRefused: { height: BigInt(input.height), round: input.round, type } };
    }
  }
}

function fromWire(wire: WalRecord): LogRecord {
  if (wire.endHeight) return { kind: "endHeight", height: heightOf(wire.endHeight.height, 0) };
  return { kind: "input", input: inputFromWire(wire) };
}

function inputFromWire(wire: WalRecord): LoggedInput {
  const peer = undefined;
  if (wire.proposal) return { kind: "proposalReceived", peer, proposal: decodeProposal(wire.proposal) };
  if (wire.part) {
    const { height, total, root, part } = wire.part;
    const header = headerFromWire(total, root);
    return { kind: "partReceived", peer, height: heightOf(height), header, part: decodePart(part) };
  }
  if (wire.votes) return { kind: "votesReceived", peer, votes: wire.votes.votes.map(decodeVote) };
  if (wire.timeout) {
    const { height, round, step } = wire.timeout;
    const name = STEPS[smallInteger(step, "timeout.step", 1, STEPS.length) - 1] as TimeoutStep;
    return { kind: "timeout", height: heightOf(height), round: roundOf(round), step: name };
  }
  if (wire.signedVote) return { kind: "signedVote", vote: decodeVote(wire.signedVote) };
  if (wire.signedProposal) return { kind: "signedProposal", proposal: decodeProposal(wire.signedProposal) };
  return answerFromWire(wire);
}

function answerFromWire(wire: WalRecord): LoggedInput {
  if (wire.prepared) return preparedFromWire(wire.prepared);
  if (wire.processed) {
    const { height, blockId, accept } = wire.processed;
    return { kind: "processed", height: heightOf(height), blockId: blockIdFromWire(blockId), accept };
  }
  if (wire.extended) {
    const { height, round, blockId, extension } = wire.extended;
    const at = { height: heightOf(height), round: roundOf(round) };
    return { kind: "extended", ...at, blockId: blockIdFromWire(blockId), extension };
  }
  const { height, round, type } = requirePresent(wire.signRefused, "record.sum");
  return { kind: "signRefused", height: heightOf(height), round: roundOf(round), type: refusedType(type) };
}

function preparedFromWire(wire: NonNullable<WalRecord["prepared"]>): LoggedInput {
  const at = { height: heightOf(wire.height), round: roundOf(wire.round) };
  if (!wire.blockId) return { kind: "prepared", ...at, block: undefined };
  const parts = wire.parts.map(decodePart);
  const blockBytes = concatBytes(...parts.map((part) => part.bytes));
  return { kind: "prepared", ...at, block: { blockId: blockIdFromWire(wire.blockId), blockBytes, parts } };
}

function refusedType(type: number): SignRefused["type"] {
  if (type === PROPOSAL) return "proposal";
  if (type === PREVOTE || type === PRECOMMIT) return type;
  throw new CodecError("bad_value", "sign_refused.type", `${type} is not a message type`);
}

function blockIdToWire(id: BlockId): WalBlockId {
  return { hash: id.hash, total: id.parts.total, root: id.parts.hash };
}

function blockIdFromWire(wire: WalBlockId | undefined): BlockId {
  const { hash, total, root } = requirePresent(wire, "block_id");
  return { hash: bytesOfLength(hash, "block_id.hash", 32), parts: headerFromWire(total, root) };
}

function headerFromWire(total: number, root: Uint8Array): BlockId["parts"] {
  return { total: smallInteger(total, "total", 1, MAX_PARTS), hash: bytesOfLength(root, "root", 32) };
}

function heightOf(height: bigint, low = 1): number {
  return safeInteger(height, "height", low);
}

function roundOf(round: number): number {
  return smallInteger(round, "round", 0, MAX_ROUND);
}
