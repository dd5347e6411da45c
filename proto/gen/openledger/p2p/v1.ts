// Generated from the .proto files by `npm run proto`. Do not edit.
import { message, type MessageCodec } from "../../../runtime.ts";

export interface BlobsHaveRequest {
  /** At most 256 ids of 32 bytes. */
  readonly ids: readonly Uint8Array[];
}
export const BlobsHaveRequest: MessageCodec<BlobsHaveRequest> = message<BlobsHaveRequest>("openledger.p2p.v1.BlobsHaveRequest", () => [
  { no: 1, name: "ids", json: "ids", type: "bytes", repeated: true },
]);

export interface BlobsHaveResponse {
  /** One entry for each id asked, in order. */
  readonly have: readonly boolean[];
}
export const BlobsHaveResponse: MessageCodec<BlobsHaveResponse> = message<BlobsHaveResponse>("openledger.p2p.v1.BlobsHaveResponse", () => [
  { no: 1, name: "have", json: "have", type: "bool", repeated: true },
]);

export interface BlobsGetRequest {
  readonly id: Uint8Array;
}
export const BlobsGetRequest: MessageCodec<BlobsGetRequest> = message<BlobsGetRequest>("openledger.p2p.v1.BlobsGetRequest", () => [
  { no: 1, name: "id", json: "id", type: "bytes" },
]);

export interface BlobsGetResponse {
  readonly found: boolean;
  /** The blob, whose sha256 is the id asked. */
  readonly data: Uint8Array;
}
export const BlobsGetResponse: MessageCodec<BlobsGetResponse> = message<BlobsGetResponse>("openledger.p2p.v1.BlobsGetResponse", () => [
  { no: 1, name: "found", json: "found", type: "bool" },
  { no: 2, name: "data", json: "data", type: "bytes" },
]);

export interface BlobsRequest {
  readonly have?: BlobsHaveRequest | undefined;
  readonly get?: BlobsGetRequest | undefined;
}
export const BlobsRequest: MessageCodec<BlobsRequest> = message<BlobsRequest>("openledger.p2p.v1.BlobsRequest", () => [
  { no: 1, name: "have", json: "have", type: "message", message: () => BlobsHaveRequest, oneof: "sum" },
  { no: 2, name: "get", json: "get", type: "message", message: () => BlobsGetRequest, oneof: "sum" },
]);

export interface BlobsResponse {
  readonly have?: BlobsHaveResponse | undefined;
  readonly get?: BlobsGetResponse | undefined;
}
export const BlobsResponse: MessageCodec<BlobsResponse> = message<BlobsResponse>("openledger.p2p.v1.BlobsResponse", () => [
  { no: 1, name: "have", json: "have", type: "message", message: () => BlobsHaveResponse, oneof: "sum" },
  { no: 2, name: "get", json: "get", type: "message", message: () => BlobsGetResponse, oneof: "sum" },
]);

/** A large artefact: its chunks, each a blob, in order. Its own sha256 names the artefact. */
export interface BlobManifest {
  /** Always "openledger/blob-manifest/v1". */
  readonly kind: string;
  /** Bytes of the whole artefact. */
  readonly size: bigint;
  readonly chunks: readonly Uint8Array[];
}
export const BlobManifest: MessageCodec<BlobManifest> = message<BlobManifest>("openledger.p2p.v1.BlobManifest", () => [
  { no: 1, name: "kind", json: "kind", type: "string" },
  { no: 2, name: "size", json: "size", type: "uint64" },
  { no: 3, name: "chunks", json: "chunks", type: "bytes", repeated: true },
]);

export interface BlocksStatusRequest {}
export const BlocksStatusRequest: MessageCodec<BlocksStatusRequest> = message<BlocksStatusRequest>("openledger.p2p.v1.BlocksStatusRequest", () => []);

export interface BlocksStatusResponse {
  /** Lowest height that the peer still holds. */
  readonly base: bigint;
  readonly height: bigint;
}
export const BlocksStatusResponse: MessageCodec<BlocksStatusResponse> = message<BlocksStatusResponse>("openledger.p2p.v1.BlocksStatusResponse", () => [
  { no: 1, name: "base", json: "base", type: "uint64" },
  { no: 2, name: "height", json: "height", type: "uint64" },
]);

