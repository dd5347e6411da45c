// Generated from the .proto files by `npm run proto`. Do not edit.
import { message, type MessageCodec } from "../../../runtime.ts";

export const WindowPhase = {
  WINDOW_PHASE_UNSPECIFIED: 0,
  /** Contributors commit and reveal. */
  WINDOW_PHASE_SUBMIT: 1,
  /** Curators commit verdicts. */
  WINDOW_PHASE_REVIEW: 2,
  /** Curators reveal verdicts. */
  WINDOW_PHASE_REVEAL: 3,
  /** Verdicts are counted; a snapshot may be posted, a new window opened. */
  WINDOW_PHASE_CLOSED: 4,
} as const;
export type WindowPhase = (typeof WindowPhase)[keyof typeof WindowPhase];

export const ContributionStatus = {
  CONTRIBUTION_STATUS_UNSPECIFIED: 0,
  CONTRIBUTION_STATUS_COMMITTED: 1,
  CONTRIBUTION_STATUS_REVEALED: 2,
  CONTRIBUTION_STATUS_CURATED: 3,
  /** Never revealed in its window: the bond was burnt. */
  CONTRIBUTION_STATUS_EXPIRED: 4,
  CONTRIBUTION_STATUS_WITHDRAWN: 5,
} as const;
export type ContributionStatus = (typeof ContributionStatus)[keyof typeof ContributionStatus];

export const SnapshotStatus = {
  SNAPSHOT_STATUS_UNSPECIFIED: 0,
  SNAPSHOT_STATUS_PENDING: 1,
  SNAPSHOT_STATUS_ACCEPTED: 2,
  SNAPSHOT_STATUS_REJECTED: 3,
  /** Too few validators answered: the poster's bond went back without the burnt share, and anyone may post again. */
  SNAPSHOT_STATUS_NO_QUORUM: 4,
} as const;
export type SnapshotStatus = (typeof SnapshotStatus)[keyof typeof SnapshotStatus];

export interface QueryParamsRequest {}
export const QueryParamsRequest: MessageCodec<QueryParamsRequest> = message<QueryParamsRequest>("openledger.datanet.v1.QueryParamsRequest", () => []);

export interface QueryParamsResponse {
  readonly params: Params | undefined;
}
export const QueryParamsResponse: MessageCodec<QueryParamsResponse> = message<QueryParamsResponse>("openledger.datanet.v1.QueryParamsResponse", () => [
  { no: 1, name: "params", json: "params", type: "message", message: () => Params },
]);

export interface QueryDataNetRequest {
  readonly id: string;
}
export const QueryDataNetRequest: MessageCodec<QueryDataNetRequest> = message<QueryDataNetRequest>("openledger.datanet.v1.QueryDataNetRequest", () => [
  { no: 1, name: "id", json: "id", type: "string" },
]);

export interface QueryDataNetResponse {
  readonly datanet: DataNet | undefined;
}
export const QueryDataNetResponse: MessageCodec<QueryDataNetResponse> = message<QueryDataNetResponse>("openledger.datanet.v1.QueryDataNetResponse", () => [
  { no: 1, name: "datanet", json: "datanet", type: "message", message: () => DataNet },
]);

/** start_after is the last id of the previous page; limit 0 means 100, which is also the most. */
export interface QueryDataNetsRequest {
  readonly startAfter: string;
  readonly limit: number;
}
export const QueryDataNetsRequest: MessageCodec<QueryDataNetsRequest> = message<QueryDataNetsRequest>("openledger.datanet.v1.QueryDataNetsRequest", () => [
  { no: 1, name: "startAfter", json: "start_after", type: "string" },
  { no: 2, name: "limit", json: "limit", type: "uint32" },
]);

export interface QueryDataNetsResponse {
  readonly datanets: readonly DataNet[];
}
export const QueryDataNetsResponse: MessageCodec<QueryDataNetsResponse> = message<QueryDataNetsResponse>("openledger.datanet.v1.QueryDataNetsResponse", () => [
  { no: 1, name: "datanets", json: "datanets", type: "message", message: () => DataNet, repeated: true },
]);

