// Generated from the .proto files by `npm run proto`. Do not edit.
import { message, type MessageCodec } from "../../../runtime.ts";

export const DisputePhase = {
  DISPUTE_PHASE_UNSPECIFIED: 0,
  /** The claim's poster owes the state at the asked position. */
  DISPUTE_PHASE_RESPOND: 1,
  /** The challenger owes its verdict on that state. */
  DISPUTE_PHASE_CHOOSE: 2,
  /** One step is left; its claim is posted as soon as the claim engine has room. */
  DISPUTE_PHASE_STEP: 3,
  /** The committee recomputes the step. */
  DISPUTE_PHASE_REFEREE: 4,
  DISPUTE_PHASE_OVER: 5,
} as const;
export type DisputePhase = (typeof DisputePhase)[keyof typeof DisputePhase];

export const DisputeOutcome = {
  DISPUTE_OUTCOME_UNSPECIFIED: 0,
  /** The claim stands; the challenger's bond is lost. */
  DISPUTE_OUTCOME_UPHELD: 1,
  /** The claim is overturned; its bond is lost. */
  DISPUTE_OUTCOME_OVERTURNED: 2,
  /** No quorum on the step: nobody loses anything. */
  DISPUTE_OUTCOME_UNDECIDED: 3,
  /** The claim ended by its own tally before. */
  DISPUTE_OUTCOME_MOOT: 4,
} as const;
export type DisputeOutcome = (typeof DisputeOutcome)[keyof typeof DisputeOutcome];

export interface QueryParamsRequest {}
export const QueryParamsRequest: MessageCodec<QueryParamsRequest> = message<QueryParamsRequest>("openledger.dispute.v1.QueryParamsRequest", () => []);

export interface QueryParamsResponse {
  readonly params: Params | undefined;
}
export const QueryParamsResponse: MessageCodec<QueryParamsResponse> = message<QueryParamsResponse>("openledger.dispute.v1.QueryParamsResponse", () => [
  { no: 1, name: "params", json: "params", type: "message", message: () => Params },
]);

export interface QueryDisputeRequest {
  readonly id: Uint8Array;
}
export const QueryDisputeRequest: MessageCodec<QueryDisputeRequest> = message<QueryDisputeRequest>("openledger.dispute.v1.QueryDisputeRequest", () => [
  { no: 1, name: "id", json: "id", type: "bytes" },
]);

export interface QueryDisputeResponse {
  readonly dispute: Dispute | undefined;
}
export const QueryDisputeResponse: MessageCodec<QueryDisputeResponse> = message<QueryDisputeResponse>("openledger.dispute.v1.QueryDisputeResponse", () => [
  { no: 1, name: "dispute", json: "dispute", type: "message", message: () => Dispute },
]);

/** start_after is the id of the last dispute of the previous page; for open disputes only. */
export interface QueryDisputesRequest {
  readonly claimId: Uint8Array;
  readonly startAfter: Uint8Array;
}
export const QueryDisputesRequest: MessageCodec<QueryDisputesRequest> = message<QueryDisputesRequest>("openledger.dispute.v1.QueryDisputesRequest", () => [
  { no: 1, name: "claimId", json: "claim_id", type: "bytes" },
  { no: 2, name: "startAfter", json: "start_after", type: "bytes" },
]);

export interface QueryDisputesResponse {
  readonly disputes: readonly Dispute[];
}
export const QueryDisputesResponse: MessageCodec<QueryDisputesResponse> = message<QueryDisputesResponse>("openledger.dispute.v1.QueryDisputesResponse", () => [
  { no: 1, name: "disputes", json: "disputes", type: "message", message: () => Dispute, repeated: true },
]);

/**
 * Says that the result of a claim does not follow from its manifest, with a bond (parameter challenge_bond).
 * steps and every are those of the claim's log; aunts is the path of their leaf, the first one, to the log root.
 */
