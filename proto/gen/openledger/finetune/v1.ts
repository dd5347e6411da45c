// Generated from the .proto files by `npm run proto`. Do not edit.
import { message, type MessageCodec } from "../../../runtime.ts";

export const JobMethod = {
  JOB_METHOD_UNSPECIFIED: 0,
  JOB_METHOD_HEAD: 1,
  JOB_METHOD_LORA: 2,
  JOB_METHOD_FULL: 3,
} as const;
export type JobMethod = (typeof JobMethod)[keyof typeof JobMethod];

export const JobStatus = {
  JOB_STATUS_UNSPECIFIED: 0,
  /** The price is in escrow, no trainer yet. */
  JOB_STATUS_OPEN: 1,
  /** A trainer bonded. */
  JOB_STATUS_ACCEPTED: 2,
  /** The result is a training claim that validators examine. */
  JOB_STATUS_CLAIMED: 3,
  /** The claim was accepted; the payout waits for the dispute window. */
  JOB_STATUS_HELD: 4,
  /** The claim was accepted and is being decided again. */
  JOB_STATUS_DISPUTED: 5,
  JOB_STATUS_PAID: 6,
  /** The result is wrong: price refunded, bond forfeited. */
  JOB_STATUS_REJECTED: 7,
  /** No quorum on the claim: price and bond returned. */
  JOB_STATUS_UNDECIDED: 8,
  /** Nobody accepted before the deadline. */
  JOB_STATUS_EXPIRED: 9,
  /** The trainer missed the deadline. */
  JOB_STATUS_LATE: 10,
  JOB_STATUS_CANCELLED: 11,
} as const;
export type JobStatus = (typeof JobStatus)[keyof typeof JobStatus];

export interface QueryParamsRequest {}
export const QueryParamsRequest: MessageCodec<QueryParamsRequest> = message<QueryParamsRequest>("openledger.finetune.v1.QueryParamsRequest", () => []);

export interface QueryParamsResponse {
  readonly params: Params | undefined;
}
export const QueryParamsResponse: MessageCodec<QueryParamsResponse> = message<QueryParamsResponse>("openledger.finetune.v1.QueryParamsResponse", () => [
  { no: 1, name: "params", json: "params", type: "message", message: () => Params },
]);

export interface QueryJobRequest {
  readonly id: string;
}
export const QueryJobRequest: MessageCodec<QueryJobRequest> = message<QueryJobRequest>("openledger.finetune.v1.QueryJobRequest", () => [
  { no: 1, name: "id", json: "id", type: "string" },
]);

export interface QueryJobResponse {
  readonly job: Job | undefined;
  readonly payees: readonly JobPayee[];
}
export const QueryJobResponse: MessageCodec<QueryJobResponse> = message<QueryJobResponse>("openledger.finetune.v1.QueryJobResponse", () => [
  { no: 1, name: "job", json: "job", type: "message", message: () => Job },
  { no: 2, name: "payees", json: "payees", type: "message", message: () => JobPayee, repeated: true },
]);

/** start_after is the last id of the previous page; limit 0 means 100. */
export interface QueryJobsRequest {
  readonly status: JobStatus;
  readonly requester: string;
  readonly trainer: string;
  readonly startAfter: string;
  readonly limit: number;
}
export const QueryJobsRequest: MessageCodec<QueryJobsRequest> = message<QueryJobsRequest>("openledger.finetune.v1.QueryJobsRequest", () => [
  { no: 1, name: "status", json: "status", type: "enum", enum: JobStatus },
  { no: 2, name: "requester", json: "requester", type: "string" },
  { no: 3, name: "trainer", json: "trainer", type: "string" },
  { no: 4, name: "startAfter", json: "start_after", type: "string" },
  { no: 5, name: "limit", json: "limit", type: "uint32" },
]);

export interface QueryJobsResponse {
  readonly jobs: readonly Job[];
}
export const QueryJobsResponse: MessageCodec<QueryJobsResponse> = message<QueryJobsResponse>("openledger.finetune.v1.QueryJobsResponse", () => [
  { no: 1, name: "jobs", json: "jobs", type: "message", message: () => Job, repeated: true },
]);

