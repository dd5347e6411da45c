// Generated from the .proto files by `npm run proto`. Do not edit.
import { Duration, Timestamp } from "../google/protobuf.ts";
import { Proof, PublicKey } from "./crypto.ts";
import { Consensus } from "./version.ts";
import { message, type MessageCodec } from "../../runtime.ts";

export const SignedMsgType = {
  SIGNED_MSG_TYPE_UNKNOWN: 0,
  SIGNED_MSG_TYPE_PREVOTE: 1,
  SIGNED_MSG_TYPE_PRECOMMIT: 2,
  SIGNED_MSG_TYPE_PROPOSAL: 32,
} as const;
export type SignedMsgType = (typeof SignedMsgType)[keyof typeof SignedMsgType];

export const BlockIDFlag = {
  BLOCK_ID_FLAG_UNKNOWN: 0,
  BLOCK_ID_FLAG_ABSENT: 1,
  BLOCK_ID_FLAG_COMMIT: 2,
  BLOCK_ID_FLAG_NIL: 3,
} as const;
export type BlockIDFlag = (typeof BlockIDFlag)[keyof typeof BlockIDFlag];

export interface CanonicalBlockID {
  readonly hash: Uint8Array;
  readonly partSetHeader: CanonicalPartSetHeader | undefined;
}
export const CanonicalBlockID: MessageCodec<CanonicalBlockID> = message<CanonicalBlockID>("tendermint.types.CanonicalBlockID", () => [
  { no: 1, name: "hash", json: "hash", type: "bytes" },
  { no: 2, name: "partSetHeader", json: "part_set_header", type: "message", message: () => CanonicalPartSetHeader },
]);

export interface CanonicalPartSetHeader {
  readonly total: number;
  readonly hash: Uint8Array;
}
export const CanonicalPartSetHeader: MessageCodec<CanonicalPartSetHeader> = message<CanonicalPartSetHeader>("tendermint.types.CanonicalPartSetHeader", () => [
  { no: 1, name: "total", json: "total", type: "uint32" },
  { no: 2, name: "hash", json: "hash", type: "bytes" },
]);

export interface CanonicalProposal {
  readonly type: SignedMsgType;
  readonly height: bigint;
  readonly round: bigint;
  readonly polRound: bigint;
  readonly blockId: CanonicalBlockID | undefined;
  readonly timestamp: Timestamp | undefined;
  readonly chainId: string;
}
export const CanonicalProposal: MessageCodec<CanonicalProposal> = message<CanonicalProposal>("tendermint.types.CanonicalProposal", () => [
  { no: 1, name: "type", json: "type", type: "enum", enum: SignedMsgType },
  { no: 2, name: "height", json: "height", type: "sfixed64" },
  { no: 3, name: "round", json: "round", type: "sfixed64" },
  { no: 4, name: "polRound", json: "pol_round", type: "int64" },
  { no: 5, name: "blockId", json: "block_id", type: "message", message: () => CanonicalBlockID },
  { no: 6, name: "timestamp", json: "timestamp", type: "message", message: () => Timestamp },
  { no: 7, name: "chainId", json: "chain_id", type: "string" },
]);

export interface CanonicalVote {
  readonly type: SignedMsgType;
  readonly height: bigint;
  readonly round: bigint;
  /** Absent for a vote for nil. */
  readonly blockId: CanonicalBlockID | undefined;
  readonly timestamp: Timestamp | undefined;
  readonly chainId: string;
}
export const CanonicalVote: MessageCodec<CanonicalVote> = message<CanonicalVote>("tendermint.types.CanonicalVote", () => [
  { no: 1, name: "type", json: "type", type: "enum", enum: SignedMsgType },
  { no: 2, name: "height", json: "height", type: "sfixed64" },
  { no: 3, name: "round", json: "round", type: "sfixed64" },
  { no: 4, name: "blockId", json: "block_id", type: "message", message: () => CanonicalBlockID },
  { no: 5, name: "timestamp", json: "timestamp", type: "message", message: () => Timestamp },
  { no: 6, name: "chainId", json: "chain_id", type: "string" },
]);

