// Generated from the .proto files by `npm run proto`. Do not edit.
import { ClaimStatus } from "../attribution/v1.ts";
import { message, type MessageCodec } from "../../../runtime.ts";

export const ModelStatus = {
  MODEL_STATUS_UNSPECIFIED: 0,
  /** Weights are registered, no index yet: it cannot serve paid inferences. */
  MODEL_STATUS_REGISTERED: 1,
  MODEL_STATUS_SERVING: 2,
  MODEL_STATUS_RETIRED: 3,
} as const;
export type ModelStatus = (typeof ModelStatus)[keyof typeof ModelStatus];

/** What a model does: names a label, or continues a text. */
export const Task = {
  TASK_CLASSIFY: 0,
  TASK_GENERATE: 1,
} as const;
export type Task = (typeof Task)[keyof typeof Task];

export interface QueryParamsRequest {}
export const QueryParamsRequest: MessageCodec<QueryParamsRequest> = message<QueryParamsRequest>("openledger.modelregistry.v1.QueryParamsRequest", () => []);

export interface QueryParamsResponse {
  readonly params: Params | undefined;
}
export const QueryParamsResponse: MessageCodec<QueryParamsResponse> = message<QueryParamsResponse>("openledger.modelregistry.v1.QueryParamsResponse", () => [
  { no: 1, name: "params", json: "params", type: "message", message: () => Params },
]);

export interface QueryModelRequest {
  readonly id: string;
}
export const QueryModelRequest: MessageCodec<QueryModelRequest> = message<QueryModelRequest>("openledger.modelregistry.v1.QueryModelRequest", () => [
  { no: 1, name: "id", json: "id", type: "string" },
]);

export interface QueryModelResponse {
  readonly model: Model | undefined;
  readonly trainingStatus: ClaimStatus;
  readonly indexStatus: ClaimStatus;
}
export const QueryModelResponse: MessageCodec<QueryModelResponse> = message<QueryModelResponse>("openledger.modelregistry.v1.QueryModelResponse", () => [
  { no: 1, name: "model", json: "model", type: "message", message: () => Model },
  { no: 2, name: "trainingStatus", json: "training_status", type: "enum", enum: ClaimStatus },
  { no: 3, name: "indexStatus", json: "index_status", type: "enum", enum: ClaimStatus },
]);

/** start_after is the last id of the previous page; limit 0 means 100, which is also the most. */
export interface QueryModelsRequest {
  readonly startAfter: string;
  readonly limit: number;
}
export const QueryModelsRequest: MessageCodec<QueryModelsRequest> = message<QueryModelsRequest>("openledger.modelregistry.v1.QueryModelsRequest", () => [
  { no: 1, name: "startAfter", json: "start_after", type: "string" },
  { no: 2, name: "limit", json: "limit", type: "uint32" },
]);

export interface QueryModelsResponse {
  readonly models: readonly Model[];
}
export const QueryModelsResponse: MessageCodec<QueryModelsResponse> = message<QueryModelsResponse>("openledger.modelregistry.v1.QueryModelsResponse", () => [
  { no: 1, name: "models", json: "models", type: "message", message: () => Model, repeated: true },
]);