export interface MsgChallenge {
  readonly challenger: string;
  readonly claimId: Uint8Array;
  readonly steps: bigint;
  readonly every: bigint;
  readonly aunts: readonly Uint8Array[];
}
export const MsgChallenge: MessageCodec<MsgChallenge> = message<MsgChallenge>("openledger.dispute.v1.MsgChallenge", () => [
  { no: 1, name: "challenger", json: "challenger", type: "string" },
  { no: 2, name: "claimId", json: "claim_id", type: "bytes" },
  { no: 3, name: "steps", json: "steps", type: "uint64" },
  { no: 4, name: "every", json: "every", type: "uint64" },
  { no: 5, name: "aunts", json: "aunts", type: "bytes", repeated: true },
]);

export interface MsgChallengeResponse {
  readonly disputeId: Uint8Array;
  readonly asked: bigint;
  readonly deadline: bigint;
}
export const MsgChallengeResponse: MessageCodec<MsgChallengeResponse> = message<MsgChallengeResponse>("openledger.dispute.v1.MsgChallengeResponse", () => [
  { no: 1, name: "disputeId", json: "dispute_id", type: "bytes" },
  { no: 2, name: "asked", json: "asked", type: "uint64" },
  { no: 3, name: "deadline", json: "deadline", type: "uint64" },
]);

/** The claim's poster reveals the state at the asked position. Where that is a checkpoint, with its path to the log root. */
export interface MsgRespond {
  readonly poster: string;
  readonly disputeId: Uint8Array;
  readonly position: bigint;
  readonly root: Uint8Array;
  readonly stateBlob: Uint8Array;
  /** Both empty unless the position is a checkpoint. */
  readonly roundingHash: Uint8Array;
  readonly aunts: readonly Uint8Array[];
}
export const MsgRespond: MessageCodec<MsgRespond> = message<MsgRespond>("openledger.dispute.v1.MsgRespond", () => [
  { no: 1, name: "poster", json: "poster", type: "string" },
  { no: 2, name: "disputeId", json: "dispute_id", type: "bytes" },
  { no: 3, name: "position", json: "position", type: "uint64" },
  { no: 4, name: "root", json: "root", type: "bytes" },
  { no: 5, name: "stateBlob", json: "state_blob", type: "bytes" },
  { no: 6, name: "roundingHash", json: "rounding_hash", type: "bytes" },
  { no: 7, name: "aunts", json: "aunts", type: "bytes", repeated: true },
]);

export interface MsgRespondResponse {
  readonly deadline: bigint;
}
export const MsgRespondResponse: MessageCodec<MsgRespondResponse> = message<MsgRespondResponse>("openledger.dispute.v1.MsgRespondResponse", () => [
  { no: 1, name: "deadline", json: "deadline", type: "uint64" },
]);

/** The challenger says whether it computes the same state there. */
export interface MsgChoose {
  readonly challenger: string;
  readonly disputeId: Uint8Array;
  readonly position: bigint;
  readonly agree: boolean;
  /** With agree: the challenger's own blob of that state, should the poster's not hold it. */
  readonly stateBlob: Uint8Array;
}
export const MsgChoose: MessageCodec<MsgChoose> = message<MsgChoose>("openledger.dispute.v1.MsgChoose", () => [
  { no: 1, name: "challenger", json: "challenger", type: "string" },
  { no: 2, name: "disputeId", json: "dispute_id", type: "bytes" },
  { no: 3, name: "position", json: "position", type: "uint64" },
  { no: 4, name: "agree", json: "agree", type: "bool" },
  { no: 5, name: "stateBlob", json: "state_blob", type: "bytes" },
]);

export interface MsgChooseResponse {
  readonly asked: bigint;
  readonly deadline: bigint;
}
export const MsgChooseResponse: MessageCodec<MsgChooseResponse> = message<MsgChooseResponse>("openledger.dispute.v1.MsgChooseResponse", () => [
  { no: 1, name: "asked", json: "asked", type: "uint64" },
  { no: 2, name: "deadline", json: "deadline", type: "uint64" },
]);