export interface QueryCheckpointsRequest {
  readonly job: string;
  readonly afterStep: bigint;
  readonly limit: number;
}
export const QueryCheckpointsRequest: MessageCodec<QueryCheckpointsRequest> = message<QueryCheckpointsRequest>("openledger.finetune.v1.QueryCheckpointsRequest", () => [
  { no: 1, name: "job", json: "job", type: "string" },
  { no: 2, name: "afterStep", json: "after_step", type: "uint64" },
  { no: 3, name: "limit", json: "limit", type: "uint32" },
]);

export interface QueryCheckpointsResponse {
  readonly checkpoints: readonly Checkpoint[];
}
export const QueryCheckpointsResponse: MessageCodec<QueryCheckpointsResponse> = message<QueryCheckpointsResponse>("openledger.finetune.v1.QueryCheckpointsResponse", () => [
  { no: 1, name: "checkpoints", json: "checkpoints", type: "message", message: () => Checkpoint, repeated: true },
]);

export interface QueryJobOfModelRequest {
  readonly model: string;
}
export const QueryJobOfModelRequest: MessageCodec<QueryJobOfModelRequest> = message<QueryJobOfModelRequest>("openledger.finetune.v1.QueryJobOfModelRequest", () => [
  { no: 1, name: "model", json: "model", type: "string" },
]);

export interface QueryJobOfModelResponse {
  readonly job: Job | undefined;
}
export const QueryJobOfModelResponse: MessageCodec<QueryJobOfModelResponse> = message<QueryJobOfModelResponse>("openledger.finetune.v1.QueryJobOfModelResponse", () => [
  { no: 1, name: "job", json: "job", type: "message", message: () => Job },
]);

export interface QueryTotalsRequest {}
export const QueryTotalsRequest: MessageCodec<QueryTotalsRequest> = message<QueryTotalsRequest>("openledger.finetune.v1.QueryTotalsRequest", () => []);

export interface QueryTotalsResponse {
  readonly totals: Totals | undefined;
}
export const QueryTotalsResponse: MessageCodec<QueryTotalsResponse> = message<QueryTotalsResponse>("openledger.finetune.v1.QueryTotalsResponse", () => [
  { no: 1, name: "totals", json: "totals", type: "message", message: () => Totals },
]);

/** Offers `price`, which is escrowed, for a training run. */
export interface MsgCreateFinetuneJob {
  readonly requester: string;
  readonly manifestHash: Uint8Array;
  readonly manifestBlob: Uint8Array;
  readonly base: string;
  readonly method: JobMethod;
  readonly snapshots: readonly string[];
  readonly price: string;
  readonly bond: string;
  /** Blocks from now until the deadline. */
  readonly deadlineBlocks: bigint;
  readonly checkpointInterval: number;
  /** Blobs of what the manifest names by hash (graph, tokenizer, encoder specification), in any order. */
  readonly baseBlobs: readonly Uint8Array[];
}
export const MsgCreateFinetuneJob: MessageCodec<MsgCreateFinetuneJob> = message<MsgCreateFinetuneJob>("openledger.finetune.v1.MsgCreateFinetuneJob", () => [
  { no: 1, name: "requester", json: "requester", type: "string" },
  { no: 2, name: "manifestHash", json: "manifest_hash", type: "bytes" },
  { no: 3, name: "manifestBlob", json: "manifest_blob", type: "bytes" },
  { no: 4, name: "base", json: "base", type: "string" },
  { no: 5, name: "method", json: "method", type: "enum", enum: JobMethod },
  { no: 6, name: "snapshots", json: "snapshots", type: "string", repeated: true },
  { no: 7, name: "price", json: "price", type: "string" },
  { no: 8, name: "bond", json: "bond", type: "string" },
  { no: 9, name: "deadlineBlocks", json: "deadline_blocks", type: "uint64" },
  { no: 10, name: "checkpointInterval", json: "checkpoint_interval", type: "uint32" },
  { no: 11, name: "baseBlobs", json: "base_blobs", type: "bytes", repeated: true },
]);

