// Generated from the .proto files by `npm run proto`. Do not edit.
import { message, type MessageCodec } from "../../../runtime.ts";

export const RequestStatus = {
  REQUEST_STATUS_UNSPECIFIED: 0,
  REQUEST_STATUS_PENDING: 1,
  /** A host posted a result claim. */
  REQUEST_STATUS_CLAIMED: 2,
  REQUEST_STATUS_SETTLED: 3,
  /** Expired, or no quorum on the result. */
  REQUEST_STATUS_REFUNDED: 4,
  /** Validators rejected the result: fee refunded, bond forfeited. */
  REQUEST_STATUS_REJECTED: 5,
} as const;
export type RequestStatus = (typeof RequestStatus)[keyof typeof RequestStatus];

export interface QueryParamsRequest {}
export const QueryParamsRequest: MessageCodec<QueryParamsRequest> = message<QueryParamsRequest>("openledger.inference.v1.QueryParamsRequest", () => []);

export interface QueryParamsResponse {
  readonly params: Params | undefined;
}
export const QueryParamsResponse: MessageCodec<QueryParamsResponse> = message<QueryParamsResponse>("openledger.inference.v1.QueryParamsResponse", () => [
  { no: 1, name: "params", json: "params", type: "message", message: () => Params },
]);

export interface QueryRequestRequest {
  readonly id: string;
}
export const QueryRequestRequest: MessageCodec<QueryRequestRequest> = message<QueryRequestRequest>("openledger.inference.v1.QueryRequestRequest", () => [
  { no: 1, name: "id", json: "id", type: "string" },
]);

export interface QueryRequestResponse {
  readonly request: Request | undefined;
}
export const QueryRequestResponse: MessageCodec<QueryRequestResponse> = message<QueryRequestResponse>("openledger.inference.v1.QueryRequestResponse", () => [
  { no: 1, name: "request", json: "request", type: "message", message: () => Request },
]);

export interface QueryPendingRequest {
  readonly model: string;
  readonly limit: number;
}
export const QueryPendingRequest: MessageCodec<QueryPendingRequest> = message<QueryPendingRequest>("openledger.inference.v1.QueryPendingRequest", () => [
  { no: 1, name: "model", json: "model", type: "string" },
  { no: 2, name: "limit", json: "limit", type: "uint32" },
]);

export interface QueryPendingResponse {
  readonly requests: readonly Request[];
}
export const QueryPendingResponse: MessageCodec<QueryPendingResponse> = message<QueryPendingResponse>("openledger.inference.v1.QueryPendingResponse", () => [
  { no: 1, name: "requests", json: "requests", type: "message", message: () => Request, repeated: true },
]);

export interface QueryRequestsRequest {
  readonly status: RequestStatus;
  readonly startAfter: string;
  readonly limit: number;
}
export const QueryRequestsRequest: MessageCodec<QueryRequestsRequest> = message<QueryRequestsRequest>("openledger.inference.v1.QueryRequestsRequest", () => [
  { no: 1, name: "status", json: "status", type: "enum", enum: RequestStatus },
  { no: 2, name: "startAfter", json: "start_after", type: "string" },
  { no: 3, name: "limit", json: "limit", type: "uint32" },
]);

export interface QueryRequestsResponse {
  readonly requests: readonly Request[];
}
export const QueryRequestsResponse: MessageCodec<QueryRequestsResponse> = message<QueryRequestsResponse>("openledger.inference.v1.QueryRequestsResponse", () => [
  { no: 1, name: "requests", json: "requests", type: "message", message: () => Request, repeated: true },
]);

export interface QueryTotalsRequest {}
export const QueryTotalsRequest: MessageCodec<QueryTotalsRequest> = message<QueryTotalsRequest>("openledger.inference.v1.QueryTotalsRequest", () => []);