export interface CanonicalVoteExtension {
  readonly extension: Uint8Array;
  readonly height: bigint;
  readonly round: bigint;
  readonly chainId: string;
}
export const CanonicalVoteExtension: MessageCodec<CanonicalVoteExtension> = message<CanonicalVoteExtension>("tendermint.types.CanonicalVoteExtension", () => [
  { no: 1, name: "extension", json: "extension", type: "bytes" },
  { no: 2, name: "height", json: "height", type: "sfixed64" },
  { no: 3, name: "round", json: "round", type: "sfixed64" },
  { no: 4, name: "chainId", json: "chain_id", type: "string" },
]);

export interface ConsensusParams {
  readonly block: BlockParams | undefined;
  readonly evidence: EvidenceParams | undefined;
  readonly validator: ValidatorParams | undefined;
  readonly version: VersionParams | undefined;
  readonly abci: ABCIParams | undefined;
}
export const ConsensusParams: MessageCodec<ConsensusParams> = message<ConsensusParams>("tendermint.types.ConsensusParams", () => [
  { no: 1, name: "block", json: "block", type: "message", message: () => BlockParams },
  { no: 2, name: "evidence", json: "evidence", type: "message", message: () => EvidenceParams },
  { no: 3, name: "validator", json: "validator", type: "message", message: () => ValidatorParams },
  { no: 4, name: "version", json: "version", type: "message", message: () => VersionParams },
  { no: 5, name: "abci", json: "abci", type: "message", message: () => ABCIParams },
]);

export interface BlockParams {
  readonly maxBytes: bigint;
  readonly maxGas: bigint;
}
export const BlockParams: MessageCodec<BlockParams> = message<BlockParams>("tendermint.types.BlockParams", () => [
  { no: 1, name: "maxBytes", json: "max_bytes", type: "int64" },
  { no: 2, name: "maxGas", json: "max_gas", type: "int64" },
]);

export interface EvidenceParams {
  readonly maxAgeNumBlocks: bigint;
  readonly maxAgeDuration: Duration | undefined;
  readonly maxBytes: bigint;
}
export const EvidenceParams: MessageCodec<EvidenceParams> = message<EvidenceParams>("tendermint.types.EvidenceParams", () => [
  { no: 1, name: "maxAgeNumBlocks", json: "max_age_num_blocks", type: "int64" },
  { no: 2, name: "maxAgeDuration", json: "max_age_duration", type: "message", message: () => Duration },
  { no: 3, name: "maxBytes", json: "max_bytes", type: "int64" },
]);

export interface ValidatorParams {
  readonly pubKeyTypes: readonly string[];
}
export const ValidatorParams: MessageCodec<ValidatorParams> = message<ValidatorParams>("tendermint.types.ValidatorParams", () => [
  { no: 1, name: "pubKeyTypes", json: "pub_key_types", type: "string", repeated: true },
]);

export interface VersionParams {
  readonly app: bigint;
}
export const VersionParams: MessageCodec<VersionParams> = message<VersionParams>("tendermint.types.VersionParams", () => [
  { no: 1, name: "app", json: "app", type: "uint64" },
]);

export interface ABCIParams {
  readonly voteExtensionsEnableHeight: bigint;
}
export const ABCIParams: MessageCodec<ABCIParams> = message<ABCIParams>("tendermint.types.ABCIParams", () => [
  { no: 1, name: "voteExtensionsEnableHeight", json: "vote_extensions_enable_height", type: "int64" },
]);

/** What the consensus hash covers of the parameters. */
export interface HashedParams {
  readonly blockMaxBytes: bigint;
  readonly blockMaxGas: bigint;
}
export const HashedParams: MessageCodec<HashedParams> = message<HashedParams>("tendermint.types.HashedParams", () => [
  { no: 1, name: "blockMaxBytes", json: "block_max_bytes", type: "int64" },
  { no: 2, name: "blockMaxGas", json: "block_max_gas", type: "int64" },
]);

export interface PartSetHeader {
  readonly total: number;
  readonly hash: Uint8Array;
}
export const PartSetHeader: MessageCodec<PartSetHeader> = message<PartSetHeader>("tendermint.types.PartSetHeader", () => [
  { no: 1, name: "total", json: "total", type: "uint32" },
  { no: 2, name: "hash", json: "hash", type: "bytes" },
]);