/** Registers weights with their lineage and posts the training claim. */
export interface MsgRegisterModel {
  readonly owner: string;
  readonly id: string;
  readonly encoder: string;
  readonly encoderHash: Uint8Array;
  readonly snapshots: readonly string[];
  readonly labels: readonly string[];
  readonly manifestHash: Uint8Array;
  readonly manifestBlob: Uint8Array;
  readonly weightsHash: Uint8Array;
  readonly weightsBlob: Uint8Array;
  readonly priceRequest: string;
  readonly priceToken: string;
  readonly licence: string;
  readonly task: Task;
  readonly encoderBlob: Uint8Array;
  readonly tokenizerBlob: Uint8Array;
  readonly baseBlob: Uint8Array;
  readonly checkpointsRoot: Uint8Array;
  readonly checkpointsBlob: Uint8Array;
}
export const MsgRegisterModel: MessageCodec<MsgRegisterModel> = message<MsgRegisterModel>("openledger.modelregistry.v1.MsgRegisterModel", () => [
  { no: 1, name: "owner", json: "owner", type: "string" },
  { no: 2, name: "id", json: "id", type: "string" },
  { no: 3, name: "encoder", json: "encoder", type: "string" },
  { no: 4, name: "encoderHash", json: "encoder_hash", type: "bytes" },
  { no: 5, name: "snapshots", json: "snapshots", type: "string", repeated: true },
  { no: 6, name: "labels", json: "labels", type: "string", repeated: true },
  { no: 7, name: "manifestHash", json: "manifest_hash", type: "bytes" },
  { no: 8, name: "manifestBlob", json: "manifest_blob", type: "bytes" },
  { no: 9, name: "weightsHash", json: "weights_hash", type: "bytes" },
  { no: 10, name: "weightsBlob", json: "weights_blob", type: "bytes" },
  { no: 11, name: "priceRequest", json: "price_request", type: "string" },
  { no: 12, name: "priceToken", json: "price_token", type: "string" },
  { no: 13, name: "licence", json: "licence", type: "string" },
  { no: 14, name: "task", json: "task", type: "enum", enum: Task },
  { no: 15, name: "encoderBlob", json: "encoder_blob", type: "bytes" },
  { no: 16, name: "tokenizerBlob", json: "tokenizer_blob", type: "bytes" },
  { no: 17, name: "baseBlob", json: "base_blob", type: "bytes" },
  { no: 18, name: "checkpointsRoot", json: "checkpoints_root", type: "bytes" },
  { no: 19, name: "checkpointsBlob", json: "checkpoints_blob", type: "bytes" },
]);

export interface MsgRegisterModelResponse {
  readonly trainingClaimId: Uint8Array;
}
export const MsgRegisterModelResponse: MessageCodec<MsgRegisterModelResponse> = message<MsgRegisterModelResponse>("openledger.modelregistry.v1.MsgRegisterModelResponse", () => [
  { no: 1, name: "trainingClaimId", json: "training_claim_id", type: "bytes" },
]);

/** Registers the influence index and posts the index claim. */
export interface MsgRegisterIndex {
  readonly owner: string;
  readonly model: string;
  readonly root: Uint8Array;
  readonly rows: number;
  readonly headerBlob: Uint8Array;
  readonly rowsBlob: Uint8Array;
  readonly inverseBlob: Uint8Array;
}
export const MsgRegisterIndex: MessageCodec<MsgRegisterIndex> = message<MsgRegisterIndex>("openledger.modelregistry.v1.MsgRegisterIndex", () => [
  { no: 1, name: "owner", json: "owner", type: "string" },
  { no: 2, name: "model", json: "model", type: "string" },
  { no: 3, name: "root", json: "root", type: "bytes" },
  { no: 4, name: "rows", json: "rows", type: "uint32" },
  { no: 5, name: "headerBlob", json: "header_blob", type: "bytes" },
  { no: 6, name: "rowsBlob", json: "rows_blob", type: "bytes" },
  { no: 7, name: "inverseBlob", json: "inverse_blob", type: "bytes" },
]);

export interface MsgRegisterIndexResponse {
  readonly indexClaimId: Uint8Array;
}
export const MsgRegisterIndexResponse: MessageCodec<MsgRegisterIndexResponse> = message<MsgRegisterIndexResponse>("openledger.modelregistry.v1.MsgRegisterIndexResponse", () => [
  { no: 1, name: "indexClaimId", json: "index_claim_id", type: "bytes" },
]);

export interface MsgUpdatePrice {
  readonly owner: string;
  readonly model: string;
  readonly priceRequest: string;
  readonly priceToken: string;
}
export const MsgUpdatePrice: MessageCodec<MsgUpdatePrice> = message<MsgUpdatePrice>("openledger.modelregistry.v1.MsgUpdatePrice", () => [
  { no: 1, name: "owner", json: "owner", type: "string" },
  { no: 2, name: "model", json: "model", type: "string" },
  { no: 3, name: "priceRequest", json: "price_request", type: "string" },
  { no: 4, name: "priceToken", json: "price_token", type: "string" },
]);

