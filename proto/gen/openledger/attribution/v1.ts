// Generated from the .proto files by `npm run proto`. Do not edit.
import { message, type MessageCodec } from "../../../runtime.ts";

/** What a claim asserts. Every kind goes through one mechanism: post, seed, commit, open, tally. */
export const ClaimKind = {
  CLAIM_KIND_UNSPECIFIED: 0,
  CLAIM_KIND_AVAILABILITY: 1,
  CLAIM_KIND_SNAPSHOT: 2,
  CLAIM_KIND_TRAINING: 3,
  CLAIM_KIND_INDEX: 4,
  CLAIM_KIND_RESULT: 5,
  CLAIM_KIND_FIDELITY: 6,
  /** One step of a computation that a dispute was narrowed down to. */
  CLAIM_KIND_STEP: 7,
} as const;
export type ClaimKind = (typeof ClaimKind)[keyof typeof ClaimKind];

export const ClaimStatus = {
  CLAIM_STATUS_UNSPECIFIED: 0,
  /** Posted in its final format; attestation of this kind is not run yet. */
  CLAIM_STATUS_UNATTESTED: 1,
  CLAIM_STATUS_OPEN: 2,
  CLAIM_STATUS_ACCEPTED: 3,
  CLAIM_STATUS_REJECTED: 4,
  CLAIM_STATUS_NO_QUORUM: 5,
  /** Open or accepted, then lost a dispute. */
  CLAIM_STATUS_OVERTURNED: 6,
} as const;
export type ClaimStatus = (typeof ClaimStatus)[keyof typeof ClaimStatus];

export const Verdict = {
  VERDICT_UNSPECIFIED: 0,
  VERDICT_ACCEPT: 1,
  VERDICT_REJECT: 2,
  VERDICT_ABSTAIN: 3,
} as const;
export type Verdict = (typeof Verdict)[keyof typeof Verdict];

export interface QueryParamsRequest {}
export const QueryParamsRequest: MessageCodec<QueryParamsRequest> = message<QueryParamsRequest>("openledger.attribution.v1.QueryParamsRequest", () => []);

export interface QueryParamsResponse {
  readonly params: Params | undefined;
}
export const QueryParamsResponse: MessageCodec<QueryParamsResponse> = message<QueryParamsResponse>("openledger.attribution.v1.QueryParamsResponse", () => [
  { no: 1, name: "params", json: "params", type: "message", message: () => Params },
]);

export interface QueryClaimRequest {
  readonly claimId: Uint8Array;
}
export const QueryClaimRequest: MessageCodec<QueryClaimRequest> = message<QueryClaimRequest>("openledger.attribution.v1.QueryClaimRequest", () => [
  { no: 1, name: "claimId", json: "claim_id", type: "bytes" },
]);

export interface QueryClaimResponse {
  readonly claim: Claim | undefined;
  readonly outcome: Outcome | undefined;
}
export const QueryClaimResponse: MessageCodec<QueryClaimResponse> = message<QueryClaimResponse>("openledger.attribution.v1.QueryClaimResponse", () => [
  { no: 1, name: "claim", json: "claim", type: "message", message: () => Claim },
  { no: 2, name: "outcome", json: "outcome", type: "message", message: () => Outcome },
]);

export interface QueryOpenClaimsRequest {
  readonly limit: number;
}
export const QueryOpenClaimsRequest: MessageCodec<QueryOpenClaimsRequest> = message<QueryOpenClaimsRequest>("openledger.attribution.v1.QueryOpenClaimsRequest", () => [
  { no: 1, name: "limit", json: "limit", type: "uint32" },
]);

export interface QueryOpenClaimsResponse {
  readonly claims: readonly Claim[];
  readonly height: bigint;
}
export const QueryOpenClaimsResponse: MessageCodec<QueryOpenClaimsResponse> = message<QueryOpenClaimsResponse>("openledger.attribution.v1.QueryOpenClaimsResponse", () => [
  { no: 1, name: "claims", json: "claims", type: "message", message: () => Claim, repeated: true },
  { no: 2, name: "height", json: "height", type: "uint64" },
]);

export interface QueryRootsRequest {
  readonly fromHeight: bigint;
}
export const QueryRootsRequest: MessageCodec<QueryRootsRequest> = message<QueryRootsRequest>("openledger.attribution.v1.QueryRootsRequest", () => [
  { no: 1, name: "fromHeight", json: "from_height", type: "uint64" },
]);

export interface QueryRootsResponse {
  readonly roots: readonly RootRecord[];
  readonly height: bigint;
}
export const QueryRootsResponse: MessageCodec<QueryRootsResponse> = message<QueryRootsResponse>("openledger.attribution.v1.QueryRootsResponse", () => [
  { no: 1, name: "roots", json: "roots", type: "message", message: () => RootRecord, repeated: true },
  { no: 2, name: "height", json: "height", type: "uint64" },
]);

/** Height 0: the current beacon. */
export interface QueryBeaconRequest {
  readonly height: bigint;
}
export const QueryBeaconRequest: MessageCodec<QueryBeaconRequest> = message<QueryBeaconRequest>("openledger.attribution.v1.QueryBeaconRequest", () => [
  { no: 1, name: "height", json: "height", type: "uint64" },
]);