export interface QueryContributionRequest {
  readonly id: string;
}
export const QueryContributionRequest: MessageCodec<QueryContributionRequest> = message<QueryContributionRequest>("openledger.datanet.v1.QueryContributionRequest", () => [
  { no: 1, name: "id", json: "id", type: "string" },
]);

export interface QueryContributionResponse {
  readonly contribution: Contribution | undefined;
}
export const QueryContributionResponse: MessageCodec<QueryContributionResponse> = message<QueryContributionResponse>("openledger.datanet.v1.QueryContributionResponse", () => [
  { no: 1, name: "contribution", json: "contribution", type: "message", message: () => Contribution },
]);

/** window 0 means all windows; limit 0 means 100, at most 1000. The next page starts at the last seq + 1. */
export interface QueryContributionsRequest {
  readonly datanet: string;
  readonly window: number;
  readonly startSeq: number;
  readonly limit: number;
}
export const QueryContributionsRequest: MessageCodec<QueryContributionsRequest> = message<QueryContributionsRequest>("openledger.datanet.v1.QueryContributionsRequest", () => [
  { no: 1, name: "datanet", json: "datanet", type: "string" },
  { no: 2, name: "window", json: "window", type: "uint32" },
  { no: 3, name: "startSeq", json: "start_seq", type: "uint32" },
  { no: 4, name: "limit", json: "limit", type: "uint32" },
]);

export interface QueryContributionsResponse {
  readonly contributions: readonly Contribution[];
}
export const QueryContributionsResponse: MessageCodec<QueryContributionsResponse> = message<QueryContributionsResponse>("openledger.datanet.v1.QueryContributionsResponse", () => [
  { no: 1, name: "contributions", json: "contributions", type: "message", message: () => Contribution, repeated: true },
]);

export interface QuerySnapshotRequest {
  readonly id: string;
}
export const QuerySnapshotRequest: MessageCodec<QuerySnapshotRequest> = message<QuerySnapshotRequest>("openledger.datanet.v1.QuerySnapshotRequest", () => [
  { no: 1, name: "id", json: "id", type: "string" },
]);

export interface QuerySnapshotResponse {
  readonly snapshot: Snapshot | undefined;
}
export const QuerySnapshotResponse: MessageCodec<QuerySnapshotResponse> = message<QuerySnapshotResponse>("openledger.datanet.v1.QuerySnapshotResponse", () => [
  { no: 1, name: "snapshot", json: "snapshot", type: "message", message: () => Snapshot },
]);

/** The last 1000 windows' at most, by window ascending. */
export interface QuerySnapshotsRequest {
  readonly datanet: string;
}
export const QuerySnapshotsRequest: MessageCodec<QuerySnapshotsRequest> = message<QuerySnapshotsRequest>("openledger.datanet.v1.QuerySnapshotsRequest", () => [
  { no: 1, name: "datanet", json: "datanet", type: "string" },
]);

export interface QuerySnapshotsResponse {
  readonly snapshots: readonly Snapshot[];
}
export const QuerySnapshotsResponse: MessageCodec<QuerySnapshotsResponse> = message<QuerySnapshotsResponse>("openledger.datanet.v1.QuerySnapshotsResponse", () => [
  { no: 1, name: "snapshots", json: "snapshots", type: "message", message: () => Snapshot, repeated: true },
]);

export interface HeldOutCount {
  readonly contributor: string;
  readonly items: number;
}
export const HeldOutCount: MessageCodec<HeldOutCount> = message<HeldOutCount>("openledger.datanet.v1.HeldOutCount", () => [
  { no: 1, name: "contributor", json: "contributor", type: "string" },
  { no: 2, name: "items", json: "items", type: "uint32" },
]);

export interface QueryHeldOutRequest {
  readonly snapshot: string;
}
export const QueryHeldOutRequest: MessageCodec<QueryHeldOutRequest> = message<QueryHeldOutRequest>("openledger.datanet.v1.QueryHeldOutRequest", () => [
  { no: 1, name: "snapshot", json: "snapshot", type: "string" },
]);

