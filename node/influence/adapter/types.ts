import type { TrainingGraph } from "../../factory/job/graph.ts";
import type { JobManifest } from "../../factory/job/manifest.ts";
import type { Dot8 } from "../kernel/dot8.ts";
import type { KernelMemory } from "../kernel/wasm.ts";
import type { IndexSelection, Likeness, Settlement } from "../types.ts";
import type { Turner } from "./bases.ts";

/** One trained item: its text as token ids without end tokens; training's windows are cut from them. */
export interface TokenRow {
  readonly tokens: Int32Array;
  /** Contribution index of the snapshots, item index in the contribution, entry (cluster) index in the snapshots. */
  readonly contribution: number;
  readonly item: number;
  readonly entry: number;
}

/** A low-rank factor's place in an adapter's weights: `rows` x `columns`, row-major. */
export interface Block {
  readonly start: number;
  readonly rows: number;
  readonly columns: number;
}

/** Adapter weights as they stood after a step of their training, on the job's grid. */
export interface ViewCheckpoint {
  /** Of the training log. */
  readonly checkpoint: number;
  readonly step: number;
  readonly weights: Int32Array;
}

/** The hashed head of an adapter's index. */
export interface AdapterHeader {
  readonly manifestHash: Uint8Array;
  /** sha256 of the registered weights: those of the last view. */
  readonly weightsHash: Uint8Array;
  /** Shapes of the low-rank factors, in the order of the weights. */
  readonly blocks: readonly { readonly rows: number; readonly columns: number }[];
  readonly views: readonly AdapterViewHeader[];
  /** Coordinates that a row keeps of every view. */
  readonly coordinates: number;
  /** Added to every eigenvalue, relative to its factor's mean eigenvalue, in units of 2^-40. */
  readonly dampingGrid: number;
  readonly rows: number;
  /** Rows from the first on that the adapter was trained on; later ones are not paid. */
  readonly trainedRows: number;
  /** Norm up to which a row's score counts in full, on the 2^-24 grid. */
  readonly normLimit: number;
  /** Lower medians of the rows' word orders, in units of 1 / ORDER_ONE, and of their text cosines, 1 / DISTANCE_ONE. */
  readonly usualOrder: number;
  readonly usualCosine: number;
  /** Cosine from which on a row's gradient repeats an earlier one's, in units of 1 / COSINE_ONE. */
  readonly gradientCosine: number;
  /** Rows that judge the others and are never trained on; sha256 of the integer vectors that they lead to. */
  readonly heldOutRows: number;
  readonly heldOutHash: Uint8Array;
  /** Unit of `benefit`: 2^this. A row whose benefit lies below -harmLimit earns nothing. */
  readonly benefitExponent: number;
  readonly harmLimit: number;
  /** How the damping was chosen; all zero when it was given. */
  readonly selection: IndexSelection;
  /** Merkle root over row bytes; sha256 of the whole rows blob and of the whole basis blob. */
  readonly rowsRoot: Uint8Array;
  readonly rowsHash: Uint8Array;
  readonly basisHash: Uint8Array;
}

export interface AdapterViewHeader {
  readonly checkpoint: number;
  readonly step: number;
  /** A row's mantissas of this view are in units of 2^(baseExponent + its shift). */
  readonly baseExponent: number;
}

/** One row as its bytes say it. */
export interface AdapterRow {
  /** Mantissas of every view, one view after the other: views x coordinates. */
  readonly mantissas: Int8Array;
  /** Exponent of every view above the header's base exponent of that view. */
  readonly shifts: Uint8Array;
  /** How much likelier the base finds its text than its words in another order, 1 / ORDER_ONE; 0 where nobody measured it. */
  readonly order: number;
  /** Cosine of its text to the nearest earlier one, 1 / DISTANCE_ONE. */
  readonly textCosine: number;
  /** uint16 fixed point: what these two, its own and its contribution's, leave of its pay. */
  readonly gate: number;
  /** uint16 fixed point: what the norm clip leaves of this row's score. */
  readonly clip: number;
  /** Earlier row of the nearest gradient, itself when there is none, and how much of that row's score this one repeats. */
  readonly reference: number;
  /** Units of 1 / OVERLAP_ONE. */
  readonly overlap: number;
  /** Influence on the held-out loss in the header's unit, positive when the row helps; 0 without held-out rows. */
  readonly benefit: number;
  /** Row that owns the row's cluster of look-alikes: itself, or an earlier one. */
  readonly owner: number;
  /** `embedding` here means text: shingles. */
  readonly likeness: Likeness;
  readonly contribution: number;
  readonly item: number;
  readonly entry: number;
}