export interface QueryBeaconResponse {
  readonly beacon: Uint8Array;
  readonly height: bigint;
  readonly chains: readonly BeaconChain[];
}
export const QueryBeaconResponse: MessageCodec<QueryBeaconResponse> = message<QueryBeaconResponse>("openledger.attribution.v1.QueryBeaconResponse", () => [
  { no: 1, name: "beacon", json: "beacon", type: "bytes" },
  { no: 2, name: "height", json: "height", type: "uint64" },
  { no: 3, name: "chains", json: "chains", type: "message", message: () => BeaconChain, repeated: true },
]);

export interface QueryRecordsRequest {}
export const QueryRecordsRequest: MessageCodec<QueryRecordsRequest> = message<QueryRecordsRequest>("openledger.attribution.v1.QueryRecordsRequest", () => []);

export interface QueryRecordsResponse {
  readonly records: readonly AttestationRecord[];
}
export const QueryRecordsResponse: MessageCodec<QueryRecordsResponse> = message<QueryRecordsResponse>("openledger.attribution.v1.QueryRecordsResponse", () => [
  { no: 1, name: "records", json: "records", type: "message", message: () => AttestationRecord, repeated: true },
]);

/** Exactly one of the three is set; the key is a contribution id, DataNet id or model id. */
export interface QueryInfluenceRequest {
  readonly contribution: string;
  readonly datanet: string;
  readonly model: string;
}
export const QueryInfluenceRequest: MessageCodec<QueryInfluenceRequest> = message<QueryInfluenceRequest>("openledger.attribution.v1.QueryInfluenceRequest", () => [
  { no: 1, name: "contribution", json: "contribution", type: "string" },
  { no: 2, name: "datanet", json: "datanet", type: "string" },
  { no: 3, name: "model", json: "model", type: "string" },
]);

export interface QueryInfluenceResponse {
  readonly score: InfluenceScore | undefined;
}
export const QueryInfluenceResponse: MessageCodec<QueryInfluenceResponse> = message<QueryInfluenceResponse>("openledger.attribution.v1.QueryInfluenceResponse", () => [
  { no: 1, name: "score", json: "score", type: "message", message: () => InfluenceScore },
]);

/** After (start_claim, start_validator), when given; limit 0 means the most. */
export interface QueryEquivocationsRequest {
  readonly startClaim: Uint8Array;
  readonly startValidator: Uint8Array;
  readonly limit: number;
}
export const QueryEquivocationsRequest: MessageCodec<QueryEquivocationsRequest> = message<QueryEquivocationsRequest>("openledger.attribution.v1.QueryEquivocationsRequest", () => [
  { no: 1, name: "startClaim", json: "start_claim", type: "bytes" },
  { no: 2, name: "startValidator", json: "start_validator", type: "bytes" },
  { no: 3, name: "limit", json: "limit", type: "uint32" },
]);

export interface QueryEquivocationsResponse {
  readonly equivocations: readonly Equivocation[];
}
export const QueryEquivocationsResponse: MessageCodec<QueryEquivocationsResponse> = message<QueryEquivocationsResponse>("openledger.attribution.v1.QueryEquivocationsResponse", () => [
  { no: 1, name: "equivocations", json: "equivocations", type: "message", message: () => Equivocation, repeated: true },
]);

/** Posts a claim whose subject alone says everything: an availability claim over one blob. */
export interface MsgPostClaim {
  readonly poster: string;
  readonly kind: ClaimKind;
  readonly subject: Uint8Array;
  readonly payloadHash: Uint8Array;
  readonly bond: string;
}
export const MsgPostClaim: MessageCodec<MsgPostClaim> = message<MsgPostClaim>("openledger.attribution.v1.MsgPostClaim", () => [
  { no: 1, name: "poster", json: "poster", type: "string" },
  { no: 2, name: "kind", json: "kind", type: "enum", enum: ClaimKind },
  { no: 3, name: "subject", json: "subject", type: "bytes" },
  { no: 4, name: "payloadHash", json: "payload_hash", type: "bytes" },
  { no: 5, name: "bond", json: "bond", type: "string" },
]);

export interface MsgPostClaimResponse {
  readonly claimId: Uint8Array;
}
export const MsgPostClaimResponse: MessageCodec<MsgPostClaimResponse> = message<MsgPostClaimResponse>("openledger.attribution.v1.MsgPostClaimResponse", () => [
  { no: 1, name: "claimId", json: "claim_id", type: "bytes" },
]);

/** Posts a measured LDS of a model as a claim; see FidelityReport. */
export interface MsgPostFidelity {
  readonly poster: string;
  readonly model: string;
  readonly lds: bigint;
  readonly standardError: bigint;
  readonly subsets: number;
  readonly shareBps: number;
  readonly queries: number;
  readonly evidenceBlob: Uint8Array;
  readonly bond: string;
}
export const MsgPostFidelity: MessageCodec<MsgPostFidelity> = message<MsgPostFidelity>("openledger.attribution.v1.MsgPostFidelity", () => [
  { no: 1, name: "poster", json: "poster", type: "string" },
  { no: 2, name: "model", json: "model", type: "string" },
  { no: 3, name: "lds", json: "lds", type: "uint64" },
  { no: 4, name: "standardError", json: "standard_error", type: "uint64" },
  { no: 5, name: "subsets", json: "subsets", type: "uint32" },
  { no: 6, name: "shareBps", json: "share_bps", type: "uint32" },
  { no: 7, name: "queries", json: "queries", type: "uint32" },
  { no: 8, name: "evidenceBlob", json: "evidence_blob", type: "bytes" },
  { no: 9, name: "bond", json: "bond", type: "string" },
]);