/** height is that of the draw; the seed is empty before it. */
export interface QueryHeldOutResponse {
  readonly counts: readonly HeldOutCount[];
  readonly items: number;
  readonly seed: Uint8Array;
  readonly height: bigint;
}
export const QueryHeldOutResponse: MessageCodec<QueryHeldOutResponse> = message<QueryHeldOutResponse>("openledger.datanet.v1.QueryHeldOutResponse", () => [
  { no: 1, name: "counts", json: "counts", type: "message", message: () => HeldOutCount, repeated: true },
  { no: 2, name: "items", json: "items", type: "uint32" },
  { no: 3, name: "seed", json: "seed", type: "bytes" },
  { no: 4, name: "height", json: "height", type: "uint64" },
]);

export interface MsgCreateDataNet {
  readonly creator: string;
  readonly id: string;
  readonly title: string;
  readonly topic: string;
  readonly labels: readonly string[];
  /** Licence that every contribution must name; empty: each names its own. */
  readonly licence: string;
  readonly submitBlocks: bigint;
  readonly reviewBlocks: bigint;
  readonly revealBlocks: bigint;
}
export const MsgCreateDataNet: MessageCodec<MsgCreateDataNet> = message<MsgCreateDataNet>("openledger.datanet.v1.MsgCreateDataNet", () => [
  { no: 1, name: "creator", json: "creator", type: "string" },
  { no: 2, name: "id", json: "id", type: "string" },
  { no: 3, name: "title", json: "title", type: "string" },
  { no: 4, name: "topic", json: "topic", type: "string" },
  { no: 5, name: "labels", json: "labels", type: "string", repeated: true },
  { no: 6, name: "licence", json: "licence", type: "string" },
  { no: 7, name: "submitBlocks", json: "submit_blocks", type: "uint64" },
  { no: 8, name: "reviewBlocks", json: "review_blocks", type: "uint64" },
  { no: 9, name: "revealBlocks", json: "reveal_blocks", type: "uint64" },
]);

export interface MsgCreateDataNetResponse {
  readonly id: string;
}
export const MsgCreateDataNetResponse: MessageCodec<MsgCreateDataNetResponse> = message<MsgCreateDataNetResponse>("openledger.datanet.v1.MsgCreateDataNetResponse", () => [
  { no: 1, name: "id", json: "id", type: "string" },
]);

/** The creator ends the current phase: submit -> review -> reveal -> closed -> submit of the next window. */
export interface MsgAdvanceWindow {
  readonly creator: string;
  readonly datanet: string;
}
export const MsgAdvanceWindow: MessageCodec<MsgAdvanceWindow> = message<MsgAdvanceWindow>("openledger.datanet.v1.MsgAdvanceWindow", () => [
  { no: 1, name: "creator", json: "creator", type: "string" },
  { no: 2, name: "datanet", json: "datanet", type: "string" },
]);

export interface MsgAdvanceWindowResponse {
  readonly window: number;
  readonly phase: number;
}
export const MsgAdvanceWindowResponse: MessageCodec<MsgAdvanceWindowResponse> = message<MsgAdvanceWindowResponse>("openledger.datanet.v1.MsgAdvanceWindowResponse", () => [
  { no: 1, name: "window", json: "window", type: "uint32" },
  { no: 2, name: "phase", json: "phase", type: "uint32" },
]);

export interface MsgCommitContribution {
  readonly contributor: string;
  readonly datanet: string;
  /** sha256(commit tag, contributor, datanet, root, salt). */
  readonly commitment: Uint8Array;
}
export const MsgCommitContribution: MessageCodec<MsgCommitContribution> = message<MsgCommitContribution>("openledger.datanet.v1.MsgCommitContribution", () => [
  { no: 1, name: "contributor", json: "contributor", type: "string" },
  { no: 2, name: "datanet", json: "datanet", type: "string" },
  { no: 3, name: "commitment", json: "commitment", type: "bytes" },
]);