export interface MsgCreateFinetuneJobResponse {
  readonly job: string;
}
export const MsgCreateFinetuneJobResponse: MessageCodec<MsgCreateFinetuneJobResponse> = message<MsgCreateFinetuneJobResponse>("openledger.finetune.v1.MsgCreateFinetuneJobResponse", () => [
  { no: 1, name: "job", json: "job", type: "string" },
]);

/** Before a trainer accepted: the price goes back. */
export interface MsgCancelFinetuneJob {
  readonly requester: string;
  readonly job: string;
}
export const MsgCancelFinetuneJob: MessageCodec<MsgCancelFinetuneJob> = message<MsgCancelFinetuneJob>("openledger.finetune.v1.MsgCancelFinetuneJob", () => [
  { no: 1, name: "requester", json: "requester", type: "string" },
  { no: 2, name: "job", json: "job", type: "string" },
]);

export interface MsgCancelFinetuneJobResponse {}
export const MsgCancelFinetuneJobResponse: MessageCodec<MsgCancelFinetuneJobResponse> = message<MsgCancelFinetuneJobResponse>("openledger.finetune.v1.MsgCancelFinetuneJobResponse", () => []);

/** The trainer bonds what the job asks for. */
export interface MsgAcceptJob {
  readonly trainer: string;
  readonly job: string;
}
export const MsgAcceptJob: MessageCodec<MsgAcceptJob> = message<MsgAcceptJob>("openledger.finetune.v1.MsgAcceptJob", () => [
  { no: 1, name: "trainer", json: "trainer", type: "string" },
  { no: 2, name: "job", json: "job", type: "string" },
]);

export interface MsgAcceptJobResponse {}
export const MsgAcceptJobResponse: MessageCodec<MsgAcceptJobResponse> = message<MsgAcceptJobResponse>("openledger.finetune.v1.MsgAcceptJobResponse", () => []);

export interface MsgSubmitCheckpoint {
  readonly trainer: string;
  readonly job: string;
  readonly step: bigint;
  readonly root: Uint8Array;
  /** Units of 2^-24. */
  readonly loss: bigint;
  readonly heldOut: bigint;
  readonly heldOutLoss: bigint;
}
export const MsgSubmitCheckpoint: MessageCodec<MsgSubmitCheckpoint> = message<MsgSubmitCheckpoint>("openledger.finetune.v1.MsgSubmitCheckpoint", () => [
  { no: 1, name: "trainer", json: "trainer", type: "string" },
  { no: 2, name: "job", json: "job", type: "string" },
  { no: 3, name: "step", json: "step", type: "uint64" },
  { no: 4, name: "root", json: "root", type: "bytes" },
  { no: 5, name: "loss", json: "loss", type: "uint64" },
  { no: 6, name: "heldOut", json: "held_out", type: "uint64" },
  { no: 7, name: "heldOutLoss", json: "held_out_loss", type: "uint64" },
]);

export interface MsgSubmitCheckpointResponse {}
export const MsgSubmitCheckpointResponse: MessageCodec<MsgSubmitCheckpointResponse> = message<MsgSubmitCheckpointResponse>("openledger.finetune.v1.MsgSubmitCheckpointResponse", () => []);

/** Posts the result as a training claim. */
export interface MsgCompleteJob {
  readonly trainer: string;
  readonly job: string;
  readonly steps: bigint;
  readonly weightsHash: Uint8Array;
  readonly weightsBlob: Uint8Array;
  readonly logRoot: Uint8Array;
  readonly logBlob: Uint8Array;
}
export const MsgCompleteJob: MessageCodec<MsgCompleteJob> = message<MsgCompleteJob>("openledger.finetune.v1.MsgCompleteJob", () => [
  { no: 1, name: "trainer", json: "trainer", type: "string" },
  { no: 2, name: "job", json: "job", type: "string" },
  { no: 3, name: "steps", json: "steps", type: "uint64" },
  { no: 4, name: "weightsHash", json: "weights_hash", type: "bytes" },
  { no: 5, name: "weightsBlob", json: "weights_blob", type: "bytes" },
  { no: 6, name: "logRoot", json: "log_root", type: "bytes" },
  { no: 7, name: "logBlob", json: "log_blob", type: "bytes" },
]);