export interface MsgPostFidelityResponse {
  readonly claimId: Uint8Array;
}
export const MsgPostFidelityResponse: MessageCodec<MsgPostFidelityResponse> = message<MsgPostFidelityResponse>("openledger.attribution.v1.MsgPostFidelityResponse", () => [
  { no: 1, name: "claimId", json: "claim_id", type: "bytes" },
]);

/** The operator registers the end of a new hash chain of its validator. */
export interface MsgRegisterBeacon {
  readonly operator: string;
  readonly end: Uint8Array;
}
export const MsgRegisterBeacon: MessageCodec<MsgRegisterBeacon> = message<MsgRegisterBeacon>("openledger.attribution.v1.MsgRegisterBeacon", () => [
  { no: 1, name: "operator", json: "operator", type: "string" },
  { no: 2, name: "end", json: "end", type: "bytes" },
]);

export interface MsgRegisterBeaconResponse {}
export const MsgRegisterBeaconResponse: MessageCodec<MsgRegisterBeaconResponse> = message<MsgRegisterBeaconResponse>("openledger.attribution.v1.MsgRegisterBeaconResponse", () => []);

export interface ExtendedVote {
  readonly validator: Uint8Array;
  /** CometBFT block id flag: 1 absent, 2 commit, 3 nil. */
  readonly flag: number;
  readonly extension: Uint8Array;
  readonly signature: Uint8Array;
}
export const ExtendedVote: MessageCodec<ExtendedVote> = message<ExtendedVote>("openledger.attribution.v1.ExtendedVote", () => [
  { no: 1, name: "validator", json: "validator", type: "bytes" },
  { no: 2, name: "flag", json: "flag", type: "uint32" },
  { no: 3, name: "extension", json: "extension", type: "bytes" },
  { no: 4, name: "signature", json: "signature", type: "bytes" },
]);

/** The only message of transaction 0. Unsigned: refused by CheckTx and at every other index. */
export interface MsgBlockInfo {
  readonly height: bigint;
  /** Round and votes of the commit of height - 1, in the order of that height's validator set. Empty in the first block. */
  readonly round: number;
  readonly votes: readonly ExtendedVote[];
  readonly openings: readonly Opening[];
  readonly claimOpenings: readonly ClaimOpening[];
}
export const MsgBlockInfo: MessageCodec<MsgBlockInfo> = message<MsgBlockInfo>("openledger.attribution.v1.MsgBlockInfo", () => [
  { no: 1, name: "height", json: "height", type: "uint64" },
  { no: 2, name: "round", json: "round", type: "uint32" },
  { no: 3, name: "votes", json: "votes", type: "message", message: () => ExtendedVote, repeated: true },
  { no: 4, name: "openings", json: "openings", type: "message", message: () => Opening, repeated: true },
  { no: 5, name: "claimOpenings", json: "claim_openings", type: "message", message: () => ClaimOpening, repeated: true },
]);

export interface MsgBlockInfoResponse {}
export const MsgBlockInfoResponse: MessageCodec<MsgBlockInfoResponse> = message<MsgBlockInfoResponse>("openledger.attribution.v1.MsgBlockInfoResponse", () => []);

export interface CommitteeMember {
  /** Consensus address, 20 bytes. */
  readonly validator: Uint8Array;
  readonly power: bigint;
}
export const CommitteeMember: MessageCodec<CommitteeMember> = message<CommitteeMember>("openledger.attribution.v1.CommitteeMember", () => [
  { no: 1, name: "validator", json: "validator", type: "bytes" },
  { no: 2, name: "power", json: "power", type: "uint64" },
]);