/** Eigenbases of one view on the 2^-30 grid: eigenvector i is row i. A side that is too long to turn has none. */
export interface BlockBasis {
  readonly left: Int32Array | undefined;
  readonly right: Int32Array | undefined;
}

/** Which coordinates of the eigenbases a row keeps, and what each is multiplied by: 1 / sqrt(eigenvalue + damping). */
export interface Whitening {
  /** Ascending. */
  readonly coordinates: Uint32Array;
  readonly factors: Float32Array;
}

export interface AdapterView {
  /** Adapter weights on the job's grid. */
  readonly weights: Int32Array;
  readonly bases: readonly BlockBasis[];
  readonly whitening: Whitening;
}

/** What a host or validator holds to attribute one generator's answers. */
export interface AdapterBlobs {
  /** Canonical bytes of an `AdapterHeader`, the rows, and the basis blob (`inverse_blob` on chain). */
  readonly header: Uint8Array;
  readonly rows: Uint8Array;
  readonly basis: Uint8Array;
  /** Canonical bytes of the job's manifest. */
  readonly manifest: Uint8Array;
  /** ONNX bytes of the graph that the adapter belongs to. */
  readonly graph: Uint8Array;
  /** Registered weights, little-endian int32. */
  readonly weights: Uint8Array;
}

export interface BuiltAdapterIndex {
  readonly header: AdapterHeader;
  readonly headerBytes: Uint8Array;
  readonly rows: Uint8Array;
  readonly basis: Uint8Array;
  /** sha256 of the header bytes. */
  readonly indexRoot: Uint8Array;
  readonly rowsRoot: Uint8Array;
}

/** Columns of the rows that scores and settlements read. */
export interface AdapterColumns {
  /** views x rows: 2^shift. */
  readonly scale: Float64Array;
  readonly gate: Uint16Array;
  readonly clip: Uint16Array;
  /** Earlier row that each row repeats in part, and that part. */
  readonly reference: Uint32Array;
  readonly overlap: Uint16Array;
  /** gate x clip of rows that may be paid. */
  readonly factor: Float64Array;
  /** STANDING of every row. */
  readonly standing: Uint8Array;
  readonly contribution: Uint32Array;
  readonly item: Uint32Array;
  readonly entry: Uint32Array;
}

/** The rows of a checked index, ready to be scored; on shared memory. */
export interface AdapterTable {
  readonly header: AdapterHeader;
  readonly memory: KernelMemory;
  /** Bytes from one row of a view to the next. */
  readonly rowStride: number;
  readonly columns: AdapterColumns;
}

/** A decoded and checked index with its job: passes to worker threads. */
export interface SharedAdapter extends AdapterTable {
  readonly manifest: JobManifest;
  readonly graph: TrainingGraph;
  readonly blocks: readonly Block[];
  readonly views: readonly AdapterView[];
  /** Bytes that it holds. */
  readonly bytes: number;
}

/** One thread's hold of it: one query is scored at a time. */
export interface ResidentAdapter extends SharedAdapter {
  readonly dot: Dot8;
  readonly turners: readonly Turner[];
}

/** The query side of a score: whitened gradient of the loss on the model's own answer, view by view. */
export interface AdapterQuery {
  /** int8 mantissas, `coordinates` of each view. */
  readonly vectors: readonly Int8Array[];
  /** Exponent of each view's mantissas. */
  readonly exponents: readonly number[];
}

/** Gradients of an answer by the adapter's weights at the kept checkpoints. `close` ends its threads. */
export interface AdapterSession {
  /** One gradient a view. Calls are answered one after the other. Throws InfluenceError bad-shape, worker-lost. */
  gradients(prompt: Int32Array, answer: Int32Array): Promise<Float64Array[]>;
  close(): Promise<void>;
}

/** Everything that one attributed answer produces. */
export interface AnswerAttribution {
  readonly query: AdapterQuery;
  readonly settlement: Settlement;
  /** Safe integers, signed: positive when the row speaks for the answer. */
  readonly scores: Float64Array;
  /** The last view's gradient on the 2^-20 grid, then every row's score: never posted. */
  readonly witness: Float64Array;
}