/** A state of the disputed computation, as its poster gives it. */
export interface TraceState {
  /** Positions of a computation of n steps: 0 the manifest, 1 the initial state, s + 1 the state after step s, n + 2 the result. */
  readonly position: bigint;
  readonly root: Uint8Array;
  /** Blob that holds the state's bytes. */
  readonly blob: Uint8Array;
  /** Of a checkpoint: hash of the roundings since the one before. */
  readonly roundingHash: Uint8Array;
}
export const TraceState: MessageCodec<TraceState> = message<TraceState>("openledger.dispute.v1.TraceState", () => [
  { no: 1, name: "position", json: "position", type: "uint64" },
  { no: 2, name: "root", json: "root", type: "bytes" },
  { no: 3, name: "blob", json: "blob", type: "bytes" },
  { no: 4, name: "roundingHash", json: "rounding_hash", type: "bytes" },
]);

export interface Dispute {
  /** sha256 over (tag, claim id, number). */
  readonly id: Uint8Array;
  readonly claimId: Uint8Array;
  /** Of this claim, from 1. */
  readonly number: number;
  readonly challenger: string;
  readonly poster: string;
  /** The challenger's bond in uopen. */
  readonly bond: string;
  readonly phase: DisputePhase;
  /** Length of the computation and distance of its committed checkpoints, in steps; merkle root over them. */
  readonly steps: bigint;
  readonly every: bigint;
  readonly logRoot: Uint8Array;
  /** The last state that both agree on, and the first one known to be disputed. */
  readonly agreed: TraceState | undefined;
  readonly disputed: TraceState | undefined;
  /** Position that is asked for, or was answered by `answer`. */
  readonly asked: bigint;
  readonly answer: TraceState | undefined;
  /** Last height at which the move that is due counts. */
  readonly deadline: bigint;
  readonly openedHeight: bigint;
  /** The STEP claim. */
  readonly stepClaimId: Uint8Array;
  readonly outcome: DisputeOutcome;
  readonly endedHeight: bigint;
  /** Why it ended: timeout, referee, claim. */
  readonly reason: string;
  /** The challenger's blob of the agreed state, when it differs from the poster's. */
  readonly agreedBlob: Uint8Array;
  /** Of the newest disputed checkpoint: its roundings are those of the step that remains. */
  readonly roundingHash: Uint8Array;
}
export const Dispute: MessageCodec<Dispute> = message<Dispute>("openledger.dispute.v1.Dispute", () => [
  { no: 1, name: "id", json: "id", type: "bytes" },
  { no: 2, name: "claimId", json: "claim_id", type: "bytes" },
  { no: 3, name: "number", json: "number", type: "uint32" },
  { no: 4, name: "challenger", json: "challenger", type: "string" },
  { no: 5, name: "poster", json: "poster", type: "string" },
  { no: 6, name: "bond", json: "bond", type: "string" },
  { no: 7, name: "phase", json: "phase", type: "enum", enum: DisputePhase },
  { no: 8, name: "steps", json: "steps", type: "uint64" },
  { no: 9, name: "every", json: "every", type: "uint64" },
  { no: 10, name: "logRoot", json: "log_root", type: "bytes" },
  { no: 11, name: "agreed", json: "agreed", type: "message", message: () => TraceState },
  { no: 12, name: "disputed", json: "disputed", type: "message", message: () => TraceState },
  { no: 13, name: "asked", json: "asked", type: "uint64" },
  { no: 14, name: "answer", json: "answer", type: "message", message: () => TraceState },
  { no: 15, name: "deadline", json: "deadline", type: "uint64" },
  { no: 16, name: "openedHeight", json: "opened_height", type: "uint64" },
  { no: 17, name: "stepClaimId", json: "step_claim_id", type: "bytes" },
  { no: 18, name: "outcome", json: "outcome", type: "enum", enum: DisputeOutcome },
  { no: 19, name: "endedHeight", json: "ended_height", type: "uint64" },
  { no: 20, name: "reason", json: "reason", type: "string" },
  { no: 21, name: "agreedBlob", json: "agreed_blob", type: "bytes" },
  { no: 22, name: "roundingHash", json: "rounding_hash", type: "bytes" },
]);

/**
 * Statement of a STEP claim: from `before`, step `position` - 1 gives `after`. Position 1: the initial state follows from
 * the manifest; position steps + 2: the result follows from the last state.
 */