export interface Claim {
  /** sha256 over (tag, kind, poster, subject, payload hash); holds no height. */
  readonly id: Uint8Array;
  readonly kind: ClaimKind;
  readonly poster: string;
  /** Kind specific: blob id, snapshot id, model id, request id (utf-8 or raw bytes). */
  readonly subject: Uint8Array;
  /** Version of the algorithm under which the claim stays recomputable. */
  readonly algorithm: string;
  /** Kind specific: what the poster is bound to. A result: hash of its (query vectors, settlement vector). */
  readonly payloadHash: Uint8Array;
  /** Bond in uopen. */
  readonly bond: string;
  readonly status: ClaimStatus;
  readonly postedHeight: bigint;
  readonly seedHeight: bigint;
  readonly commitEnd: bigint;
  readonly openEnd: bigint;
  /**
   * By power descending then address ascending. A set of at most committee_size is taken whole when posted; of a larger one
   * members are drawn at seed_height, from the set of posted_height, and power counts the seats of each.
   */
  readonly committee: readonly CommitteeMember[];
  /** beacon(seed_height); empty before. */
  readonly seed: Uint8Array;
  /**
   * The poster's opening (ClaimOpening.opening) once it was seen and matched payload_hash. State keeps it apart; queries
   * and exports put it here.
   */
  readonly opening: Uint8Array;
  /** Peers that each member of a large committee answers for (parameter when posted). */
  readonly peerSample: number;
  /** What is claimed, in clear, where the poster's module keeps it nowhere else; payload_hash binds it. */
  readonly statement: Uint8Array;
  /** Accepted: last height at which the claim can be disputed, up to which its bond is held; 0 once it was returned. */
  readonly bondUntil: bigint;
  /** A dispute is under way: the bond stays. */
  readonly disputed: boolean;
  /** What the poster paid for the attestation, in uopen: held while the claim is open; empty for nothing. */
  readonly attestFee: string;
}
export const Claim: MessageCodec<Claim> = message<Claim>("openledger.attribution.v1.Claim", () => [
  { no: 1, name: "id", json: "id", type: "bytes" },
  { no: 2, name: "kind", json: "kind", type: "enum", enum: ClaimKind },
  { no: 3, name: "poster", json: "poster", type: "string" },
  { no: 4, name: "subject", json: "subject", type: "bytes" },
  { no: 5, name: "algorithm", json: "algorithm", type: "string" },
  { no: 6, name: "payloadHash", json: "payload_hash", type: "bytes" },
  { no: 7, name: "bond", json: "bond", type: "string" },
  { no: 8, name: "status", json: "status", type: "enum", enum: ClaimStatus },
  { no: 9, name: "postedHeight", json: "posted_height", type: "uint64" },
  { no: 10, name: "seedHeight", json: "seed_height", type: "uint64" },
  { no: 11, name: "commitEnd", json: "commit_end", type: "uint64" },
  { no: 12, name: "openEnd", json: "open_end", type: "uint64" },
  { no: 13, name: "committee", json: "committee", type: "message", message: () => CommitteeMember, repeated: true },
  { no: 14, name: "seed", json: "seed", type: "bytes" },
  { no: 15, name: "opening", json: "opening", type: "bytes" },
  { no: 16, name: "peerSample", json: "peer_sample", type: "uint32" },
  { no: 17, name: "statement", json: "statement", type: "bytes" },
  { no: 18, name: "bondUntil", json: "bond_until", type: "uint64" },
  { no: 19, name: "disputed", json: "disputed", type: "bool" },
  { no: 20, name: "attestFee", json: "attest_fee", type: "string" },
]);

/** Two residues of sum r_i g_i: modulo 2^31 - 1 and modulo 2^31 - 19. */
export interface Sketch {
  readonly a: number;
  readonly b: number;
}
export const Sketch: MessageCodec<Sketch> = message<Sketch>("openledger.attribution.v1.Sketch", () => [
  { no: 1, name: "a", json: "a", type: "uint32" },
  { no: 2, name: "b", json: "b", type: "uint32" },
]);

/** Carried by every precommit: at most 96 bytes, canonical. */
export interface VoteExtension {
  /** Merkle root over the validator's new leaves, or empty. */
  readonly root: Uint8Array;
  /** Preimage of the validator's beacon chain for this height, or empty. */
  readonly reveal: Uint8Array;
}
export const VoteExtension: MessageCodec<VoteExtension> = message<VoteExtension>("openledger.attribution.v1.VoteExtension", () => [
  { no: 1, name: "root", json: "root", type: "bytes" },
  { no: 2, name: "reveal", json: "reveal", type: "bytes" },
]);

/**
 * A validator's verdict, opened after commit_end. The leaf it opens is
 * sha256(leaf tag, chain id, claim, validator, verdict, own, peers, salt); see modules/attribution/README.md.
 */
export interface Opening {
  readonly claimId: Uint8Array;
  readonly validator: Uint8Array;
  readonly verdict: Verdict;
  readonly own: Sketch | undefined;
  /**
   * This validator's answers for its peers: in committees of at most 7 every other member in committee order; in larger
   * ones the next peer_sample members of a ring that the seed shuffles.
   */
  readonly peers: readonly Sketch[];
  readonly salt: Uint8Array;
  /** Height of the block whose precommit carried the root. */
  readonly rootHeight: bigint;
  readonly leafIndex: number;
  readonly leafTotal: number;
  readonly aunts: readonly Uint8Array[];
}
export const Opening: MessageCodec<Opening> = message<Opening>("openledger.attribution.v1.Opening", () => [
  { no: 1, name: "claimId", json: "claim_id", type: "bytes" },
  { no: 2, name: "validator", json: "validator", type: "bytes" },
  { no: 3, name: "verdict", json: "verdict", type: "enum", enum: Verdict },
  { no: 4, name: "own", json: "own", type: "message", message: () => Sketch },
  { no: 5, name: "peers", json: "peers", type: "message", message: () => Sketch, repeated: true },
  { no: 6, name: "salt", json: "salt", type: "bytes" },
  { no: 7, name: "rootHeight", json: "root_height", type: "uint64" },
  { no: 8, name: "leafIndex", json: "leaf_index", type: "uint32" },
  { no: 9, name: "leafTotal", json: "leaf_total", type: "uint32" },
  { no: 10, name: "aunts", json: "aunts", type: "bytes", repeated: true },
]);