export interface Part {
  readonly index: number;
  readonly bytes: Uint8Array;
  readonly proof: Proof | undefined;
}
export const Part: MessageCodec<Part> = message<Part>("tendermint.types.Part", () => [
  { no: 1, name: "index", json: "index", type: "uint32" },
  { no: 2, name: "bytes", json: "bytes", type: "bytes" },
  { no: 3, name: "proof", json: "proof", type: "message", message: () => Proof },
]);

export interface BlockID {
  readonly hash: Uint8Array;
  readonly partSetHeader: PartSetHeader | undefined;
}
export const BlockID: MessageCodec<BlockID> = message<BlockID>("tendermint.types.BlockID", () => [
  { no: 1, name: "hash", json: "hash", type: "bytes" },
  { no: 2, name: "partSetHeader", json: "part_set_header", type: "message", message: () => PartSetHeader },
]);

export interface Header {
  readonly version: Consensus | undefined;
  readonly chainId: string;
  readonly height: bigint;
  readonly time: Timestamp | undefined;
  readonly lastBlockId: BlockID | undefined;
  readonly lastCommitHash: Uint8Array;
  readonly dataHash: Uint8Array;
  readonly validatorsHash: Uint8Array;
  readonly nextValidatorsHash: Uint8Array;
  readonly consensusHash: Uint8Array;
  readonly appHash: Uint8Array;
  readonly lastResultsHash: Uint8Array;
  readonly evidenceHash: Uint8Array;
  readonly proposerAddress: Uint8Array;
}
export const Header: MessageCodec<Header> = message<Header>("tendermint.types.Header", () => [
  { no: 1, name: "version", json: "version", type: "message", message: () => Consensus },
  { no: 2, name: "chainId", json: "chain_id", type: "string" },
  { no: 3, name: "height", json: "height", type: "int64" },
  { no: 4, name: "time", json: "time", type: "message", message: () => Timestamp },
  { no: 5, name: "lastBlockId", json: "last_block_id", type: "message", message: () => BlockID },
  { no: 6, name: "lastCommitHash", json: "last_commit_hash", type: "bytes" },
  { no: 7, name: "dataHash", json: "data_hash", type: "bytes" },
  { no: 8, name: "validatorsHash", json: "validators_hash", type: "bytes" },
  { no: 9, name: "nextValidatorsHash", json: "next_validators_hash", type: "bytes" },
  { no: 10, name: "consensusHash", json: "consensus_hash", type: "bytes" },
  { no: 11, name: "appHash", json: "app_hash", type: "bytes" },
  { no: 12, name: "lastResultsHash", json: "last_results_hash", type: "bytes" },
  { no: 13, name: "evidenceHash", json: "evidence_hash", type: "bytes" },
  { no: 14, name: "proposerAddress", json: "proposer_address", type: "bytes" },
]);

export interface Data {
  readonly txs: readonly Uint8Array[];
}
export const Data: MessageCodec<Data> = message<Data>("tendermint.types.Data", () => [
  { no: 1, name: "txs", json: "txs", type: "bytes", repeated: true },
]);

export interface Vote {
  readonly type: SignedMsgType;
  readonly height: bigint;
  readonly round: number;
  readonly blockId: BlockID | undefined;
  readonly timestamp: Timestamp | undefined;
  readonly validatorAddress: Uint8Array;
  readonly validatorIndex: number;
  readonly signature: Uint8Array;
  readonly extension: Uint8Array;
  readonly extensionSignature: Uint8Array;
}
export const Vote: MessageCodec<Vote> = message<Vote>("tendermint.types.Vote", () => [
  { no: 1, name: "type", json: "type", type: "enum", enum: SignedMsgType },
  { no: 2, name: "height", json: "height", type: "int64" },
  { no: 3, name: "round", json: "round", type: "int32" },
  { no: 4, name: "blockId", json: "block_id", type: "message", message: () => BlockID },
  { no: 5, name: "timestamp", json: "timestamp", type: "message", message: () => Timestamp },
  { no: 6, name: "validatorAddress", json: "validator_address", type: "bytes" },
  { no: 7, name: "validatorIndex", json: "validator_index", type: "int32" },
  { no: 8, name: "signature", json: "signature", type: "bytes" },
  { no: 9, name: "extension", json: "extension", type: "bytes" },
  { no: 10, name: "extensionSignature", json: "extension_signature", type: "bytes" },
]);