export interface BlocksRangeRequest {
  readonly from: bigint;
  /** 1 to 64. */
  readonly count: number;
}
export const BlocksRangeRequest: MessageCodec<BlocksRangeRequest> = message<BlocksRangeRequest>("openledger.p2p.v1.BlocksRangeRequest", () => [
  { no: 1, name: "from", json: "from", type: "uint64" },
  { no: 2, name: "count", json: "count", type: "uint32" },
]);

export interface BlockRecord {
  readonly height: bigint;
  /** Wire block, opaque to this layer. */
  readonly block: Uint8Array;
  /** Extended commit of the block, opaque to this layer. */
  readonly extendedCommit: Uint8Array;
}
export const BlockRecord: MessageCodec<BlockRecord> = message<BlockRecord>("openledger.p2p.v1.BlockRecord", () => [
  { no: 1, name: "height", json: "height", type: "uint64" },
  { no: 2, name: "block", json: "block", type: "bytes" },
  { no: 3, name: "extendedCommit", json: "extended_commit", type: "bytes" },
]);

export interface BlocksRangeResponse {
  /** Consecutive heights that start at `from`; fewer than asked when bytes or history run out. */
  readonly blocks: readonly BlockRecord[];
}
export const BlocksRangeResponse: MessageCodec<BlocksRangeResponse> = message<BlocksRangeResponse>("openledger.p2p.v1.BlocksRangeResponse", () => [
  { no: 1, name: "blocks", json: "blocks", type: "message", message: () => BlockRecord, repeated: true },
]);

export interface BlocksRequest {
  readonly status?: BlocksStatusRequest | undefined;
  readonly range?: BlocksRangeRequest | undefined;
}
export const BlocksRequest: MessageCodec<BlocksRequest> = message<BlocksRequest>("openledger.p2p.v1.BlocksRequest", () => [
  { no: 1, name: "status", json: "status", type: "message", message: () => BlocksStatusRequest, oneof: "sum" },
  { no: 2, name: "range", json: "range", type: "message", message: () => BlocksRangeRequest, oneof: "sum" },
]);

export interface BlocksResponse {
  readonly status?: BlocksStatusResponse | undefined;
  readonly range?: BlocksRangeResponse | undefined;
}
export const BlocksResponse: MessageCodec<BlocksResponse> = message<BlocksResponse>("openledger.p2p.v1.BlocksResponse", () => [
  { no: 1, name: "status", json: "status", type: "message", message: () => BlocksStatusResponse, oneof: "sum" },
  { no: 2, name: "range", json: "range", type: "message", message: () => BlocksRangeResponse, oneof: "sum" },
]);

export interface ConsensusBits {
  readonly length: number;
  /** Eight bits a byte, lowest first; bits past the length are zero. */
  readonly bits: Uint8Array;
}
export const ConsensusBits: MessageCodec<ConsensusBits> = message<ConsensusBits>("openledger.p2p.v1.ConsensusBits", () => [
  { no: 1, name: "length", json: "length", type: "uint32" },
  { no: 2, name: "bits", json: "bits", type: "bytes" },
]);

export interface ConsensusPartsStatus {
  readonly total: number;
  /** Root of the parts, 32 bytes. */
  readonly root: Uint8Array;
  readonly have: ConsensusBits | undefined;
}
export const ConsensusPartsStatus: MessageCodec<ConsensusPartsStatus> = message<ConsensusPartsStatus>("openledger.p2p.v1.ConsensusPartsStatus", () => [
  { no: 1, name: "total", json: "total", type: "uint32" },
  { no: 2, name: "root", json: "root", type: "bytes" },
  { no: 3, name: "have", json: "have", type: "message", message: () => ConsensusBits },
]);

export interface ConsensusRoundStatus {
  readonly round: number;
  readonly prevotes: ConsensusBits | undefined;
  readonly precommits: ConsensusBits | undefined;
  readonly prevoteQuorum: boolean;
  readonly precommitQuorum: boolean;
}
export const ConsensusRoundStatus: MessageCodec<ConsensusRoundStatus> = message<ConsensusRoundStatus>("openledger.p2p.v1.ConsensusRoundStatus", () => [
  { no: 1, name: "round", json: "round", type: "uint32" },
  { no: 2, name: "prevotes", json: "prevotes", type: "message", message: () => ConsensusBits },
  { no: 3, name: "precommits", json: "precommits", type: "message", message: () => ConsensusBits },
  { no: 4, name: "prevoteQuorum", json: "prevote_quorum", type: "bool" },
  { no: 5, name: "precommitQuorum", json: "precommit_quorum", type: "bool" },
]);