/** The poster's opening of payload_hash. */
export interface ClaimOpening {
  readonly claimId: Uint8Array;
  /** Kind specific canonical bytes. A result: an encoded ResultOpening. */
  readonly opening: Uint8Array;
}
export const ClaimOpening: MessageCodec<ClaimOpening> = message<ClaimOpening>("openledger.attribution.v1.ClaimOpening", () => [
  { no: 1, name: "claimId", json: "claim_id", type: "bytes" },
  { no: 2, name: "opening", json: "opening", type: "bytes" },
]);

/** A root that a precommit of `height` carried, kept until no claim's opening can refer to it. */
export interface RootRecord {
  readonly height: bigint;
  readonly validator: Uint8Array;
  readonly root: Uint8Array;
}
export const RootRecord: MessageCodec<RootRecord> = message<RootRecord>("openledger.attribution.v1.RootRecord", () => [
  { no: 1, name: "height", json: "height", type: "uint64" },
  { no: 2, name: "validator", json: "validator", type: "bytes" },
  { no: 3, name: "root", json: "root", type: "bytes" },
]);

/** What the chain keeps of an accepted Opening until its claim is tallied. */
export interface RecordedOpening {
  readonly claimId: Uint8Array;
  readonly validator: Uint8Array;
  readonly verdict: Verdict;
  readonly own: Sketch | undefined;
  readonly peers: readonly Sketch[];
  readonly leaf: Uint8Array;
  /** A second leaf of this validator for this claim was opened: it counts as voided. */
  readonly equivocated: boolean;
  readonly rootHeight: bigint;
}
export const RecordedOpening: MessageCodec<RecordedOpening> = message<RecordedOpening>("openledger.attribution.v1.RecordedOpening", () => [
  { no: 1, name: "claimId", json: "claim_id", type: "bytes" },
  { no: 2, name: "validator", json: "validator", type: "bytes" },
  { no: 3, name: "verdict", json: "verdict", type: "enum", enum: Verdict },
  { no: 4, name: "own", json: "own", type: "message", message: () => Sketch },
  { no: 5, name: "peers", json: "peers", type: "message", message: () => Sketch, repeated: true },
  { no: 6, name: "leaf", json: "leaf", type: "bytes" },
  { no: 7, name: "equivocated", json: "equivocated", type: "bool" },
  { no: 8, name: "rootHeight", json: "root_height", type: "uint64" },
]);

/** Evidence: two different leaves of one validator for one claim, both under roots that it signed. Kept for good. */
export interface Equivocation {
  readonly claimId: Uint8Array;
  readonly validator: Uint8Array;
  /** Its power in the claim's committee. */
  readonly power: bigint;
  readonly firstLeaf: Uint8Array;
  readonly secondLeaf: Uint8Array;
  readonly firstRootHeight: bigint;
  readonly secondRootHeight: bigint;
  /** Height of the block that held the second opening. */
  readonly height: bigint;
}
export const Equivocation: MessageCodec<Equivocation> = message<Equivocation>("openledger.attribution.v1.Equivocation", () => [
  { no: 1, name: "claimId", json: "claim_id", type: "bytes" },
  { no: 2, name: "validator", json: "validator", type: "bytes" },
  { no: 3, name: "power", json: "power", type: "uint64" },
  { no: 4, name: "firstLeaf", json: "first_leaf", type: "bytes" },
  { no: 5, name: "secondLeaf", json: "second_leaf", type: "bytes" },
  { no: 6, name: "firstRootHeight", json: "first_root_height", type: "uint64" },
  { no: 7, name: "secondRootHeight", json: "second_root_height", type: "uint64" },
  { no: 8, name: "height", json: "height", type: "uint64" },
]);

/** Statement of a FIDELITY claim: the measured linear datamodelling score (LDS) of a model's index against retraining. */
export interface FidelityReport {
  readonly model: string;
  /** LDS and its standard error in units of 10^-18, at most 10^18; a negative LDS is 0. */
  readonly lds: bigint;
  readonly standardError: bigint;
  /** Retrainings, the share of the rows in each in basis points, and queries. */
  readonly subsets: number;
  readonly shareBps: number;
  readonly queries: number;
  /** Blob with what each retraining gave for each query, and the scores that were compared with it. */
  readonly evidenceBlob: Uint8Array;
}
export const FidelityReport: MessageCodec<FidelityReport> = message<FidelityReport>("openledger.attribution.v1.FidelityReport", () => [
  { no: 1, name: "model", json: "model", type: "string" },
  { no: 2, name: "lds", json: "lds", type: "uint64" },
  { no: 3, name: "standardError", json: "standard_error", type: "uint64" },
  { no: 4, name: "subsets", json: "subsets", type: "uint32" },
  { no: 5, name: "shareBps", json: "share_bps", type: "uint32" },
  { no: 6, name: "queries", json: "queries", type: "uint32" },
  { no: 7, name: "evidenceBlob", json: "evidence_blob", type: "bytes" },
]);

