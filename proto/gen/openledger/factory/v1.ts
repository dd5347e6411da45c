// Generated from the .proto files by `npm run proto`. Do not edit.
import { message, type MessageCodec } from "../../../runtime.ts";

/** How an encoder graph's output becomes one vector. */
export const Pooling = {
  /** Mean over the tokens that the attention mask keeps. */
  POOLING_MEAN: 0,
  /** The first token's vector. */
  POOLING_CLS: 1,
  /** The output is the vector. */
  POOLING_NONE: 2,
} as const;
export type Pooling = (typeof Pooling)[keyof typeof Pooling];

/** What is trained. Values are those of openledger.finetune.v1.JobMethod. */
export const Method = {
  METHOD_UNSPECIFIED: 0,
  /** A softmax head on frozen features, to convergence. */
  METHOD_HEAD: 1,
  /** Low-rank factors beside frozen linear layers. */
  METHOD_LORA: 2,
  /** Every named weight of a graph. */
  METHOD_FULL: 3,
} as const;
export type Method = (typeof Method)[keyof typeof Method];

export const OptimiserKind = {
  OPTIMISER_UNSPECIFIED: 0,
  /** Heads only. */
  OPTIMISER_LBFGS: 1,
  OPTIMISER_SGD: 2,
  OPTIMISER_ADAM: 3,
  /** Adam with decoupled weight decay. */
  OPTIMISER_ADAMW: 4,
} as const;
export type OptimiserKind = (typeof OptimiserKind)[keyof typeof OptimiserKind];

/** How rows become the graph's inputs. */
export const DataForm = {
  DATA_FORM_UNSPECIFIED: 0,
  /** "features" double [batch, dims] by the encoder, "labels" int64 [batch]. */
  DATA_FORM_FEATURES: 1,
  /** "tokens", "targets" int64 [batch, context], "mask" double [batch, context]: every text in windows of the context. */
  DATA_FORM_LANGUAGE: 2,
  /** "input_ids", "attention_mask" int64 [batch, context], "labels" int64 [batch]. */
  DATA_FORM_SEQUENCE: 3,
} as const;
export type DataForm = (typeof DataForm)[keyof typeof DataForm];