export interface MsgUpdatePriceResponse {}
export const MsgUpdatePriceResponse: MessageCodec<MsgUpdatePriceResponse> = message<MsgUpdatePriceResponse>("openledger.modelregistry.v1.MsgUpdatePriceResponse", () => []);

export interface MsgRetireModel {
  readonly owner: string;
  readonly model: string;
}
export const MsgRetireModel: MessageCodec<MsgRetireModel> = message<MsgRetireModel>("openledger.modelregistry.v1.MsgRetireModel", () => [
  { no: 1, name: "owner", json: "owner", type: "string" },
  { no: 2, name: "model", json: "model", type: "string" },
]);

export interface MsgRetireModelResponse {}
export const MsgRetireModelResponse: MessageCodec<MsgRetireModelResponse> = message<MsgRetireModelResponse>("openledger.modelregistry.v1.MsgRetireModelResponse", () => []);

export interface IndexInfo {
  /** sha256 of the index header, which holds the merkle root over the rows. */
  readonly root: Uint8Array;
  readonly rows: number;
  /** Blob ids: header, rows and the gridded inverse (manifests when large). */
  readonly headerBlob: Uint8Array;
  readonly rowsBlob: Uint8Array;
  readonly inverseBlob: Uint8Array;
  readonly claimId: Uint8Array;
}
export const IndexInfo: MessageCodec<IndexInfo> = message<IndexInfo>("openledger.modelregistry.v1.IndexInfo", () => [
  { no: 1, name: "root", json: "root", type: "bytes" },
  { no: 2, name: "rows", json: "rows", type: "uint32" },
  { no: 3, name: "headerBlob", json: "header_blob", type: "bytes" },
  { no: 4, name: "rowsBlob", json: "rows_blob", type: "bytes" },
  { no: 5, name: "inverseBlob", json: "inverse_blob", type: "bytes" },
  { no: 6, name: "claimId", json: "claim_id", type: "bytes" },
]);

export interface Model {
  /** Lower-case slug, [a-z][a-z0-9-]{2,31}. */
  readonly id: string;
  readonly owner: string;
  /** Encoder by name, and by hash of its specification. */
  readonly encoder: string;
  readonly encoderHash: Uint8Array;
  readonly snapshots: readonly string[];
  readonly labels: readonly string[];
  /** sha256 of the canonical training manifest, and its blob. */
  readonly manifestHash: Uint8Array;
  readonly manifestBlob: Uint8Array;
  /** Hash of the weights as integers on their grid, and their blob. */
  readonly weightsHash: Uint8Array;
  readonly weightsBlob: Uint8Array;
  readonly trainingClaimId: Uint8Array;
  readonly index: IndexInfo | undefined;
  /** Price in uopen: per request, and per token in and out. */
  readonly priceRequest: string;
  readonly priceToken: string;
  /** Measured fidelity (LDS) in units of 10^-18; scales the contributors' half. */
  readonly fidelity: bigint;
  readonly licence: string;
  readonly status: ModelStatus;
  readonly task: Task;
  /**
   * Blob ids; empty with a built-in encoder. A model on an encoder graph names the encoder's specification, its
   * tokenizer and its graph (base); a generator its tokenizer and the graph that its weights belong to (base).
   */
  readonly encoderBlob: Uint8Array;
  readonly tokenizerBlob: Uint8Array;
  readonly baseBlob: Uint8Array;
  /** Merkle root of the training log over its checkpoints, and its blob; empty for a model without checkpoints. */
  readonly checkpointsRoot: Uint8Array;
  readonly checkpointsBlob: Uint8Array;
}
export const Model: MessageCodec<Model> = message<Model>("openledger.modelregistry.v1.Model", () => [
  { no: 1, name: "id", json: "id", type: "string" },
  { no: 2, name: "owner", json: "owner", type: "string" },
  { no: 3, name: "encoder", json: "encoder", type: "string" },
  { no: 4, name: "encoderHash", json: "encoder_hash", type: "bytes" },
  { no: 5, name: "snapshots", json: "snapshots", type: "string", repeated: true },
  { no: 6, name: "labels", json: "labels", type: "string", repeated: true },
  { no: 7, name: "manifestHash", json: "manifest_hash", type: "bytes" },
  { no: 8, name: "manifestBlob", json: "manifest_blob", type: "bytes" },
  { no: 9, name: "weightsHash", json: "weights_hash", type: "bytes" },
  { no: 10, name: "weightsBlob", json: "weights_blob", type: "bytes" },
  { no: 11, name: "trainingClaimId", json: "training_claim_id", type: "bytes" },
  { no: 12, name: "index", json: "index", type: "message", message: () => IndexInfo },
  { no: 13, name: "priceRequest", json: "price_request", type: "string" },
  { no: 14, name: "priceToken", json: "price_token", type: "string" },
  { no: 15, name: "fidelity", json: "fidelity", type: "uint64" },
  { no: 16, name: "licence", json: "licence", type: "string" },
  { no: 17, name: "status", json: "status", type: "enum", enum: ModelStatus },
  { no: 18, name: "task", json: "task", type: "enum", enum: Task },
  { no: 19, name: "encoderBlob", json: "encoder_blob", type: "bytes" },
  { no: 20, name: "tokenizerBlob", json: "tokenizer_blob", type: "bytes" },
  { no: 21, name: "baseBlob", json: "base_blob", type: "bytes" },
  { no: 22, name: "checkpointsRoot", json: "checkpoints_root", type: "bytes" },
  { no: 23, name: "checkpointsBlob", json: "checkpoints_blob", type: "bytes" },
]);