export interface MsgCommitContributionResponse {
  readonly contribution: string;
}
export const MsgCommitContributionResponse: MessageCodec<MsgCommitContributionResponse> = message<MsgCommitContributionResponse>("openledger.datanet.v1.MsgCommitContributionResponse", () => [
  { no: 1, name: "contribution", json: "contribution", type: "string" },
]);

export interface MsgRevealContribution {
  readonly contributor: string;
  readonly contribution: string;
  readonly salt: Uint8Array;
  readonly root: Uint8Array;
  readonly blob: Uint8Array;
  readonly items: number;
  readonly byteSize: bigint;
  readonly licence: string;
  readonly source: string;
  readonly synthetic: boolean;
  readonly parents: readonly string[];
}
export const MsgRevealContribution: MessageCodec<MsgRevealContribution> = message<MsgRevealContribution>("openledger.datanet.v1.MsgRevealContribution", () => [
  { no: 1, name: "contributor", json: "contributor", type: "string" },
  { no: 2, name: "contribution", json: "contribution", type: "string" },
  { no: 3, name: "salt", json: "salt", type: "bytes" },
  { no: 4, name: "root", json: "root", type: "bytes" },
  { no: 5, name: "blob", json: "blob", type: "bytes" },
  { no: 6, name: "items", json: "items", type: "uint32" },
  { no: 7, name: "byteSize", json: "byte_size", type: "uint64" },
  { no: 8, name: "licence", json: "licence", type: "string" },
  { no: 9, name: "source", json: "source", type: "string" },
  { no: 10, name: "synthetic", json: "synthetic", type: "bool" },
  { no: 11, name: "parents", json: "parents", type: "string", repeated: true },
]);

export interface MsgRevealContributionResponse {}
export const MsgRevealContributionResponse: MessageCodec<MsgRevealContributionResponse> = message<MsgRevealContributionResponse>("openledger.datanet.v1.MsgRevealContributionResponse", () => []);

/** The contributor withdraws what is in no accepted or pending snapshot; it earns nothing new. */
export interface MsgWithdrawContribution {
  readonly contributor: string;
  readonly contribution: string;
}
export const MsgWithdrawContribution: MessageCodec<MsgWithdrawContribution> = message<MsgWithdrawContribution>("openledger.datanet.v1.MsgWithdrawContribution", () => [
  { no: 1, name: "contributor", json: "contributor", type: "string" },
  { no: 2, name: "contribution", json: "contribution", type: "string" },
]);

export interface MsgWithdrawContributionResponse {}
export const MsgWithdrawContributionResponse: MessageCodec<MsgWithdrawContributionResponse> = message<MsgWithdrawContributionResponse>("openledger.datanet.v1.MsgWithdrawContributionResponse", () => []);

/** Anyone posts the snapshot of a closed window, with the bond of its claim. */
export interface MsgPostSnapshot {
  readonly poster: string;
  readonly datanet: string;
  readonly window: number;
  readonly root: Uint8Array;
  readonly items: number;
  readonly clusters: number;
  readonly blob: Uint8Array;
  /** Cluster owners of each counted contribution, in commit order; they sum to `clusters`. Empty: nothing is held out. */
  readonly owners: readonly number[];
}
export const MsgPostSnapshot: MessageCodec<MsgPostSnapshot> = message<MsgPostSnapshot>("openledger.datanet.v1.MsgPostSnapshot", () => [
  { no: 1, name: "poster", json: "poster", type: "string" },
  { no: 2, name: "datanet", json: "datanet", type: "string" },
  { no: 3, name: "window", json: "window", type: "uint32" },
  { no: 4, name: "root", json: "root", type: "bytes" },
  { no: 5, name: "items", json: "items", type: "uint32" },
  { no: 6, name: "clusters", json: "clusters", type: "uint32" },
  { no: 7, name: "blob", json: "blob", type: "bytes" },
  { no: 8, name: "owners", json: "owners", type: "uint32", repeated: true },
]);