export interface QueryTotalsResponse {
  readonly totals: Totals | undefined;
}
export const QueryTotalsResponse: MessageCodec<QueryTotalsResponse> = message<QueryTotalsResponse>("openledger.inference.v1.QueryTotalsResponse", () => [
  { no: 1, name: "totals", json: "totals", type: "message", message: () => Totals },
]);

export interface MsgRequestInference {
  readonly requester: string;
  readonly model: string;
  readonly inputCommitment: Uint8Array;
  readonly inputBlob: Uint8Array;
  readonly maxFee: string;
  /** Blocks until an unanswered request is refunded; 0: the most that is allowed. */
  readonly expiryBlocks: bigint;
}
export const MsgRequestInference: MessageCodec<MsgRequestInference> = message<MsgRequestInference>("openledger.inference.v1.MsgRequestInference", () => [
  { no: 1, name: "requester", json: "requester", type: "string" },
  { no: 2, name: "model", json: "model", type: "string" },
  { no: 3, name: "inputCommitment", json: "input_commitment", type: "bytes" },
  { no: 4, name: "inputBlob", json: "input_blob", type: "bytes" },
  { no: 5, name: "maxFee", json: "max_fee", type: "string" },
  { no: 6, name: "expiryBlocks", json: "expiry_blocks", type: "uint64" },
]);

export interface MsgRequestInferenceResponse {
  readonly request: string;
}
export const MsgRequestInferenceResponse: MessageCodec<MsgRequestInferenceResponse> = message<MsgRequestInferenceResponse>("openledger.inference.v1.MsgRequestInferenceResponse", () => [
  { no: 1, name: "request", json: "request", type: "string" },
]);

export interface MsgSubmitResult {
  readonly host: string;
  readonly request: string;
  /** Encoded InferenceOutput. */
  readonly output: Uint8Array;
  readonly tokensIn: number;
  readonly tokensOut: number;
  /** Tagged hash ("openledger/opening") of request id, host and encoded ResultOpening: a copy of it is of no use to another host. */
  readonly openingHash: Uint8Array;
  /** Elements near a rounding boundary with the poster's choice; empty when none. */
  readonly roundingLog: Uint8Array;
}
export const MsgSubmitResult: MessageCodec<MsgSubmitResult> = message<MsgSubmitResult>("openledger.inference.v1.MsgSubmitResult", () => [
  { no: 1, name: "host", json: "host", type: "string" },
  { no: 2, name: "request", json: "request", type: "string" },
  { no: 3, name: "output", json: "output", type: "bytes" },
  { no: 4, name: "tokensIn", json: "tokens_in", type: "uint32" },
  { no: 5, name: "tokensOut", json: "tokens_out", type: "uint32" },
  { no: 6, name: "openingHash", json: "opening_hash", type: "bytes" },
  { no: 7, name: "roundingLog", json: "rounding_log", type: "bytes" },
]);

export interface MsgSubmitResultResponse {
  readonly claimId: Uint8Array;
}
export const MsgSubmitResultResponse: MessageCodec<MsgSubmitResultResponse> = message<MsgSubmitResultResponse>("openledger.inference.v1.MsgSubmitResultResponse", () => [
  { no: 1, name: "claimId", json: "claim_id", type: "bytes" },
]);

/**
 * The blob behind Request.input_blob. For a generator the text is the prompt and the other fields say how to continue it;
 * a classifier's input leaves them empty.
 */
export interface InferenceInput {
  readonly salt: Uint8Array;
  readonly text: string;
  /** Most tokens of the answer. */
  readonly maxTokens: number;
  /** Units of 2^-10; 0 is greedy. */
  readonly temperature: number;
  /** 32 bytes that the Gumbel noise comes from; empty when greedy. */
  readonly seed: Uint8Array;
}
export const InferenceInput: MessageCodec<InferenceInput> = message<InferenceInput>("openledger.inference.v1.InferenceInput", () => [
  { no: 1, name: "salt", json: "salt", type: "bytes" },
  { no: 2, name: "text", json: "text", type: "string" },
  { no: 3, name: "maxTokens", json: "max_tokens", type: "uint32" },
  { no: 4, name: "temperature", json: "temperature", type: "uint32" },
  { no: 5, name: "seed", json: "seed", type: "bytes" },
]);