export interface Commit {
  readonly height: bigint;
  readonly round: number;
  readonly blockId: BlockID | undefined;
  readonly signatures: readonly CommitSig[];
}
export const Commit: MessageCodec<Commit> = message<Commit>("tendermint.types.Commit", () => [
  { no: 1, name: "height", json: "height", type: "int64" },
  { no: 2, name: "round", json: "round", type: "int32" },
  { no: 3, name: "blockId", json: "block_id", type: "message", message: () => BlockID },
  { no: 4, name: "signatures", json: "signatures", type: "message", message: () => CommitSig, repeated: true },
]);

export interface CommitSig {
  readonly blockIdFlag: BlockIDFlag;
  readonly validatorAddress: Uint8Array;
  readonly timestamp: Timestamp | undefined;
  readonly signature: Uint8Array;
}
export const CommitSig: MessageCodec<CommitSig> = message<CommitSig>("tendermint.types.CommitSig", () => [
  { no: 1, name: "blockIdFlag", json: "block_id_flag", type: "enum", enum: BlockIDFlag },
  { no: 2, name: "validatorAddress", json: "validator_address", type: "bytes" },
  { no: 3, name: "timestamp", json: "timestamp", type: "message", message: () => Timestamp },
  { no: 4, name: "signature", json: "signature", type: "bytes" },
]);

export interface ExtendedCommit {
  readonly height: bigint;
  readonly round: number;
  readonly blockId: BlockID | undefined;
  readonly extendedSignatures: readonly ExtendedCommitSig[];
}
export const ExtendedCommit: MessageCodec<ExtendedCommit> = message<ExtendedCommit>("tendermint.types.ExtendedCommit", () => [
  { no: 1, name: "height", json: "height", type: "int64" },
  { no: 2, name: "round", json: "round", type: "int32" },
  { no: 3, name: "blockId", json: "block_id", type: "message", message: () => BlockID },
  { no: 4, name: "extendedSignatures", json: "extended_signatures", type: "message", message: () => ExtendedCommitSig, repeated: true },
]);

export interface ExtendedCommitSig {
  readonly blockIdFlag: BlockIDFlag;
  readonly validatorAddress: Uint8Array;
  readonly timestamp: Timestamp | undefined;
  readonly signature: Uint8Array;
  readonly extension: Uint8Array;
  readonly extensionSignature: Uint8Array;
}
export const ExtendedCommitSig: MessageCodec<ExtendedCommitSig> = message<ExtendedCommitSig>("tendermint.types.ExtendedCommitSig", () => [
  { no: 1, name: "blockIdFlag", json: "block_id_flag", type: "enum", enum: BlockIDFlag },
  { no: 2, name: "validatorAddress", json: "validator_address", type: "bytes" },
  { no: 3, name: "timestamp", json: "timestamp", type: "message", message: () => Timestamp },
  { no: 4, name: "signature", json: "signature", type: "bytes" },
  { no: 5, name: "extension", json: "extension", type: "bytes" },
  { no: 6, name: "extensionSignature", json: "extension_signature", type: "bytes" },
]);

export interface Proposal {
  readonly type: SignedMsgType;
  readonly height: bigint;
  readonly round: number;
  readonly polRound: number;
  readonly blockId: BlockID | undefined;
  readonly timestamp: Timestamp | undefined;
  readonly signature: Uint8Array;
}
export const Proposal: MessageCodec<Proposal> = message<Proposal>("tendermint.types.Proposal", () => [
  { no: 1, name: "type", json: "type", type: "enum", enum: SignedMsgType },
  { no: 2, name: "height", json: "height", type: "int64" },
  { no: 3, name: "round", json: "round", type: "int32" },
  { no: 4, name: "polRound", json: "pol_round", type: "int32" },
  { no: 5, name: "blockId", json: "block_id", type: "message", message: () => BlockID },
  { no: 6, name: "timestamp", json: "timestamp", type: "message", message: () => Timestamp },
  { no: 7, name: "signature", json: "signature", type: "bytes" },
]);