export interface MsgPostSnapshotResponse {
  readonly snapshot: string;
  readonly claimId: Uint8Array;
}
export const MsgPostSnapshotResponse: MessageCodec<MsgPostSnapshotResponse> = message<MsgPostSnapshotResponse>("openledger.datanet.v1.MsgPostSnapshotResponse", () => [
  { no: 1, name: "snapshot", json: "snapshot", type: "string" },
  { no: 2, name: "claimId", json: "claim_id", type: "bytes" },
]);

export interface DataNet {
  /** Lower-case slug, [a-z][a-z0-9-]{2,31}. */
  readonly id: string;
  readonly creator: string;
  readonly title: string;
  readonly topic: string;
  readonly labels: readonly string[];
  readonly licence: string;
  /** From 1. */
  readonly window: number;
  readonly phase: WindowPhase;
  /**
   * Height at which the phase ends by itself; 0 while `pending` is above 0 and in closed, which only the creator ends.
   * The creator ends a phase earlier once nobody's turn is outstanding.
   */
  readonly phaseEnd: bigint;
  readonly submitBlocks: bigint;
  readonly reviewBlocks: bigint;
  readonly revealBlocks: bigint;
  /** Next commit sequence number, from 0 over all windows: originality goes by commit order. */
  readonly nextSeq: number;
  readonly bond: string;
  /** Contributions committed in the current window: the last ones below next_seq. */
  readonly contributions: number;
  /**
   * Contributions of the window that the opening work of the phase (expiry and panels in review, counting in closed)
   * has not visited yet, in commit order. The phase's time starts, and a snapshot may be posted, when it is 0.
   */
  readonly pending: number;
  /** Commitments of the current window that wait for their reveal. */
  readonly unrevealed: number;
  /** Height at which the phase was entered: pending work goes oldest phase first. */
  readonly phaseStart: bigint;
}
export const DataNet: MessageCodec<DataNet> = message<DataNet>("openledger.datanet.v1.DataNet", () => [
  { no: 1, name: "id", json: "id", type: "string" },
  { no: 2, name: "creator", json: "creator", type: "string" },
  { no: 3, name: "title", json: "title", type: "string" },
  { no: 4, name: "topic", json: "topic", type: "string" },
  { no: 5, name: "labels", json: "labels", type: "string", repeated: true },
  { no: 6, name: "licence", json: "licence", type: "string" },
  { no: 7, name: "window", json: "window", type: "uint32" },
  { no: 8, name: "phase", json: "phase", type: "enum", enum: WindowPhase },
  { no: 9, name: "phaseEnd", json: "phase_end", type: "uint64" },
  { no: 10, name: "submitBlocks", json: "submit_blocks", type: "uint64" },
  { no: 11, name: "reviewBlocks", json: "review_blocks", type: "uint64" },
  { no: 12, name: "revealBlocks", json: "reveal_blocks", type: "uint64" },
  { no: 13, name: "nextSeq", json: "next_seq", type: "uint32" },
  { no: 14, name: "bond", json: "bond", type: "string" },
  { no: 15, name: "contributions", json: "contributions", type: "uint32" },
  { no: 16, name: "pending", json: "pending", type: "uint32" },
  { no: 17, name: "unrevealed", json: "unrevealed", type: "uint32" },
  { no: 18, name: "phaseStart", json: "phase_start", type: "uint64" },
]);