export interface BeaconRecord {
  readonly height: bigint;
  readonly beacon: Uint8Array;
}
export const BeaconRecord: MessageCodec<BeaconRecord> = message<BeaconRecord>("openledger.attribution.v1.BeaconRecord", () => [
  { no: 1, name: "height", json: "height", type: "uint64" },
  { no: 2, name: "beacon", json: "beacon", type: "bytes" },
]);

/** What is gossiped on the openings topic. */
export interface OpeningEnvelope {
  readonly opening: Opening | undefined;
  readonly claimOpening: ClaimOpening | undefined;
}
export const OpeningEnvelope: MessageCodec<OpeningEnvelope> = message<OpeningEnvelope>("openledger.attribution.v1.OpeningEnvelope", () => [
  { no: 1, name: "opening", json: "opening", type: "message", message: () => Opening },
  { no: 2, name: "claimOpening", json: "claim_opening", type: "message", message: () => ClaimOpening },
]);

export interface ClassVector {
  readonly class: number;
  /** Quantised (p - y) of this class. */
  readonly weight: number;
  /** Power of two that scales v. */
  readonly exponent: number;
  /** int8[d], two's complement. */
  readonly v: Uint8Array;
}
export const ClassVector: MessageCodec<ClassVector> = message<ClassVector>("openledger.attribution.v1.ClassVector", () => [
  { no: 1, name: "class", json: "class", type: "uint32" },
  { no: 2, name: "weight", json: "weight", type: "sint32" },
  { no: 3, name: "exponent", json: "exponent", type: "sint32" },
  { no: 4, name: "v", json: "v", type: "bytes" },
]);

export interface QueryVectors {
  readonly classes: readonly ClassVector[];
  /** Power of two that scales the weights. */
  readonly weightExponent: number;
}
export const QueryVectors: MessageCodec<QueryVectors> = message<QueryVectors>("openledger.attribution.v1.QueryVectors", () => [
  { no: 1, name: "classes", json: "classes", type: "message", message: () => ClassVector, repeated: true },
  { no: 2, name: "weightExponent", json: "weight_exponent", type: "sint32" },
]);

export interface SettlementEntry {
  /** Position in the snapshot's contribution list. */
  readonly contribution: number;
  readonly item: number;
  /** Share in units of 10^-18. */
  readonly weight: bigint;
}
export const SettlementEntry: MessageCodec<SettlementEntry> = message<SettlementEntry>("openledger.attribution.v1.SettlementEntry", () => [
  { no: 1, name: "contribution", json: "contribution", type: "uint32" },
  { no: 2, name: "item", json: "item", type: "uint32" },
  { no: 3, name: "weight", json: "weight", type: "uint64" },
]);

/** entries + unattributed + cap_excess sum to exactly 10^18. */
export interface SettlementVector {
  /** By weight descending, then (contribution, item) ascending; at most 32, distinct. */
  readonly entries: readonly SettlementEntry[];
  readonly unattributed: bigint;
  readonly capExcess: bigint;
  /** Clusters with a positive weight before the cap; decides where cap_excess goes. */
  readonly eligibleClusters: number;
}
export const SettlementVector: MessageCodec<SettlementVector> = message<SettlementVector>("openledger.attribution.v1.SettlementVector", () => [
  { no: 1, name: "entries", json: "entries", type: "message", message: () => SettlementEntry, repeated: true },
  { no: 2, name: "unattributed", json: "unattributed", type: "uint64" },
  { no: 3, name: "capExcess", json: "cap_excess", type: "uint64" },
  { no: 4, name: "eligibleClusters", json: "eligible_clusters", type: "uint32" },
]);

export interface ResultOpening {
  /** Of a classifier: one vector a class. Of a generator: one vector a checkpoint view (class is the view's number, weight 1). */
  readonly query: QueryVectors | undefined;
  readonly settlement: SettlementVector | undefined;
  /** Token attribution, of generators only. */
  readonly tokens: SettlementVector | undefined;
}
export const ResultOpening: MessageCodec<ResultOpening> = message<ResultOpening>("openledger.attribution.v1.ResultOpening", () => [
  { no: 1, name: "query", json: "query", type: "message", message: () => QueryVectors },
  { no: 2, name: "settlement", json: "settlement", type: "message", message: () => SettlementVector },
  { no: 3, name: "tokens", json: "tokens", type: "message", message: () => SettlementVector },
]);

export interface MemberOutcome {
  readonly validator: Uint8Array;
  readonly power: bigint;
  readonly verdict: Verdict;
  /** The own sketch was contradicted by more than half of the other answering power. */
  readonly voided: boolean;
  /** Opened within the window. */
  readonly answered: boolean;
  /** Two different leaves of this validator were opened; implies voided. */
  readonly equivocated: boolean;
}
export const MemberOutcome: MessageCodec<MemberOutcome> = message<MemberOutcome>("openledger.attribution.v1.MemberOutcome", () => [
  { no: 1, name: "validator", json: "validator", type: "bytes" },
  { no: 2, name: "power", json: "power", type: "uint64" },
  { no: 3, name: "verdict", json: "verdict", type: "enum", enum: Verdict },
  { no: 4, name: "voided", json: "voided", type: "bool" },
  { no: 5, name: "answered", json: "answered", type: "bool" },
  { no: 6, name: "equivocated", json: "equivocated", type: "bool" },
]);

