// Generated from the .proto files by `npm run proto`. Do not edit.
import { message, type MessageCodec } from "../../../runtime.ts";

export interface WalBlockId {
  readonly hash: Uint8Array;
  readonly total: number;
  readonly root: Uint8Array;
}
export const WalBlockId: MessageCodec<WalBlockId> = message<WalBlockId>("openledger.consensus.v1.WalBlockId", () => [
  { no: 1, name: "hash", json: "hash", type: "bytes" },
  { no: 2, name: "total", json: "total", type: "uint32" },
  { no: 3, name: "root", json: "root", type: "bytes" },
]);

export interface WalPart {
  readonly height: bigint;
  readonly total: number;
  readonly root: Uint8Array;
  readonly part: Uint8Array;
}
export const WalPart: MessageCodec<WalPart> = message<WalPart>("openledger.consensus.v1.WalPart", () => [
  { no: 1, name: "height", json: "height", type: "uint64" },
  { no: 2, name: "total", json: "total", type: "uint32" },
  { no: 3, name: "root", json: "root", type: "bytes" },
  { no: 4, name: "part", json: "part", type: "bytes" },
]);

export interface WalVotes {
  readonly votes: readonly Uint8Array[];
}
export const WalVotes: MessageCodec<WalVotes> = message<WalVotes>("openledger.consensus.v1.WalVotes", () => [
  { no: 1, name: "votes", json: "votes", type: "bytes", repeated: true },
]);

export interface WalTimeout {
  readonly height: bigint;
  readonly round: number;
  /** 1 propose, 2 prevote, 3 precommit, 4 commit. */
  readonly step: number;
}
export const WalTimeout: MessageCodec<WalTimeout> = message<WalTimeout>("openledger.consensus.v1.WalTimeout", () => [
  { no: 1, name: "height", json: "height", type: "uint64" },
  { no: 2, name: "round", json: "round", type: "uint32" },
  { no: 3, name: "step", json: "step", type: "uint32" },
]);

export interface WalPrepared {
  readonly height: bigint;
  readonly round: number;
  /** Absent when the node let its turn pass. */
  readonly blockId: WalBlockId | undefined;
  /** tendermint.types.Part, in order: together the block. */
  readonly parts: readonly Uint8Array[];
}
export const WalPrepared: MessageCodec<WalPrepared> = message<WalPrepared>("openledger.consensus.v1.WalPrepared", () => [
  { no: 1, name: "height", json: "height", type: "uint64" },
  { no: 2, name: "round", json: "round", type: "uint32" },
  { no: 3, name: "blockId", json: "block_id", type: "message", message: () => WalBlockId },
  { no: 4, name: "parts", json: "parts", type: "bytes", repeated: true },
]);

export interface WalProcessed {
  readonly height: bigint;
  readonly blockId: WalBlockId | undefined;
  readonly accept: boolean;
}
export const WalProcessed: MessageCodec<WalProcessed> = message<WalProcessed>("openledger.consensus.v1.WalProcessed", () => [
  { no: 1, name: "height", json: "height", type: "uint64" },
  { no: 2, name: "blockId", json: "block_id", type: "message", message: () => WalBlockId },
  { no: 3, name: "accept", json: "accept", type: "bool" },
]);

export interface WalExtended {
  readonly height: bigint;
  readonly round: number;
  readonly blockId: WalBlockId | undefined;
  readonly extension: Uint8Array;
}
export const WalExtended: MessageCodec<WalExtended> = message<WalExtended>("openledger.consensus.v1.WalExtended", () => [
  { no: 1, name: "height", json: "height", type: "uint64" },
  { no: 2, name: "round", json: "round", type: "uint32" },
  { no: 3, name: "blockId", json: "block_id", type: "message", message: () => WalBlockId },
  { no: 4, name: "extension", json: "extension", type: "bytes" },
]);

export interface WalSignRefused {
  readonly height: bigint;
  readonly round: number;
  /** 1 prevote, 2 precommit, 32 proposal. */
  readonly type: number;
}
export const WalSignRefused: MessageCodec<WalSignRefused> = message<WalSignRefused>("openledger.consensus.v1.WalSignRefused", () => [
  { no: 1, name: "height", json: "height", type: "uint64" },
  { no: 2, name: "round", json: "round", type: "uint32" },
  { no: 3, name: "type", json: "type", type: "uint32" },
]);

export interface WalEndHeight {
  readonly height: bigint;
}
export const WalEndHeight: MessageCodec<WalEndHeight> = message<WalEndHeight>("openledger.consensus.v1.WalEndHeight", () => [
  { no: 1, name: "height", json: "height", type: "uint64" },
]);

export interface WalRecord {
  readonly endHeight?: WalEndHeight | undefined;
  readonly proposal?: Uint8Array | undefined;
  readonly part?: WalPart | undefined;
  readonly votes?: WalVotes | undefined;
  readonly timeout?: WalTimeout | undefined;
  readonly prepared?: WalPrepared | undefined;
  readonly processed?: WalProcessed | undefined;
  readonly extended?: WalExtended | undefined;
  readonly signedVote?: Uint8Array | undefined;
  readonly signedProposal?: Uint8Array | undefined;
  readonly signRefused?: WalSignRefused | undefined;
}
export const WalRecord: MessageCodec<WalRecord> = message<WalRecord>("openledger.consensus.v1.WalRecord", () => [
  { no: 1, name: "endHeight", json: "end_height", type: "message", message: () => WalEndHeight, oneof: "sum" },
  { no: 2, name: "proposal", json: "proposal", type: "bytes", oneof: "sum" },
  { no: 3, name: "part", json: "part", type: "message", message: () => WalPart, oneof: "sum" },
  { no: 4, name: "votes", json: "votes", type: "message", message: () => WalVotes, oneof: "sum" },
  { no: 5, name: "timeout", json: "timeout", type: "message", message: () => WalTimeout, oneof: "sum" },
  { no: 6, name: "prepared", json: "prepared", type: "message", message: () => WalPrepared, oneof: "sum" },
  { no: 7, name: "processed", json: "processed", type: "message", message: () => WalProcessed, oneof: "sum" },
  { no: 8, name: "extended", json: "extended", type: "message", message: () => WalExtended, oneof: "sum" },
  { no: 9, name: "signedVote", json: "signed_vote", type: "bytes", oneof: "sum" },
  { no: 10, name: "signedProposal", json: "signed_proposal", type: "bytes", oneof: "sum" },
  { no: 11, name: "signRefused", json: "sign_refused", type: "message", message: () => WalSignRefused, oneof: "sum" },
]);

/** What the sign guard remembers: the last message that this key signed. */
export interface SignState {
  /** tendermint.types.Vote */
  readonly vote?: Uint8Array | undefined;
  /** tendermint.types.Proposal */
  readonly proposal?: Uint8Array | undefined;
  /** sha256 of the fields above, so that a damaged file is noticed. */
  readonly checksum: Uint8Array;
}
export const SignState: MessageCodec<SignState> = message<SignState>("openledger.consensus.v1.SignState", () => [
  { no: 1, name: "vote", json: "vote", type: "bytes", oneof: "last" },
  { no: 2, name: "proposal", json: "proposal", type: "bytes", oneof: "last" },
  { no: 3, name: "checksum", json: "checksum", type: "bytes" },
]);