export interface MsgCompleteJobResponse {
  readonly claimId: Uint8Array;
}
export const MsgCompleteJobResponse: MessageCodec<MsgCompleteJobResponse> = message<MsgCompleteJobResponse>("openledger.finetune.v1.MsgCompleteJobResponse", () => [
  { no: 1, name: "claimId", json: "claim_id", type: "bytes" },
]);

/** Says that the result is wrong, with a bond like the trainer's. The loser pays. */
export interface MsgDisputeJob {
  readonly challenger: string;
  readonly job: string;
}
export const MsgDisputeJob: MessageCodec<MsgDisputeJob> = message<MsgDisputeJob>("openledger.finetune.v1.MsgDisputeJob", () => [
  { no: 1, name: "challenger", json: "challenger", type: "string" },
  { no: 2, name: "job", json: "job", type: "string" },
]);

export interface MsgDisputeJobResponse {
  readonly number: number;
}
export const MsgDisputeJobResponse: MessageCodec<MsgDisputeJobResponse> = message<MsgDisputeJobResponse>("openledger.finetune.v1.MsgDisputeJobResponse", () => [
  { no: 1, name: "number", json: "number", type: "uint32" },
]);

/** The requester says which of its models has the job's weights. */
export interface MsgLinkModel {
  readonly requester: string;
  readonly job: string;
  readonly model: string;
}
export const MsgLinkModel: MessageCodec<MsgLinkModel> = message<MsgLinkModel>("openledger.finetune.v1.MsgLinkModel", () => [
  { no: 1, name: "requester", json: "requester", type: "string" },
  { no: 2, name: "job", json: "job", type: "string" },
  { no: 3, name: "model", json: "model", type: "string" },
]);

export interface MsgLinkModelResponse {}
export const MsgLinkModelResponse: MessageCodec<MsgLinkModelResponse> = message<MsgLinkModelResponse>("openledger.finetune.v1.MsgLinkModelResponse", () => []);

/** What a trainer claims; all of it is in the claim's payload hash. */
export interface JobResult {
  /** Optimiser steps taken. */
  readonly steps: bigint;
  /** Hash of the weights as integers on their grid, and their blob. */
  readonly weightsHash: Uint8Array;
  readonly weightsBlob: Uint8Array;
  /** Merkle root of the training log, and its blob. */
  readonly logRoot: Uint8Array;
  readonly logBlob: Uint8Array;
  readonly claimId: Uint8Array;
  readonly claimedHeight: bigint;
}
export const JobResult: MessageCodec<JobResult> = message<JobResult>("openledger.finetune.v1.JobResult", () => [
  { no: 1, name: "steps", json: "steps", type: "uint64" },
  { no: 2, name: "weightsHash", json: "weights_hash", type: "bytes" },
  { no: 3, name: "weightsBlob", json: "weights_blob", type: "bytes" },
  { no: 4, name: "logRoot", json: "log_root", type: "bytes" },
  { no: 5, name: "logBlob", json: "log_blob", type: "bytes" },
  { no: 6, name: "claimId", json: "claim_id", type: "bytes" },
  { no: 7, name: "claimedHeight", json: "claimed_height", type: "uint64" },
]);

export interface Dispute {
  /** From 1. */
  readonly number: number;
  readonly challenger: string;
  /** Equal to the trainer's bond. */
  readonly bond: string;
  readonly height: bigint;
  /** The claim that decides; empty before the decision began. */
  readonly claimId: Uint8Array;
}
export const Dispute: MessageCodec<Dispute> = message<Dispute>("openledger.finetune.v1.Dispute", () => [
  { no: 1, name: "number", json: "number", type: "uint32" },
  { no: 2, name: "challenger", json: "challenger", type: "string" },
  { no: 3, name: "bond", json: "bond", type: "string" },
  { no: 4, name: "height", json: "height", type: "uint64" },
  { no: 5, name: "claimId", json: "claim_id", type: "bytes" },
]);

/** Where the price went: the parts sum to it. */
export interface JobParts {
  readonly trainer: string;
  readonly attesters: string;
  readonly requester: string;
}
export const JobParts: MessageCodec<JobParts> = message<JobParts>("openledger.finetune.v1.JobParts", () => [
  { no: 1, name: "trainer", json: "trainer", type: "string" },
  { no: 2, name: "attesters", json: "attesters", type: "string" },
  { no: 3, name: "requester", json: "requester", type: "string" },
]);