export interface Outcome {
  readonly claimId: Uint8Array;
  readonly status: ClaimStatus;
  readonly members: readonly MemberOutcome[];
  readonly height: bigint;
  /** The poster opened payload_hash in time, or the kind needs no opening. */
  readonly opened: boolean;
}
export const Outcome: MessageCodec<Outcome> = message<Outcome>("openledger.attribution.v1.Outcome", () => [
  { no: 1, name: "claimId", json: "claim_id", type: "bytes" },
  { no: 2, name: "status", json: "status", type: "enum", enum: ClaimStatus },
  { no: 3, name: "members", json: "members", type: "message", message: () => MemberOutcome, repeated: true },
  { no: 4, name: "height", json: "height", type: "uint64" },
  { no: 5, name: "opened", json: "opened", type: "bool" },
]);

/** Counters of one validator over all tallied claims. */
export interface AttestationRecord {
  readonly validator: Uint8Array;
  readonly accepted: bigint;
  readonly rejected: bigint;
  readonly abstained: bigint;
  readonly voided: bigint;
}
export const AttestationRecord: MessageCodec<AttestationRecord> = message<AttestationRecord>("openledger.attribution.v1.AttestationRecord", () => [
  { no: 1, name: "validator", json: "validator", type: "bytes" },
  { no: 2, name: "accepted", json: "accepted", type: "uint64" },
  { no: 3, name: "rejected", json: "rejected", type: "uint64" },
  { no: 4, name: "abstained", json: "abstained", type: "uint64" },
  { no: 5, name: "voided", json: "voided", type: "uint64" },
]);

/** State of a validator's hash chain. */
export interface BeaconChain {
  readonly validator: Uint8Array;
  readonly end: Uint8Array;
  readonly registeredHeight: bigint;
  /** Last revealed preimage and the height it belongs to (the end itself at registered_height). */
  readonly lastReveal: Uint8Array;
  readonly lastHeight: bigint;
}
export const BeaconChain: MessageCodec<BeaconChain> = message<BeaconChain>("openledger.attribution.v1.BeaconChain", () => [
  { no: 1, name: "validator", json: "validator", type: "bytes" },
  { no: 2, name: "end", json: "end", type: "bytes" },
  { no: 3, name: "registeredHeight", json: "registered_height", type: "uint64" },
  { no: 4, name: "lastReveal", json: "last_reveal", type: "bytes" },
  { no: 5, name: "lastHeight", json: "last_height", type: "uint64" },
]);

/** Cumulative influence in units of 10^-18 of a query. */
export interface InfluenceScore {
  readonly key: string;
  readonly score: string;
  readonly queries: bigint;
}
export const InfluenceScore: MessageCodec<InfluenceScore> = message<InfluenceScore>("openledger.attribution.v1.InfluenceScore", () => [
  { no: 1, name: "key", json: "key", type: "string" },
  { no: 2, name: "score", json: "score", type: "string" },
  { no: 3, name: "queries", json: "queries", type: "uint64" },
]);

export interface Params {
  readonly seedDelay: bigint;
  readonly commitBlocks: bigint;
  readonly openBlocks: bigint;
  /** Bytes of openings in one block. */
  readonly maxOpeningBytes: number;
  readonly maxTalliesPerBlock: number;
  readonly maxOpenClaims: number;
  readonly minClaimBond: string;
  /** Seats of a committee; a validator set of at most this many is taken whole. */
  readonly committeeSize: number;
  /** Peers that each member answers for in committees above 7. */
  readonly peerSample: number;
  /** Kinds whose windows differ from the above, by kind ascending. */
  readonly kinds: readonly KindParams[];
  /** Kinds whose claims are recorded without attestation (training and index only): for networks without verifiers. */
  readonly unattestedKinds: readonly ClaimKind[];
}
export const Params: MessageCodec<Params> = message<Params>("openledger.attribution.v1.Params", () => [
  { no: 1, name: "seedDelay", json: "seed_delay", type: "uint64" },
  { no: 2, name: "commitBlocks", json: "commit_blocks", type: "uint64" },
  { no: 3, name: "openBlocks", json: "open_blocks", type: "uint64" },
  { no: 4, name: "maxOpeningBytes", json: "max_opening_bytes", type: "uint32" },
  { no: 5, name: "maxTalliesPerBlock", json: "max_tallies_per_block", type: "uint32" },
  { no: 6, name: "maxOpenClaims", json: "max_open_claims", type: "uint32" },
  { no: 7, name: "minClaimBond", json: "min_claim_bond", type: "string" },
  { no: 8, name: "committeeSize", json: "committee_size", type: "uint32" },
  { no: 9, name: "peerSample", json: "peer_sample", type: "uint32" },
  { no: 10, name: "kinds", json: "kinds", type: "message", message: () => KindParams, repeated: true },
  { no: 11, name: "unattestedKinds", json: "unattested_kinds", type: "enum", enum: ClaimKind, repeated: true },
]);