/** What the model answers, in canonical bytes: a classifier its label, a generator its tokens. */
export interface InferenceOutput {
  readonly labelIndex: number;
  readonly label: string;
  /** Label probability in units of 2^-20. */
  readonly confidence: number;
  /** The answer without the prompt, in ids of the model's tokenizer. */
  readonly tokens: readonly number[];
  /** The tokens decoded. */
  readonly text: string;
}
export const InferenceOutput: MessageCodec<InferenceOutput> = message<InferenceOutput>("openledger.inference.v1.InferenceOutput", () => [
  { no: 1, name: "labelIndex", json: "label_index", type: "uint32" },
  { no: 2, name: "label", json: "label", type: "string" },
  { no: 3, name: "confidence", json: "confidence", type: "uint32" },
  { no: 4, name: "tokens", json: "tokens", type: "uint32", repeated: true },
  { no: 5, name: "text", json: "text", type: "string" },
]);

export interface Request {
  /** Hex of sha256(request tag, requester, model, input commitment, requester's counter); holds no height. */
  readonly id: string;
  readonly requester: string;
  readonly model: string;
  /** sha256(input tag, salt, input). */
  readonly inputCommitment: Uint8Array;
  readonly inputBlob: Uint8Array;
  readonly maxFee: string;
  readonly requestedHeight: bigint;
  /** First height at which an unanswered request is refunded. */
  readonly expires: bigint;
  readonly status: RequestStatus;
  readonly host: string;
  readonly claimId: Uint8Array;
  readonly output: Uint8Array;
  readonly tokensIn: number;
  readonly tokensOut: number;
  /** Fee, fixed when the result was claimed; 0 when it was refunded or rejected. The rest of max_fee goes back. */
  readonly fee: string;
  /** Elements of the result near a rounding boundary with the host's choice; empty when none. */
  readonly roundingLog: Uint8Array;
  /** The model's price when the request was made: later changes do not touch it. */
  readonly priceRequest: string;
  readonly priceToken: string;
}
export const Request: MessageCodec<Request> = message<Request>("openledger.inference.v1.Request", () => [
  { no: 1, name: "id", json: "id", type: "string" },
  { no: 2, name: "requester", json: "requester", type: "string" },
  { no: 3, name: "model", json: "model", type: "string" },
  { no: 4, name: "inputCommitment", json: "input_commitment", type: "bytes" },
  { no: 5, name: "inputBlob", json: "input_blob", type: "bytes" },
  { no: 6, name: "maxFee", json: "max_fee", type: "string" },
  { no: 7, name: "requestedHeight", json: "requested_height", type: "uint64" },
  { no: 8, name: "expires", json: "expires", type: "uint64" },
  { no: 9, name: "status", json: "status", type: "enum", enum: RequestStatus },
  { no: 10, name: "host", json: "host", type: "string" },
  { no: 11, name: "claimId", json: "claim_id", type: "bytes" },
  { no: 12, name: "output", json: "output", type: "bytes" },
  { no: 13, name: "tokensIn", json: "tokens_in", type: "uint32" },
  { no: 14, name: "tokensOut", json: "tokens_out", type: "uint32" },
  { no: 15, name: "fee", json: "fee", type: "string" },
  { no: 16, name: "roundingLog", json: "rounding_log", type: "bytes" },
  { no: 17, name: "priceRequest", json: "price_request", type: "string" },
  { no: 18, name: "priceToken", json: "price_token", type: "string" },
]);