export interface Params {
  readonly claimBond: string;
  readonly maxSnapshots: number;
  readonly maxLabels: number;
  /** Fidelity of a new model, units of 10^-18, until it is measured. */
  readonly defaultFidelity: bigint;
}
export const Params: MessageCodec<Params> = message<Params>("openledger.modelregistry.v1.Params", () => [
  { no: 1, name: "claimBond", json: "claim_bond", type: "string" },
  { no: 2, name: "maxSnapshots", json: "max_snapshots", type: "uint32" },
  { no: 3, name: "maxLabels", json: "max_labels", type: "uint32" },
  { no: 4, name: "defaultFidelity", json: "default_fidelity", type: "uint64" },
]);

export interface GenesisState {
  readonly params: Params | undefined;
  readonly models: readonly Model[];
}
export const GenesisState: MessageCodec<GenesisState> = message<GenesisState>("openledger.modelregistry.v1.GenesisState", () => [
  { no: 1, name: "params", json: "params", type: "message", message: () => Params },
  { no: 2, name: "models", json: "models", type: "message", message: () => Model, repeated: true },
]);

export const Query = {
  Params: { path: "/openledger.modelregistry.v1.Query/Params", request: QueryParamsRequest, response: QueryParamsResponse },
  /** With the status of its training and index claims. */
  Model: { path: "/openledger.modelregistry.v1.Query/Model", request: QueryModelRequest, response: QueryModelResponse },
  Models: { path: "/openledger.modelregistry.v1.Query/Models", request: QueryModelsRequest, response: QueryModelsResponse },
} as const;

export const Msg = {
  RegisterModel: { path: "/openledger.modelregistry.v1.Msg/RegisterModel", request: MsgRegisterModel, response: MsgRegisterModelResponse },
  RegisterIndex: { path: "/openledger.modelregistry.v1.Msg/RegisterIndex", request: MsgRegisterIndex, response: MsgRegisterIndexResponse },
  UpdatePrice: { path: "/openledger.modelregistry.v1.Msg/UpdatePrice", request: MsgUpdatePrice, response: MsgUpdatePriceResponse },
  RetireModel: { path: "/openledger.modelregistry.v1.Msg/RetireModel", request: MsgRetireModel, response: MsgRetireModelResponse },
} as const;