export interface StepStatement {
  readonly disputeId: Uint8Array;
  /** The disputed claim. */
  readonly claimId: Uint8Array;
  readonly position: bigint;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
  /** Blobs that may hold the state `before`, the poster's and the challenger's; whoever recomputes takes the one that fits. */
  readonly beforeBlobs: readonly Uint8Array[];
  readonly steps: bigint;
  /** Roundings that the poster's log states for the part of the computation that holds the step; empty for the result. */
  readonly roundingHash: Uint8Array;
}
export const StepStatement: MessageCodec<StepStatement> = message<StepStatement>("openledger.dispute.v1.StepStatement", () => [
  { no: 1, name: "disputeId", json: "dispute_id", type: "bytes" },
  { no: 2, name: "claimId", json: "claim_id", type: "bytes" },
  { no: 3, name: "position", json: "position", type: "uint64" },
  { no: 4, name: "before", json: "before", type: "bytes" },
  { no: 5, name: "after", json: "after", type: "bytes" },
  { no: 6, name: "beforeBlobs", json: "before_blobs", type: "bytes", repeated: true },
  { no: 7, name: "steps", json: "steps", type: "uint64" },
  { no: 8, name: "roundingHash", json: "rounding_hash", type: "bytes" },
]);

export interface Params {
  /** The challenger's bond in uopen. */
  readonly challengeBond: string;
  /** Blocks for each move. */
  readonly moveBlocks: bigint;
  readonly maxOpenDisputes: number;
  /** Timeouts and step claims that one block handles. */
  readonly maxEndsPerBlock: number;
  /** Longest computation that can be disputed, in steps. */
  readonly maxSteps: bigint;
  /** Basis points of a lost bond that the other side gets, at most half. */
  readonly winnerBps: number;
  /** Blocks that remain for another challenge after one found no quorum. */
  readonly graceBlocks: bigint;
}
export const Params: MessageCodec<Params> = message<Params>("openledger.dispute.v1.Params", () => [
  { no: 1, name: "challengeBond", json: "challenge_bond", type: "string" },
  { no: 2, name: "moveBlocks", json: "move_blocks", type: "uint64" },
  { no: 3, name: "maxOpenDisputes", json: "max_open_disputes", type: "uint32" },
  { no: 4, name: "maxEndsPerBlock", json: "max_ends_per_block", type: "uint32" },
  { no: 5, name: "maxSteps", json: "max_steps", type: "uint64" },
  { no: 6, name: "winnerBps", json: "winner_bps", type: "uint32" },
  { no: 7, name: "graceBlocks", json: "grace_blocks", type: "uint64" },
]);

export interface GenesisState {
  readonly params: Params | undefined;
  readonly disputes: readonly Dispute[];
}
export const GenesisState: MessageCodec<GenesisState> = message<GenesisState>("openledger.dispute.v1.GenesisState", () => [
  { no: 1, name: "params", json: "params", type: "message", message: () => Params },
  { no: 2, name: "disputes", json: "disputes", type: "message", message: () => Dispute, repeated: true },
]);

export const Query = {
  Params: { path: "/openledger.dispute.v1.Query/Params", request: QueryParamsRequest, response: QueryParamsResponse },
  Dispute: { path: "/openledger.dispute.v1.Query/Dispute", request: QueryDisputeRequest, response: QueryDisputeResponse },
  /** By claim in order of their number, or all that are open when no claim is given. */
  Disputes: { path: "/openledger.dispute.v1.Query/Disputes", request: QueryDisputesRequest, response: QueryDisputesResponse },
} as const;

export const Msg = {
  Challenge: { path: "/openledger.dispute.v1.Msg/Challenge", request: MsgChallenge, response: MsgChallengeResponse },
  Respond: { path: "/openledger.dispute.v1.Msg/Respond", request: MsgRespond, response: MsgRespondResponse },
  Choose: { path: "/openledger.dispute.v1.Msg/Choose", request: MsgChoose, response: MsgChooseResponse },
} as const;