export interface Job {
  /** Hex of sha256(job tag, requester, manifest hash, requester's counter); holds no height. */
  readonly id: string;
  readonly requester: string;
  /** sha256 of the canonical manifest, and its blob. */
  readonly manifestHash: Uint8Array;
  readonly manifestBlob: Uint8Array;
  /** What the manifest says, for those who look for work: validators compare it. */
  readonly base: string;
  readonly method: JobMethod;
  readonly snapshots: readonly string[];
  /** In escrow until the end. */
  readonly price: string;
  /** What a trainer bonds. */
  readonly bond: string;
  readonly createdHeight: bigint;
  /** First height at which the job is over unless a result was claimed. */
  readonly deadline: bigint;
  /** A checkpoint's step is a multiple of it. */
  readonly checkpointInterval: number;
  readonly status: JobStatus;
  readonly trainer: string;
  readonly acceptedHeight: bigint;
  readonly checkpoints: number;
  readonly lastStep: bigint;
  readonly result: JobResult | undefined;
  /** First height at which the held price is paid; or a dispute begins or begins again. */
  readonly due: bigint;
  /** The newest dispute while it is undecided. */
  readonly dispute: Dispute | undefined;
  /** Disputes so far. */
  readonly disputes: number;
  /** Set when the job is over. */
  readonly parts: JobParts | undefined;
  readonly endedHeight: bigint;
  /** Model that the requester registered from the result. */
  readonly model: string;
  /** Blobs of what the manifest names by hash (graph, tokenizer, encoder specification), in any order. */
  readonly baseBlobs: readonly Uint8Array[];
}
export const Job: MessageCodec<Job> = message<Job>("openledger.finetune.v1.Job", () => [
  { no: 1, name: "id", json: "id", type: "string" },
  { no: 2, name: "requester", json: "requester", type: "string" },
  { no: 3, name: "manifestHash", json: "manifest_hash", type: "bytes" },
  { no: 4, name: "manifestBlob", json: "manifest_blob", type: "bytes" },
  { no: 5, name: "base", json: "base", type: "string" },
  { no: 6, name: "method", json: "method", type: "enum", enum: JobMethod },
  { no: 7, name: "snapshots", json: "snapshots", type: "string", repeated: true },
  { no: 8, name: "price", json: "price", type: "string" },
  { no: 9, name: "bond", json: "bond", type: "string" },
  { no: 10, name: "createdHeight", json: "created_height", type: "uint64" },
  { no: 11, name: "deadline", json: "deadline", type: "uint64" },
  { no: 12, name: "checkpointInterval", json: "checkpoint_interval", type: "uint32" },
  { no: 13, name: "status", json: "status", type: "enum", enum: JobStatus },
  { no: 14, name: "trainer", json: "trainer", type: "string" },
  { no: 15, name: "acceptedHeight", json: "accepted_height", type: "uint64" },
  { no: 16, name: "checkpoints", json: "checkpoints", type: "uint32" },
  { no: 17, name: "lastStep", json: "last_step", type: "uint64" },
  { no: 18, name: "result", json: "result", type: "message", message: () => JobResult },
  { no: 19, name: "due", json: "due", type: "uint64" },
  { no: 20, name: "dispute", json: "dispute", type: "message", message: () => Dispute },
  { no: 21, name: "disputes", json: "disputes", type: "uint32" },
  { no: 22, name: "parts", json: "parts", type: "message", message: () => JobParts },
  { no: 23, name: "endedHeight", json: "ended_height", type: "uint64" },
  { no: 24, name: "model", json: "model", type: "string" },
  { no: 25, name: "baseBlobs", json: "base_blobs", type: "bytes", repeated: true },
]);