export interface Params {
  readonly hostBond: string;
  readonly maxExpiryBlocks: bigint;
  readonly maxPendingPerAccount: number;
  readonly maxOutputBytes: number;
  readonly maxExpiriesPerBlock: number;
}
export const Params: MessageCodec<Params> = message<Params>("openledger.inference.v1.Params", () => [
  { no: 1, name: "hostBond", json: "host_bond", type: "string" },
  { no: 2, name: "maxExpiryBlocks", json: "max_expiry_blocks", type: "uint64" },
  { no: 3, name: "maxPendingPerAccount", json: "max_pending_per_account", type: "uint32" },
  { no: 4, name: "maxOutputBytes", json: "max_output_bytes", type: "uint32" },
  { no: 5, name: "maxExpiriesPerBlock", json: "max_expiries_per_block", type: "uint32" },
]);

/** Escrow ledger since genesis: escrowed = settled + refunded + open. Amounts in uopen. */
export interface Totals {
  readonly escrowed: string;
  readonly settled: string;
  readonly refunded: string;
  readonly settledRequests: bigint;
  readonly refundedRequests: bigint;
  readonly rejectedRequests: bigint;
}
export const Totals: MessageCodec<Totals> = message<Totals>("openledger.inference.v1.Totals", () => [
  { no: 1, name: "escrowed", json: "escrowed", type: "string" },
  { no: 2, name: "settled", json: "settled", type: "string" },
  { no: 3, name: "refunded", json: "refunded", type: "string" },
  { no: 4, name: "settledRequests", json: "settled_requests", type: "uint64" },
  { no: 5, name: "refundedRequests", json: "refunded_requests", type: "uint64" },
  { no: 6, name: "rejectedRequests", json: "rejected_requests", type: "uint64" },
]);

export interface Counter {
  readonly requester: string;
  /** Counter of the next request's id. */
  readonly next: bigint;
  /** Requests that wait for a host. */
  readonly pending: number;
}
export const Counter: MessageCodec<Counter> = message<Counter>("openledger.inference.v1.Counter", () => [
  { no: 1, name: "requester", json: "requester", type: "string" },
  { no: 2, name: "next", json: "next", type: "uint64" },
  { no: 3, name: "pending", json: "pending", type: "uint32" },
]);

export interface GenesisState {
  readonly params: Params | undefined;
  readonly requests: readonly Request[];
  readonly counters: readonly Counter[];
  readonly totals: Totals | undefined;
}
export const GenesisState: MessageCodec<GenesisState> = message<GenesisState>("openledger.inference.v1.GenesisState", () => [
  { no: 1, name: "params", json: "params", type: "message", message: () => Params },
  { no: 2, name: "requests", json: "requests", type: "message", message: () => Request, repeated: true },
  { no: 3, name: "counters", json: "counters", type: "message", message: () => Counter, repeated: true },
  { no: 4, name: "totals", json: "totals", type: "message", message: () => Totals },
]);

export const Query = {
  Params: { path: "/openledger.inference.v1.Query/Params", request: QueryParamsRequest, response: QueryParamsResponse },
  Request: { path: "/openledger.inference.v1.Query/Request", request: QueryRequestRequest, response: QueryRequestResponse },
  /** Requests waiting for a host, oldest first; no model: those of every model, by model. */
  Pending: { path: "/openledger.inference.v1.Query/Pending", request: QueryPendingRequest, response: QueryPendingResponse },
  Totals: { path: "/openledger.inference.v1.Query/Totals", request: QueryTotalsRequest, response: QueryTotalsResponse },
  /** By status (0: all), in id order. */
  Requests: { path: "/openledger.inference.v1.Query/Requests", request: QueryRequestsRequest, response: QueryRequestsResponse },
} as const;

export const Msg = {
  RequestInference: { path: "/openledger.inference.v1.Msg/RequestInference", request: MsgRequestInference, response: MsgRequestInferenceResponse },
  SubmitResult: { path: "/openledger.inference.v1.Msg/SubmitResult", request: MsgSubmitResult, response: MsgSubmitResultResponse },
} as const;