export interface Contribution {
  /** Hex of the first 20 bytes of sha256(tag, datanet id, window, contributor, commitment). */
  readonly id: string;
  readonly datanet: string;
  readonly window: number;
  readonly contributor: string;
  readonly commitment: Uint8Array;
  readonly seq: number;
  readonly status: ContributionStatus;
  /** Merkle root over the encoded items. */
  readonly root: Uint8Array;
  /** sha256 of the encoded ContributionItems blob. */
  readonly blob: Uint8Array;
  readonly items: number;
  readonly byteSize: bigint;
  readonly licence: string;
  readonly source: string;
  readonly synthetic: boolean;
  readonly parents: readonly string[];
  readonly commitHeight: bigint;
  /** Unix seconds of the committing block's header. */
  readonly commitTime: bigint;
  readonly revealHeight: bigint;
  /** Bit i (least significant bit first within a byte): item i was accepted. */
  readonly accepted: Uint8Array;
  readonly acceptedCount: number;
  /** Held by the module until the window is counted (then returned) or the commitment expires (then burnt). */
  readonly bond: string;
  /** Held until the reveal, then paid to the panel; burnt with an expired commitment. */
  readonly reviewFee: string;
}
export const Contribution: MessageCodec<Contribution> = message<Contribution>("openledger.datanet.v1.Contribution", () => [
  { no: 1, name: "id", json: "id", type: "string" },
  { no: 2, name: "datanet", json: "datanet", type: "string" },
  { no: 3, name: "window", json: "window", type: "uint32" },
  { no: 4, name: "contributor", json: "contributor", type: "string" },
  { no: 5, name: "commitment", json: "commitment", type: "bytes" },
  { no: 6, name: "seq", json: "seq", type: "uint32" },
  { no: 7, name: "status", json: "status", type: "enum", enum: ContributionStatus },
  { no: 8, name: "root", json: "root", type: "bytes" },
  { no: 9, name: "blob", json: "blob", type: "bytes" },
  { no: 10, name: "items", json: "items", type: "uint32" },
  { no: 11, name: "byteSize", json: "byte_size", type: "uint64" },
  { no: 12, name: "licence", json: "licence", type: "string" },
  { no: 13, name: "source", json: "source", type: "string" },
  { no: 14, name: "synthetic", json: "synthetic", type: "bool" },
  { no: 15, name: "parents", json: "parents", type: "string", repeated: true },
  { no: 16, name: "commitHeight", json: "commit_height", type: "uint64" },
  { no: 17, name: "commitTime", json: "commit_time", type: "uint64" },
  { no: 18, name: "revealHeight", json: "reveal_height", type: "uint64" },
  { no: 19, name: "accepted", json: "accepted", type: "bytes" },
  { no: 20, name: "acceptedCount", json: "accepted_count", type: "uint32" },
  { no: 21, name: "bond", json: "bond", type: "string" },
  { no: 22, name: "reviewFee", json: "review_fee", type: "string" },
]);

/** One item as it travels in a blob and as it is hashed into the root. */
export interface Item {
  readonly text: string;
  readonly label: string;
}
export const Item: MessageCodec<Item> = message<Item>("openledger.datanet.v1.Item", () => [
  { no: 1, name: "text", json: "text", type: "string" },
  { no: 2, name: "label", json: "label", type: "string" },
]);

export interface ContributionItems {
  readonly items: readonly Item[];
}
export const ContributionItems: MessageCodec<ContributionItems> = message<ContributionItems>("openledger.datanet.v1.ContributionItems", () => [
  { no: 1, name: "items", json: "items", type: "message", message: () => Item, repeated: true },
]);

export interface SnapshotContribution {
  readonly contribution: string;
  readonly contributor: string;
  readonly accepted: number;
}
export const SnapshotContribution: MessageCodec<SnapshotContribution> = message<SnapshotContribution>("openledger.datanet.v1.SnapshotContribution", () => [
  { no: 1, name: "contribution", json: "contribution", type: "string" },
  { no: 2, name: "contributor", json: "contributor", type: "string" },
  { no: 3, name: "accepted", json: "accepted", type: "uint32" },
]);