/** A frozen text encoder of a user: the sha256 of these canonical bytes names it. */
export interface EncoderSpec {
  /** sha256 of the ONNX file and of tokenizer.json. */
  readonly graphHash: Uint8Array;
  readonly tokenizerHash: Uint8Array;
  /** The graph's output that is pooled. */
  readonly output: string;
  readonly pooling: Pooling;
  /** Longer texts are cut. */
  readonly maxTokens: number;
  /** Length of a feature vector. */
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

/** What training starts from. Hashes are sha256; empty where the method needs none. */
export interface JobBase {
  /** Encoder of heads and features by id, and by hash of its specification. */
  readonly encoder: string;
  readonly encoderHash: Uint8Array;
  /** ONNX graph with an output "loss" [batch], its weights included. */
  readonly graphHash: Uint8Array;
  readonly tokenizerHash: Uint8Array;
}
export const JobBase: MessageCodec<JobBase> = message<JobBase>("openledger.factory.v1.JobBase", () => [
  { no: 1, name: "encoder", json: "encoder", type: "string" },
  { no: 2, name: "encoderHash", json: "encoder_hash", type: "bytes" },
  { no: 3, name: "graphHash", json: "graph_hash", type: "bytes" },
  { no: 4, name: "tokenizerHash", json: "tokenizer_hash", type: "bytes" },
]);

/** A snapshot and the rows that the job takes from it: its cluster owners, trained on and held out. */
export interface JobSource {
  readonly snapshot: string;
  readonly root: Uint8Array;
  readonly rows: number;
}
export const JobSource: MessageCodec<JobSource> = message<JobSource>("openledger.factory.v1.JobSource", () => [
  { no: 1, name: "snapshot", json: "snapshot", type: "string" },
  { no: 2, name: "root", json: "root", type: "bytes" },
  { no: 3, name: "rows", json: "rows", type: "uint32" },
]);

/** Real numbers are integers in units of 2^-40. */
export interface Optimiser {
  readonly kind: OptimiserKind;
  readonly rate: bigint;
  /** Adam's decay rates and the term beside the root; of sgd beta1 is the momentum. */
  readonly beta1: bigint;
  readonly beta2: bigint;
  readonly epsilon: bigint;
  readonly weightDecay: bigint;
  /** Largest norm of a step's gradient; 0 for any. */
  readonly clip: bigint;
  /** Steps over which the rate rises from 0, and whether it falls to 0 at the end, both linearly. */
  readonly warmup: number;
  readonly decays: boolean;
  /** Heads: ridge, |gradient| relative to its start at which the head and the fold heads end, and the most iterations. */
  readonly lambda: bigint;
  readonly tolerance: bigint;
  readonly foldTolerance: bigint;
  readonly maxIterations: number;
}
export const Optimiser: MessageCodec<Optimiser> = message<Optimiser>("openledger.factory.v1.Optimiser", () => [
  { no: 1, name: "kind", json: "kind", type: "enum", enum: OptimiserKind },
  { no: 2, name: "rate", json: "rate", type: "uint64" },
  { no: 3, name: "beta1", json: "beta1", type: "uint64" },
  { no: 4, name: "beta2", json: "beta2", type: "uint64" },
  { no: 5, name: "epsilon", json: "epsilon", type: "uint64" },
  { no: 6, name: "weightDecay", json: "weight_decay", type: "uint64" },
  { no: 7, name: "clip", json: "clip", type: "uint64" },
  { no: 8, name: "warmup", json: "warmup", type: "uint32" },
  { no: 9, name: "decays", json: "decays", type: "bool" },
  { no: 10, name: "lambda", json: "lambda", type: "uint64" },
  { no: 11, name: "tolerance", json: "tolerance", type: "uint64" },
  { no: 12, name: "foldTolerance", json: "fold_tolerance", type: "uint64" },
  { no: 13, name: "maxIterations", json: "max_iterations", type: "uint32" },
]);

export interface Lora {
  readonly rank: number;
  /** Units of 2^-40. */
  readonly alpha: bigint;
}
export const Lora: MessageCodec<Lora> = message<Lora>("openledger.factory.v1.Lora", () => [
  { no: 1, name: "rank", json: "rank", type: "uint32" },
  { no: 2, name: "alpha", json: "alpha", type: "uint64" },
]);

/**
 * A training job: with the blobs that it names, it determines every bit of the result. sha256 of its canonical bytes
 * is the manifest hash on chain.
 */
export interface JobManifest {
  /** Version of the training rules. */
  readonly algorithm: string;
  readonly method: Method;
  readonly base: JobBase | undefined;
  /** In the order in which their rows stand. */
  readonly sources: readonly JobSource[];
  /** Classes in output order; empty for language. */
  readonly labels: readonly string[];
  /** Rows that are trained on and the merkle root over their item ids, in (snapshot, item id) order. */
  readonly rows: number;
  readonly rowsRoot: Uint8Array;
  /** One row in this many is held out, by sha256(seed, snapshot roots, item id); 0 for none. Its number and root. */
  readonly heldOutPart: number;
  readonly heldOutRows: number;
  readonly heldOutRoot: Uint8Array;
  readonly form: DataForm;
  /** Tokens of a sample. */
  readonly context: number;
  readonly optimiser: Optimiser | undefined;
  readonly lora: Lora | undefined;
  /** Samples of a step, and of one execution of the graph, whose gradient is rounded before it is added. */
  readonly batch: number;
  readonly microBatch: number;
  readonly epochs: number;
  /** 32 bytes: order of the samples, held-out rows, initial low-rank factors. */
  readonly seed: Uint8Array;
  /** Weights and gradients are integers in units of 2^-grid_bits. */
  readonly gridBits: number;
  /** Steps (iterations of a head) between checkpoints. */
  readonly checkpointEvery: number;
  /** Heads: contributor-disjoint fold heads of the label gate; 0 for none. */
  readonly folds: number;
  /** What is trained, in the order of the parameters: linear layers by name (LORA), weights by name (FULL). */
  readonly targets: readonly string[];
}
export const JobManifest: MessageCodec<JobManifest> = message<JobManifest>("openledger.factory.v1.JobManifest", () => [
  { no: 1, name: "algorithm", json: "algorithm", type: "string" },
  { no: 2, name: "method", json: "method", type: "enum", enum: Method },
  { no: 3, name: "base", json: "base", type: "message", message: () => JobBase },
  { no: 4, name: "sources", json: "sources", type: "message", message: () => JobSource, repeated: true },
  { no: 5, name: "labels", json: "labels", type: "string", repeated: true },
  { no: 6, name: "rows", json: "rows", type: "uint32" },
  { no: 7, name: "rowsRoot", json: "rows_root", type: "bytes" },
  { no: 8, name: "heldOutPart", json: "held_out_part", type: "uint32" },
  { no: 9, name: "heldOutRows", json: "held_out_rows", type: "uint32" },
  { no: 10, name: "heldOutRoot", json: "held_out_root", type: "bytes" },
  { no: 11, name: "form", json: "form", type: "enum", enum: DataForm },
  { no: 12, name: "context", json: "context", type: "uint32" },
  { no: 13, name: "optimiser", json: "optimiser", type: "message", message: () => Optimiser },
  { no: 14, name: "lora", json: "lora", type: "message", message: () => Lora },
  { no: 15, name: "batch", json: "batch", type: "uint32" },
  { no: 16, name: "microBatch", json: "micro_batch", type: "uint32" },
  { no: 17, name: "epochs", json: "epochs", type: "uint32" },
  { no: 18, name: "seed", json: "seed", type: "bytes" },
  { no: 19, name: "gridBits", json: "grid_bits", type: "uint32" },
  { no: 20, name: "checkpointEvery", json: "checkpoint_every", type: "uint32" },
  { no: 21, name: "folds", json: "folds", type: "uint32" },
  { no: 22, name: "targets", json: "targets", type: "string", repeated: true },
]);

/** One choice of the fast path at a boundary between two integers. */
export interface Rounding {
  /** Step, from 1, micro batch of the step, and element of the parameters laid end to end. */
  readonly step: bigint;
  readonly micro: number;
  readonly element: bigint;
  /** The integer that was chosen: an sint64 of the grid. */
  readonly value: bigint;
}
export const Rounding: MessageCodec<Rounding> = message<Rounding>("openledger.factory.v1.Rounding", () => [
  { no: 1, name: "step", json: "step", type: "uint64" },
  { no: 2, name: "micro", json: "micro", type: "uint32" },
  { no: 3, name: "element", json: "element", type: "uint64" },
  { no: 4, name: "value", json: "value", type: "sint64" },
]);

/** In (step, micro, element) order; sha256 of the canonical bytes of a checkpoint's own part is in its leaf. */
export interface RoundingLog {
  readonly entries: readonly Rounding[];
}
export const RoundingLog: MessageCodec<RoundingLog> = message<RoundingLog>("openledger.factory.v1.RoundingLog", () => [
  { no: 1, name: "entries", json: "entries", type: "message", message: () => Rounding, repeated: true },
]);

/** First leaf of a training log's merkle root. */
export interface LogHead {
  readonly manifestHash: Uint8Array;
  /** Steps of the whole job, and between checkpoints. */
  readonly steps: bigint;
  readonly every: number;
  /** Of the finished weights as integers. */
  readonly weightsHash: Uint8Array;
}
export const LogHead: MessageCodec<LogHead> = message<LogHead>("openledger.factory.v1.LogHead", () => [
  { no: 1, name: "manifestHash", json: "manifest_hash", type: "bytes" },
  { no: 2, name: "steps", json: "steps", type: "uint64" },
  { no: 3, name: "every", json: "every", type: "uint32" },
  { no: 4, name: "weightsHash", json: "weights_hash", type: "bytes" },
]);

/** A state of the training; the other leaves, from the initial state on. */
export interface Checkpoint {
  /** Steps taken. */
  readonly step: bigint;
  /** Merkle root over the state's bytes in chunks of 65,536. */
  readonly stateRoot: Uint8Array;
  /** sha256 of the RoundingLog since the checkpoint before. */
  readonly roundingHash: Uint8Array;
}
export const Checkpoint: MessageCodec<Checkpoint> = message<Checkpoint>("openledger.factory.v1.Checkpoint", () => [
  { no: 1, name: "step", json: "step", type: "uint64" },
  { no: 2, name: "stateRoot", json: "state_root", type: "bytes" },
  { no: 3, name: "roundingHash", json: "rounding_hash", type: "bytes" },
]);

/** Units of 2^-24, rounded on the machine that trained: for people, not for comparison bit by bit. */
export interface CurvePoint {
  readonly step: bigint;
  readonly loss: bigint;
  readonly hasHeldOut: boolean;
  readonly heldOut: bigint;
  /** Right answers on held-out rows, where the form has labels. */
  readonly heldOutRight: number;
  /** First 8 bytes of the sha256 of the weights after the step: where two runs part. */
  readonly digest: Uint8Array;
}
export const CurvePoint: MessageCodec<CurvePoint> = message<CurvePoint>("openledger.factory.v1.CurvePoint", () => [
  { no: 1, name: "step", json: "step", type: "uint64" },
  { no: 2, name: "loss", json: "loss", type: "uint64" },
  { no: 3, name: "hasHeldOut", json: "has_held_out", type: "bool" },
  { no: 4, name: "heldOut", json: "held_out", type: "uint64" },
  { no: 5, name: "heldOutRight", json: "held_out_right", type: "uint32" },
  { no: 6, name: "digest", json: "digest", type: "bytes" },
]);

export interface TrainingLog {
  readonly head: LogHead | undefined;
  readonly checkpoints: readonly Checkpoint[];
  readonly rounding: RoundingLog | undefined;
  readonly curve: readonly CurvePoint[];
  /** Blob of every checkpoint's state: found by it, checked against its root. */
  readonly stateBlobs: readonly Uint8Array[];
}
export const TrainingLog: MessageCodec<TrainingLog> = message<TrainingLog>("openledger.factory.v1.TrainingLog", () => [
  { no: 1, name: "head", json: "head", type: "message", message: () => LogHead },
  { no: 2, name: "checkpoints", json: "checkpoints", type: "message", message: () => Checkpoint, repeated: true },
  { no: 3, name: "rounding", json: "rounding", type: "message", message: () => RoundingLog },
  { no: 4, name: "curve", json: "curve", type: "message", message: () => CurvePoint, repeated: true },
  { no: 5, name: "stateBlobs", json: "state_blobs", type: "bytes", repeated: true },
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