export interface Checkpoint {
  readonly job: string;
  readonly step: bigint;
  /** Root over weights, optimiser state, step and data cursor. */
  readonly root: Uint8Array;
  /** Training loss in units of 2^-24. */
  readonly loss: bigint;
  /** Held-out score (share of right answers) in units of 2^-24; 0 where there are no labels. */
  readonly heldOut: bigint;
  readonly height: bigint;
  /** Held-out loss in units of 2^-24; 0 when nothing is held out. */
  readonly heldOutLoss: bigint;
}
export const Checkpoint: MessageCodec<Checkpoint> = message<Checkpoint>("openledger.finetune.v1.Checkpoint", () => [
  { no: 1, name: "job", json: "job", type: "string" },
  { no: 2, name: "step", json: "step", type: "uint64" },
  { no: 3, name: "root", json: "root", type: "bytes" },
  { no: 4, name: "loss", json: "loss", type: "uint64" },
  { no: 5, name: "heldOut", json: "held_out", type: "uint64" },
  { no: 6, name: "height", json: "height", type: "uint64" },
  { no: 7, name: "heldOutLoss", json: "held_out_loss", type: "uint64" },
]);

/** A validator that is paid when the job is: its operator and the power it voted with. */
export interface JobPayee {
  readonly operator: string;
  readonly power: bigint;
}
export const JobPayee: MessageCodec<JobPayee> = message<JobPayee>("openledger.finetune.v1.JobPayee", () => [
  { no: 1, name: "operator", json: "operator", type: "string" },
  { no: 2, name: "power", json: "power", type: "uint64" },
]);

export interface JobPayees {
  readonly job: string;
  readonly payees: readonly JobPayee[];
}
export const JobPayees: MessageCodec<JobPayees> = message<JobPayees>("openledger.finetune.v1.JobPayees", () => [
  { no: 1, name: "job", json: "job", type: "string" },
  { no: 2, name: "payees", json: "payees", type: "message", message: () => JobPayee, repeated: true },
]);

/** What an account asked for. */
export interface Counter {
  readonly requester: string;
  /** Jobs so far. */
  readonly next: bigint;
  /** Jobs that are not over. */
  readonly open: number;
}
export const Counter: MessageCodec<Counter> = message<Counter>("openledger.finetune.v1.Counter", () => [
  { no: 1, name: "requester", json: "requester", type: "string" },
  { no: 2, name: "next", json: "next", type: "uint64" },
  { no: 3, name: "open", json: "open", type: "uint32" },
]);

/** Prices: escrowed = paid (trainers and attesters) + refunded + those of open jobs. */
export interface Totals {
  readonly escrowed: string;
  readonly paid: string;
  readonly refunded: string;
  readonly paidJobs: bigint;
  readonly rejectedJobs: bigint;
  readonly otherEnds: bigint;
}
export const Totals: MessageCodec<Totals> = message<Totals>("openledger.finetune.v1.Totals", () => [
  { no: 1, name: "escrowed", json: "escrowed", type: "string" },
  { no: 2, name: "paid", json: "paid", type: "string" },
  { no: 3, name: "refunded", json: "refunded", type: "string" },
  { no: 4, name: "paidJobs", json: "paid_jobs", type: "uint64" },
  { no: 5, name: "rejectedJobs", json: "rejected_jobs", type: "uint64" },
  { no: 6, name: "otherEnds", json: "other_ends", type: "uint64" },
]);

export interface Params {
  readonly minPrice: string;
  readonly minBond: string;
  /** Bond of the training claim. */
  readonly claimBond: string;
  readonly minDeadlineBlocks: bigint;
  readonly maxDeadlineBlocks: bigint;
  readonly disputeBlocks: bigint;
  readonly maxDisputes: number;
  readonly maxCheckpoints: number;
  readonly maxOpenPerAccount: number;
  readonly maxEndsPerBlock: number;
  /** Basis points of the price that the validators earn who accepted the claim. */
  readonly attestersBps: number;
  /** Basis points of a lost bond that the other side gets; validators and DataNets get the rest. */
  readonly winnerBps: number;
  readonly maxSnapshots: number;
}
export const Params: MessageCodec<Params> = message<Params>("openledger.finetune.v1.Params", () => [
  { no: 1, name: "minPrice", json: "min_price", type: "string" },
  { no: 2, name: "minBond", json: "min_bond", type: "string" },
  { no: 3, name: "claimBond", json: "claim_bond", type: "string" },
  { no: 4, name: "minDeadlineBlocks", json: "min_deadline_blocks", type: "uint64" },
  { no: 5, name: "maxDeadlineBlocks", json: "max_deadline_blocks", type: "uint64" },
  { no: 6, name: "disputeBlocks", json: "dispute_blocks", type: "uint64" },
  { no: 7, name: "maxDisputes", json: "max_disputes", type: "uint32" },
  { no: 8, name: "maxCheckpoints", json: "max_checkpoints", type: "uint32" },
  { no: 9, name: "maxOpenPerAccount", json: "max_open_per_account", type: "uint32" },
  { no: 10, name: "maxEndsPerBlock", json: "max_ends_per_block", type: "uint32" },
  { no: 11, name: "attestersBps", json: "attesters_bps", type: "uint32" },
  { no: 12, name: "winnerBps", json: "winner_bps", type: "uint32" },
  { no: 13, name: "maxSnapshots", json: "max_snapshots", type: "uint32" },
]);