export interface Snapshot {
  /** "<datanet>/<window>". */
  readonly id: string;
  readonly datanet: string;
  readonly window: number;
  readonly poster: string;
  /** Merkle root over the encoded SnapshotEntry rows, in (commit sequence, item) order. */
  readonly root: Uint8Array;
  readonly items: number;
  /** Clusters of near-duplicates = entries that own themselves. */
  readonly clusters: number;
  /** Blob id of the encoded SnapshotTable (a manifest when large). */
  readonly blob: Uint8Array;
  readonly claimId: Uint8Array;
  readonly status: SnapshotStatus;
  /** Every curated contribution of the window in commit order, those without an accepted item included. */
  readonly contributions: readonly SnapshotContribution[];
  /** How often a snapshot of this window was posted, so that no two posts make the same claim. */
  readonly attempt: number;
  /** beacon(held_out_height), which draws the items that are held out of training; empty before, and until acceptance. */
  readonly heldOutSeed: Uint8Array;
  /** Cluster owners of each contribution, in the order of `contributions`; empty: this snapshot holds nothing out. */
  readonly owners: readonly number[];
  /** Height whose beacon is the seed: 3 after the acceptance; 0 before that, and without owners. */
  readonly heldOutHeight: bigint;
  /** Items that the seed holds out: of every contributor's cluster owners one in ten; 0 before the draw. */
  readonly heldOut: number;
}
export const Snapshot: MessageCodec<Snapshot> = message<Snapshot>("openledger.datanet.v1.Snapshot", () => [
  { no: 1, name: "id", json: "id", type: "string" },
  { no: 2, name: "datanet", json: "datanet", type: "string" },
  { no: 3, name: "window", json: "window", type: "uint32" },
  { no: 4, name: "poster", json: "poster", type: "string" },
  { no: 5, name: "root", json: "root", type: "bytes" },
  { no: 6, name: "items", json: "items", type: "uint32" },
  { no: 7, name: "clusters", json: "clusters", type: "uint32" },
  { no: 8, name: "blob", json: "blob", type: "bytes" },
  { no: 9, name: "claimId", json: "claim_id", type: "bytes" },
  { no: 10, name: "status", json: "status", type: "enum", enum: SnapshotStatus },
  { no: 11, name: "contributions", json: "contributions", type: "message", message: () => SnapshotContribution, repeated: true },
  { no: 12, name: "attempt", json: "attempt", type: "uint32" },
  { no: 13, name: "heldOutSeed", json: "held_out_seed", type: "bytes" },
  { no: 14, name: "owners", json: "owners", type: "uint32", repeated: true },
  { no: 15, name: "heldOutHeight", json: "held_out_height", type: "uint64" },
  { no: 16, name: "heldOut", json: "held_out", type: "uint32" },
]);

export interface SnapshotEntry {
  /** Position in Snapshot.contributions. */
  readonly contribution: number;
  readonly item: number;
  /** sha256(item tag, contribution id, item index, sha256(encoded item)). */
  readonly itemId: Uint8Array;
  /** Entry index of the cluster's owner; its own index when it owns. */
  readonly owner: number;
}
export const SnapshotEntry: MessageCodec<SnapshotEntry> = message<SnapshotEntry>("openledger.datanet.v1.SnapshotEntry", () => [
  { no: 1, name: "contribution", json: "contribution", type: "uint32" },
  { no: 2, name: "item", json: "item", type: "uint32" },
  { no: 3, name: "itemId", json: "item_id", type: "bytes" },
  { no: 4, name: "owner", json: "owner", type: "uint32" },
]);

export interface SnapshotTable {
  readonly entries: readonly SnapshotEntry[];
}
export const SnapshotTable: MessageCodec<SnapshotTable> = message<SnapshotTable>("openledger.datanet.v1.SnapshotTable", () => [
  { no: 1, name: "entries", json: "entries", type: "message", message: () => SnapshotEntry, repeated: true },
]);