export interface ConsensusStatus {
  readonly height: bigint;
  /** Round plus one: 0 before the first round of a height. */
  readonly roundPlusOne: number;
  /** 1 new height, 2 propose, 3 prevote, 4 precommit, 5 commit. */
  readonly step: number;
  readonly proposal: boolean;
  readonly parts: readonly ConsensusPartsStatus[];
  readonly rounds: readonly ConsensusRoundStatus[];
}
export const ConsensusStatus: MessageCodec<ConsensusStatus> = message<ConsensusStatus>("openledger.p2p.v1.ConsensusStatus", () => [
  { no: 1, name: "height", json: "height", type: "uint64" },
  { no: 2, name: "roundPlusOne", json: "round_plus_one", type: "uint32" },
  { no: 3, name: "step", json: "step", type: "uint32" },
  { no: 4, name: "proposal", json: "proposal", type: "bool" },
  { no: 5, name: "parts", json: "parts", type: "message", message: () => ConsensusPartsStatus, repeated: true },
  { no: 6, name: "rounds", json: "rounds", type: "message", message: () => ConsensusRoundStatus, repeated: true },
]);

export interface ConsensusPart {
  readonly height: bigint;
  readonly total: number;
  readonly root: Uint8Array;
  /** tendermint.types.Part */
  readonly part: Uint8Array;
}
export const ConsensusPart: MessageCodec<ConsensusPart> = message<ConsensusPart>("openledger.p2p.v1.ConsensusPart", () => [
  { no: 1, name: "height", json: "height", type: "uint64" },
  { no: 2, name: "total", json: "total", type: "uint32" },
  { no: 3, name: "root", json: "root", type: "bytes" },
  { no: 4, name: "part", json: "part", type: "bytes" },
]);

export interface ConsensusVotes {
  /** tendermint.types.Vote, at most 1,024, all of one height, round and type. */
  readonly votes: readonly Uint8Array[];
}
export const ConsensusVotes: MessageCodec<ConsensusVotes> = message<ConsensusVotes>("openledger.p2p.v1.ConsensusVotes", () => [
  { no: 1, name: "votes", json: "votes", type: "bytes", repeated: true },
]);

export interface ConsensusMessage {
  readonly status?: ConsensusStatus | undefined;
  /** tendermint.types.Proposal */
  readonly proposal?: Uint8Array | undefined;
  readonly part?: ConsensusPart | undefined;
  readonly votes?: ConsensusVotes | undefined;
}
export const ConsensusMessage: MessageCodec<ConsensusMessage> = message<ConsensusMessage>("openledger.p2p.v1.ConsensusMessage", () => [
  { no: 1, name: "status", json: "status", type: "message", message: () => ConsensusStatus, oneof: "sum" },
  { no: 2, name: "proposal", json: "proposal", type: "bytes", oneof: "sum" },
  { no: 3, name: "part", json: "part", type: "message", message: () => ConsensusPart, oneof: "sum" },
  { no: 4, name: "votes", json: "votes", type: "message", message: () => ConsensusVotes, oneof: "sum" },
]);

/** One gossip message: opaque items (signed transactions, or openings). */
export interface GossipBatch {
  readonly items: readonly Uint8Array[];
  /**
   * 0 for a first publication. A re-publication carries another number, so that it gets another message id and
   * reaches peers that joined late; receivers still drop the items that they have.
   */
  readonly salt: bigint;
}
export const GossipBatch: MessageCodec<GossipBatch> = message<GossipBatch>("openledger.p2p.v1.GossipBatch", () => [
  { no: 1, name: "items", json: "items", type: "bytes", repeated: true },
  { no: 2, name: "salt", json: "salt", type: "uint64" },
]);

/** First frame in each direction of a direct stream. At most 1 KiB. */
export interface Hello {
  /** Version of the framing and of this handshake. */
  readonly version: number;
  readonly chainId: string;
  /** sha256 of the genesis document, 32 bytes. */
  readonly genesisHash: Uint8Array;
  /** For people only: at most 64 bytes each. */
  readonly moniker: string;
  readonly software: string;
}
export const Hello: MessageCodec<Hello> = message<Hello>("openledger.p2p.v1.Hello", () => [
  { no: 1, name: "version", json: "version", type: "uint32" },
  { no: 2, name: "chainId", json: "chain_id", type: "string" },
  { no: 3, name: "genesisHash", json: "genesis_hash", type: "bytes" },
  { no: 4, name: "moniker", json: "moniker", type: "string" },
  { no: 5, name: "software", json: "software", type: "string" },
]);
