// Generated from the .proto files by `npm run proto`. Do not edit.
import { message, type MessageCodec } from "../../../runtime.ts";

/** How one vector comes of an encoder graph's output. */
export const Pooling = {
  /** The output is one vector a text. */
  POOLING_NONE: 0,
  /** Mean of the vectors of all tokens. */
  POOLING_MEAN: 1,
  /** Vector of the first token. */
  POOLING_CLS: 2,
} as const;
export type Pooling = (typeof Pooling)[keyof typeof Pooling];

/** A frozen text encoder that is a graph. sha256 of these canonical bytes names it. */
export interface EncoderSpec {
  /** sha256 of the ONNX model and of tokenizer.json. */
  readonly graphHash: Uint8Array;
  readonly tokenizerHash: Uint8Array;
  readonly output: string;
  readonly pooling: Pooling;
  /** Tokens of a text at most, special tokens included. */
  readonly maxTokens: number;
  readonly dims: number;
}
export const EncoderSpec: MessageCodec<EncoderSpec> = message<EncoderSpec>("openledger.factory.v1.EncoderSpec", () => [
  { no: 1, name: "graphHash", json: "graph_hash", type: "bytes" },
  { no: 2, name: "tokenizerHash", json: "tokenizer_hash", type: "bytes" },
  { no: 3, name: "output", json: "output", type: "string" },
  { no: 4, name: "pooling", json: "pooling", type: "enum", enum: Pooling },
  { no: 5, name: "maxTokens", json: "max_tokens", type: "uint32" },
  { no: 6, name: "dims", json: "dims", type: "uint32" },
]);

/**
 * What a model is made of: snapshot + manifest -> weights, bit for bit. Its canonical bytes are a blob, their sha256 is
 * the manifest hash on chain.
 */
export interface TrainingManifest {
  /** Version of the training rules. */
  readonly algorithm: string;
  /** Frozen encoder by name, and by hash of its specification. */
  readonly encoder: string;
  readonly encoderHash: Uint8Array;
  /** Snapshot ids and their roots, in the order in which their rows are trained on. */
  readonly snapshots: readonly string[];
  readonly snapshotRoots: readonly Uint8Array[];
  /** Classes in output order. */
  readonly labels: readonly string[];
  /** Cluster owners that are trained on, by (snapshot, item id), and the merkle root over their item ids. */
  readonly rows: number;
  readonly rowsRoot: Uint8Array;
  /** Ridge in units of 2^-40. */
  readonly lambdaGrid: bigint;
  /** Hash of the head's weights on their grid. */
  readonly weightsHash: Uint8Array;
  /** Hash of every fold head's weights; empty for a fold that has no rows, or none outside it. */
  readonly foldHashes: readonly Uint8Array[];
  /** sha256 of the label gates, uint16 little-endian in row order. */
  readonly gateHash: Uint8Array;
}
export const TrainingManifest: MessageCodec<TrainingManifest> = message<TrainingManifest>("openledger.factory.v1.TrainingManifest", () => [
  { no: 1, name: "algorithm", json: "algorithm", type: "string" },
  { no: 2, name: "encoder", json: "encoder", type: "string" },
  { no: 3, name: "encoderHash", json: "encoder_hash", type: "bytes" },
  { no: 4, name: "snapshots", json: "snapshots", type: "string", repeated: true },
  { no: 5, name: "snapshotRoots", json: "snapshot_roots", type: "bytes", repeated: true },
  { no: 6, name: "labels", json: "labels", type: "string", repeated: true },
  { no: 7, name: "rows", json: "rows", type: "uint32" },
  { no: 8, name: "rowsRoot", json: "rows_root", type: "bytes" },
  { no: 9, name: "lambdaGrid", json: "lambda_grid", type: "uint64" },
  { no: 10, name: "weightsHash", json: "weights_hash", type: "bytes" },
  { no: 11, name: "foldHashes", json: "fold_hashes", type: "bytes", repeated: true },
  { no: 12, name: "gateHash", json: "gate_hash", type: "bytes" },
]);