export interface KindParams {
  readonly kind: ClaimKind;
  readonly commitBlocks: bigint;
  /** Blocks after the acceptance during which the claim can be disputed and its bond is held. */
  readonly holdBlocks: bigint;
  /** Open claims of this kind, 0 for no limit of its own: who floods a kind with a long window fills no other kind's places. */
  readonly maxOpen: number;
  /** Share of the bond that burns without quorum, in basis points, where the kind's module does not say. */
  readonly noQuorumBurnBps: number;
  /** What the poster pays, in uopen and beside the bond, to the members whose verdict wins; empty for nothing. */
  readonly attestFee: string;
}
export const KindParams: MessageCodec<KindParams> = message<KindParams>("openledger.attribution.v1.KindParams", () => [
  { no: 1, name: "kind", json: "kind", type: "enum", enum: ClaimKind },
  { no: 2, name: "commitBlocks", json: "commit_blocks", type: "uint64" },
  { no: 3, name: "holdBlocks", json: "hold_blocks", type: "uint64" },
  { no: 4, name: "maxOpen", json: "max_open", type: "uint32" },
  { no: 5, name: "noQuorumBurnBps", json: "no_quorum_burn_bps", type: "uint32" },
  { no: 6, name: "attestFee", json: "attest_fee", type: "string" },
]);

export interface GenesisState {
  readonly params: Params | undefined;
  readonly beacons: readonly BeaconChain[];
  readonly claims: readonly Claim[];
  readonly outcomes: readonly Outcome[];
  readonly records: readonly AttestationRecord[];
  readonly contributions: readonly InfluenceScore[];
  readonly datanets: readonly InfluenceScore[];
  readonly models: readonly InfluenceScore[];
  /** The last beacons by height; the last entry is the current one. */
  readonly history: readonly BeaconRecord[];
  readonly roots: readonly RootRecord[];
  readonly openings: readonly RecordedOpening[];
  readonly equivocations: readonly Equivocation[];
}
export const GenesisState: MessageCodec<GenesisState> = message<GenesisState>("openledger.attribution.v1.GenesisState", () => [
  { no: 1, name: "params", json: "params", type: "message", message: () => Params },
  { no: 2, name: "beacons", json: "beacons", type: "message", message: () => BeaconChain, repeated: true },
  { no: 3, name: "claims", json: "claims", type: "message", message: () => Claim, repeated: true },
  { no: 4, name: "outcomes", json: "outcomes", type: "message", message: () => Outcome, repeated: true },
  { no: 5, name: "records", json: "records", type: "message", message: () => AttestationRecord, repeated: true },
  { no: 6, name: "contributions", json: "contributions", type: "message", message: () => InfluenceScore, repeated: true },
  { no: 7, name: "datanets", json: "datanets", type: "message", message: () => InfluenceScore, repeated: true },
  { no: 8, name: "models", json: "models", type: "message", message: () => InfluenceScore, repeated: true },
  { no: 9, name: "history", json: "history", type: "message", message: () => BeaconRecord, repeated: true },
  { no: 10, name: "roots", json: "roots", type: "message", message: () => RootRecord, repeated: true },
  { no: 11, name: "openings", json: "openings", type: "message", message: () => RecordedOpening, repeated: true },
  { no: 12, name: "equivocations", json: "equivocations", type: "message", message: () => Equivocation, repeated: true },
]);

export const Query = {
  Params: { path: "/openledger.attribution.v1.Query/Params", request: QueryParamsRequest, response: QueryParamsResponse },
  Claim: { path: "/openledger.attribution.v1.Query/Claim", request: QueryClaimRequest, response: QueryClaimResponse },
  /** Claims that are not tallied yet, in (open_end, id) order. */
  OpenClaims: { path: "/openledger.attribution.v1.Query/OpenClaims", request: QueryOpenClaimsRequest, response: QueryOpenClaimsResponse },
  /** Stored roots, in (height, validator) order: what an opening is checked against. */
  Roots: { path: "/openledger.attribution.v1.Query/Roots", request: QueryRootsRequest, response: QueryRootsResponse },
  Beacon: { path: "/openledger.attribution.v1.Query/Beacon", request: QueryBeaconRequest, response: QueryBeaconResponse },
  Records: { path: "/openledger.attribution.v1.Query/Records", request: QueryRecordsRequest, response: QueryRecordsResponse },
  /** Evidence against validators, by (claim, validator). */
  Equivocations: { path: "/openledger.attribution.v1.Query/Equivocations", request: QueryEquivocationsRequest, response: QueryEquivocationsResponse },
  Influence: { path: "/openledger.attribution.v1.Query/Influence", request: QueryInfluenceRequest, response: QueryInfluenceResponse },
} as const;

export const Msg = {
  PostClaim: { path: "/openledger.attribution.v1.Msg/PostClaim", request: MsgPostClaim, response: MsgPostClaimResponse },
  PostFidelity: { path: "/openledger.attribution.v1.Msg/PostFidelity", request: MsgPostFidelity, response: MsgPostFidelityResponse },
  RegisterBeacon: { path: "/openledger.attribution.v1.Msg/RegisterBeacon", request: MsgRegisterBeacon, response: MsgRegisterBeaconResponse },
} as const;