export interface GenesisState {
  readonly params: Params | undefined;
  readonly jobs: readonly Job[];
  readonly checkpoints: readonly Checkpoint[];
  readonly payees: readonly JobPayees[];
  readonly counters: readonly Counter[];
  readonly totals: Totals | undefined;
}
export const GenesisState: MessageCodec<GenesisState> = message<GenesisState>("openledger.finetune.v1.GenesisState", () => [
  { no: 1, name: "params", json: "params", type: "message", message: () => Params },
  { no: 2, name: "jobs", json: "jobs", type: "message", message: () => Job, repeated: true },
  { no: 3, name: "checkpoints", json: "checkpoints", type: "message", message: () => Checkpoint, repeated: true },
  { no: 4, name: "payees", json: "payees", type: "message", message: () => JobPayees, repeated: true },
  { no: 5, name: "counters", json: "counters", type: "message", message: () => Counter, repeated: true },
  { no: 6, name: "totals", json: "totals", type: "message", message: () => Totals },
]);

export const Query = {
  Params: { path: "/openledger.finetune.v1.Query/Params", request: QueryParamsRequest, response: QueryParamsResponse },
  Job: { path: "/openledger.finetune.v1.Query/Job", request: QueryJobRequest, response: QueryJobResponse },
  /** By status, requester or trainer, at most one of them; all jobs otherwise. */
  Jobs: { path: "/openledger.finetune.v1.Query/Jobs", request: QueryJobsRequest, response: QueryJobsResponse },
  /** By step ascending. */
  Checkpoints: { path: "/openledger.finetune.v1.Query/Checkpoints", request: QueryCheckpointsRequest, response: QueryCheckpointsResponse },
  /** The job that a model was trained by. */
  JobOfModel: { path: "/openledger.finetune.v1.Query/JobOfModel", request: QueryJobOfModelRequest, response: QueryJobOfModelResponse },
  Totals: { path: "/openledger.finetune.v1.Query/Totals", request: QueryTotalsRequest, response: QueryTotalsResponse },
} as const;

export const Msg = {
  CreateFinetuneJob: { path: "/openledger.finetune.v1.Msg/CreateFinetuneJob", request: MsgCreateFinetuneJob, response: MsgCreateFinetuneJobResponse },
  CancelFinetuneJob: { path: "/openledger.finetune.v1.Msg/CancelFinetuneJob", request: MsgCancelFinetuneJob, response: MsgCancelFinetuneJobResponse },
  AcceptJob: { path: "/openledger.finetune.v1.Msg/AcceptJob", request: MsgAcceptJob, response: MsgAcceptJobResponse },
  SubmitCheckpoint: { path: "/openledger.finetune.v1.Msg/SubmitCheckpoint", request: MsgSubmitCheckpoint, response: MsgSubmitCheckpointResponse },
  CompleteJob: { path: "/openledger.finetune.v1.Msg/CompleteJob", request: MsgCompleteJob, response: MsgCompleteJobResponse },
  DisputeJob: { path: "/openledger.finetune.v1.Msg/DisputeJob", request: MsgDisputeJob, response: MsgDisputeJobResponse },
  LinkModel: { path: "/openledger.finetune.v1.Msg/LinkModel", request: MsgLinkModel, response: MsgLinkModelResponse },
} as const;