export interface Params {
  readonly createBond: string;
  /** Of the first commitment in a window; grows with the queue. */
  readonly contributionBond: string;
  /** Paid to curation on reveal, per contribution. */
  readonly reviewFee: string;
  readonly maxItems: number;
  readonly maxBytes: bigint;
  readonly maxContributionsPerWindow: number;
  readonly maxPhaseBlocks: bigint;
  readonly snapshotBond: string;
  /** Commitments in a window at which the bond is four times contribution_bond. */
  readonly queueTarget: number;
  /** Share of snapshot_bond that burns when a snapshot ends without quorum, in basis points. */
  readonly noQuorumBurnBps: number;
}
export const Params: MessageCodec<Params> = message<Params>("openledger.datanet.v1.Params", () => [
  { no: 1, name: "createBond", json: "create_bond", type: "string" },
  { no: 2, name: "contributionBond", json: "contribution_bond", type: "string" },
  { no: 3, name: "reviewFee", json: "review_fee", type: "string" },
  { no: 4, name: "maxItems", json: "max_items", type: "uint32" },
  { no: 5, name: "maxBytes", json: "max_bytes", type: "uint64" },
  { no: 6, name: "maxContributionsPerWindow", json: "max_contributions_per_window", type: "uint32" },
  { no: 7, name: "maxPhaseBlocks", json: "max_phase_blocks", type: "uint64" },
  { no: 8, name: "snapshotBond", json: "snapshot_bond", type: "string" },
  { no: 9, name: "queueTarget", json: "queue_target", type: "uint32" },
  { no: 10, name: "noQuorumBurnBps", json: "no_quorum_burn_bps", type: "uint32" },
]);

export interface GenesisState {
  readonly params: Params | undefined;
  readonly datanets: readonly DataNet[];
  readonly contributions: readonly Contribution[];
  readonly snapshots: readonly Snapshot[];
}
export const GenesisState: MessageCodec<GenesisState> = message<GenesisState>("openledger.datanet.v1.GenesisState", () => [
  { no: 1, name: "params", json: "params", type: "message", message: () => Params },
  { no: 2, name: "datanets", json: "datanets", type: "message", message: () => DataNet, repeated: true },
  { no: 3, name: "contributions", json: "contributions", type: "message", message: () => Contribution, repeated: true },
  { no: 4, name: "snapshots", json: "snapshots", type: "message", message: () => Snapshot, repeated: true },
]);

export const Query = {
  Params: { path: "/openledger.datanet.v1.Query/Params", request: QueryParamsRequest, response: QueryParamsResponse },
  DataNet: { path: "/openledger.datanet.v1.Query/DataNet", request: QueryDataNetRequest, response: QueryDataNetResponse },
  DataNets: { path: "/openledger.datanet.v1.Query/DataNets", request: QueryDataNetsRequest, response: QueryDataNetsResponse },
  Contribution: { path: "/openledger.datanet.v1.Query/Contribution", request: QueryContributionRequest, response: QueryContributionResponse },
  /** In commit order. */
  Contributions: { path: "/openledger.datanet.v1.Query/Contributions", request: QueryContributionsRequest, response: QueryContributionsResponse },
  Snapshot: { path: "/openledger.datanet.v1.Query/Snapshot", request: QuerySnapshotRequest, response: QuerySnapshotResponse },
  Snapshots: { path: "/openledger.datanet.v1.Query/Snapshots", request: QuerySnapshotsRequest, response: QuerySnapshotsResponse },
  /** How many held-out items each contributor of a snapshot has; those without any are left out. */
  HeldOut: { path: "/openledger.datanet.v1.Query/HeldOut", request: QueryHeldOutRequest, response: QueryHeldOutResponse },
} as const;

export const Msg = {
  CreateDataNet: { path: "/openledger.datanet.v1.Msg/CreateDataNet", request: MsgCreateDataNet, response: MsgCreateDataNetResponse },
  AdvanceWindow: { path: "/openledger.datanet.v1.Msg/AdvanceWindow", request: MsgAdvanceWindow, response: MsgAdvanceWindowResponse },
  CommitContribution: { path: "/openledger.datanet.v1.Msg/CommitContribution", request: MsgCommitContribution, response: MsgCommitContributionResponse },
  RevealContribution: { path: "/openledger.datanet.v1.Msg/RevealContribution", request: MsgRevealContribution, response: MsgRevealContributionResponse },
  WithdrawContribution: { path: "/openledger.datanet.v1.Msg/WithdrawContribution", request: MsgWithdrawContribution, response: MsgWithdrawContributionResponse },
  PostSnapshot: { path: "/openledger.datanet.v1.Msg/PostSnapshot", request: MsgPostSnapshot, response: MsgPostSnapshotResponse },
} as const;