export interface Block {
  readonly header: Header | undefined;
  readonly data: Data | undefined;
  readonly evidence: EvidenceList | undefined;
  readonly lastCommit: Commit | undefined;
}
export const Block: MessageCodec<Block> = message<Block>("tendermint.types.Block", () => [
  { no: 1, name: "header", json: "header", type: "message", message: () => Header },
  { no: 2, name: "data", json: "data", type: "message", message: () => Data },
  { no: 3, name: "evidence", json: "evidence", type: "message", message: () => EvidenceList },
  { no: 4, name: "lastCommit", json: "last_commit", type: "message", message: () => Commit },
]);

export interface ValidatorSet {
  readonly validators: readonly Validator[];
  readonly proposer: Validator | undefined;
  readonly totalVotingPower: bigint;
}
export const ValidatorSet: MessageCodec<ValidatorSet> = message<ValidatorSet>("tendermint.types.ValidatorSet", () => [
  { no: 1, name: "validators", json: "validators", type: "message", message: () => Validator, repeated: true },
  { no: 2, name: "proposer", json: "proposer", type: "message", message: () => Validator },
  { no: 3, name: "totalVotingPower", json: "total_voting_power", type: "int64" },
]);

export interface Validator {
  readonly address: Uint8Array;
  readonly pubKey: PublicKey | undefined;
  readonly votingPower: bigint;
  readonly proposerPriority: bigint;
}
export const Validator: MessageCodec<Validator> = message<Validator>("tendermint.types.Validator", () => [
  { no: 1, name: "address", json: "address", type: "bytes" },
  { no: 2, name: "pubKey", json: "pub_key", type: "message", message: () => PublicKey },
  { no: 3, name: "votingPower", json: "voting_power", type: "int64" },
  { no: 4, name: "proposerPriority", json: "proposer_priority", type: "int64" },
]);

/** What the validators hash covers of a validator. */
export interface SimpleValidator {
  readonly pubKey: PublicKey | undefined;
  readonly votingPower: bigint;
}
export const SimpleValidator: MessageCodec<SimpleValidator> = message<SimpleValidator>("tendermint.types.SimpleValidator", () => [
  { no: 1, name: "pubKey", json: "pub_key", type: "message", message: () => PublicKey },
  { no: 2, name: "votingPower", json: "voting_power", type: "int64" },
]);

/** Field 2, light client attacks, is not accepted on this chain. */
export interface Evidence {
  readonly duplicateVoteEvidence?: DuplicateVoteEvidence | undefined;
}
export const Evidence: MessageCodec<Evidence> = message<Evidence>("tendermint.types.Evidence", () => [
  { no: 1, name: "duplicateVoteEvidence", json: "duplicate_vote_evidence", type: "message", message: () => DuplicateVoteEvidence, oneof: "sum" },
]);

export interface DuplicateVoteEvidence {
  readonly voteA: Vote | undefined;
  readonly voteB: Vote | undefined;
  readonly totalVotingPower: bigint;
  readonly validatorPower: bigint;
  readonly timestamp: Timestamp | undefined;
}
export const DuplicateVoteEvidence: MessageCodec<DuplicateVoteEvidence> = message<DuplicateVoteEvidence>("tendermint.types.DuplicateVoteEvidence", () => [
  { no: 1, name: "voteA", json: "vote_a", type: "message", message: () => Vote },
  { no: 2, name: "voteB", json: "vote_b", type: "message", message: () => Vote },
  { no: 3, name: "totalVotingPower", json: "total_voting_power", type: "int64" },
  { no: 4, name: "validatorPower", json: "validator_power", type: "int64" },
  { no: 5, name: "timestamp", json: "timestamp", type: "message", message: () => Timestamp },
]);

export interface EvidenceList {
  readonly evidence: readonly Evidence[];
}
export const EvidenceList: MessageCodec<EvidenceList> = message<EvidenceList>("tendermint.types.EvidenceList", () => [
  { no: 1, name: "evidence", json: "evidence", type: "message", message: () => Evidence, repeated: true },
]);
