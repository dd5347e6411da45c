import type { MerkleProof } from "../../chain/crypto/merkle.ts";
import type { EncoderFiles } from "./encoders/types.ts";

/** Shapes shared by the attribution engine: encoder, trainer, influence index, query, scores, settlement, witness. */

/** One whole share of a settlement: parts of a settlement vector always sum to this. */
export const ONE_SHARE = 10n ** 18n;
/** Weights and probabilities are integers on this power-of-two grid (2^-24). */
export const GRID_BITS = 24;
/** A gate of 1 in the rows' uint16 fixed point. */
export const GATE_ONE = 65535;
/** A cosine of 1 in an index header. */
export const COSINE_ONE = 1024;
/** A distance of 1 (cosine 0) in an index header and its rows. */
export const DISTANCE_ONE = 16384;
/** A share of 1 of an earlier row's score. */
export const OVERLAP_ONE = 4096;

/** A frozen text encoder; `specHash` names its algorithm, so that claims made under it stay recomputable. */
export interface Encoder {
  readonly id: string;
  readonly dims: number;
  readonly specHash: Uint8Array;
  /** Unit-norm features (all zero for text without any character); a pure function of the text. */
  encode(text: string): Float64Array;
}

/** A softmax head on a frozen encoder: logits_c = sum_k weights[c * dims + k] * 2^-24 * h_k. */
export interface HeadModel {
  readonly encoderId: string;
  readonly dims: number;
  /** Class names in output order. */
  readonly labels: readonly string[];
  /** classes x dims, row-major, on the 2^-24 grid. */
  readonly weights: Int32Array;
}

/** What the model says about one text. */
export interface Answer {
  /** argmax of the probabilities, ties to the lower index. */
  readonly label: number;
  /** Probabilities on the 2^-24 grid, one per class. */
  readonly probabilities: Int32Array;
}

/** The query side of an influence score: gradient of the loss on the model's own output, in its B largest classes. */
export interface QueryVectors {
  readonly label: number;
  /** The B classes of largest |p - y|, largest first, ties to the lower class. */
  readonly classes: readonly number[];
  /** d_c = (p - y)_c as int8 mantissas under one shared exponent. */
  readonly d: Int8Array;
  readonly dExponent: number;
  /** v_c = H_c^-1 h_q as int8 mantissas, B x dims, under one shared exponent. */
  readonly v: Int8Array;
  readonly vExponent: number;
}

/** One paid line of a settlement vector. */
export interface SettlementEntry {
  /** Contribution index of the snapshot. */
  readonly contribution: number;
  /** Item index inside the contribution. */
  readonly item: number;
  /** Units of 10^-18. */
  readonly weight: bigint;
}

/** entries + unattributed + capExcess = 10^18 exactly. */
export interface Settlement {
  readonly entries: readonly SettlementEntry[];
  readonly unattributed: bigint;
  readonly capExcess: bigint;
  /** Clusters of positive weight. */
  readonly eligibleClusters: number;
}

/** In which space a row repeats an earlier one. */
export const LIKENESS = { none: 0, embedding: 1, gradient: 2 } as const;
export type Likeness = (typeof LIKENESS)[keyof typeof LIKENESS];

/** One row of the influence index as its bytes say it. */
export interface IndexRow {
  /** int8[dims] mantissas of the features. */
  readonly h: Int8Array;
  readonly hExponent: number;
  /** int8[classes] mantissas of p - y. */
  readonly d: Int8Array;
  readonly dExponent: number;
  /** What the fold heads said of the label, packed as `judgementOf` packs it. */
  readonly judgement: number;
  /** uint16 fixed point, GATE_ONE = 1: what the judgement and its contribution's record leave of the row's credit. */
  readonly gate: number;
  /** uint16 fixed point: how much the norm clip leaves of this row's score. */
  readonly clip: number;
  /** Earlier row of the nearest gradient, itself when there is none, and how much of that row's score this one repeats. */
  readonly reference: number;
  /** Units of 1 / OVERLAP_ONE. */
  readonly overlap: number;
  /**
   * Distance to the nearest other row in embedding space, or to the third nearest less 0.28 median distances, whichever
   * is more, in units of 1 / DISTANCE_ONE.
   */
  readonly spacing: number;
  /** Influence on the held-out loss in the header's unit, positive when the row helps; 0 without held-out rows. */
  readonly benefit: number;
  /** Row that owns the row's cluster of look-alikes: itself, or an earlier one. */
  readonly owner: number;
  readonly likeness: Likeness;
  readonly label: number;
  /** Contribution index in the snapshot, item index in the contribution, entry (cluster) index in the snapshot. */
  readonly contribution: number;
  readonly item: number;
  readonly entry: number;
}

/** RFC 6962 inclusion proof of one row. */
export type RowProof = MerkleProof;

/** The record of a measured choice (`selectIndex`). */
export interface IndexSelection {
  readonly candidates: number;
  readonly queries: number;
  readonly subsets: number;
  /** The chosen candidate's LDS on the held-out queries, in millionths. */
  readonly ldsPpm: number;
}

/** The hashed head of an index: everything needed to read rows and inverse, and their hashes. */
export interface IndexHeader {
  readonly encoderSpecHash: Uint8Array;
  readonly weightsHash: Uint8Array;
  readonly classes: number;
  readonly dims: number;
  readonly rows: number;
  /** Rows, from the first on, that the head was trained on and the curvature is of; later ones are not paid. */
  readonly trainedRows: number;
  /** B: classes of a query that are scored. */
  readonly blocks: number;
  /** Ridge of the curvature blocks = lambdaGrid * 2^-40. */
  readonly lambdaGrid: number;
  /** Smallest (hExponent + dExponent) of all rows: row scores are shifted by their distance to it. */
  readonly baseExponent: number;
  /** Exponent of each class's gridded inverse: value = int32 * 2^exponent. */
  readonly inverseExponents: Int8Array;
  /** |p - y| up to which a row's score counts in full, on the 2^-24 grid. */
  readonly normLimit: number;
  /** Cosines from which on a row repeats an earlier one, in units of 1 / COSINE_ONE. */
  readonly embeddingCosine: number;
  readonly gradientCosine: number;
  /** Medians of the rows' distances to their nearest other row in both spaces, in units of 1 / DISTANCE_ONE. */
  readonly embeddingSpacing: number;
  readonly gradientSpacing: number;
  /** Rows that judge the others and are never trained on; sha256 of the integer vectors that they lead to. */
  readonly heldOutRows: number;
  readonly heldOutHash: Uint8Array;
  /** Unit of `benefit`: 2^this. A row whose benefit lies below -harmLimit earns nothing. */
  readonly benefitExponent: number;
  readonly harmLimit: number;
  /** How blocks and ridge were chosen; all zero when they were given. */
  readonly selection: IndexSelection;
  /** Merkle root over row bytes. */
  readonly rowsRoot: Uint8Array;
  /** sha256 of the whole rows blob and of the whole inverse blob. */
  readonly rowsHash: Uint8Array;
  readonly inverseHash: Uint8Array;
}

/** What a host or validator holds to serve one model. */
export interface ModelBlobs {
  /** Canonical bytes of a `HeadModel`. */
  readonly model: Uint8Array;
  /** Canonical bytes of an `IndexHeader`. */
  readonly indexHeader: Uint8Array;
  /** rows x rowWidth bytes. */
  readonly rows: Uint8Array;
  /** classes x packed upper triangle, int32 little-endian. */
  readonly inverse: Uint8Array;
  /** The encoder's own files; none for a built-in encoder. */
  readonly encoder?: EncoderFiles | undefined;
}

/** Everything one attributed inference produces. */
export interface Attribution {
  readonly answer: Answer;
  readonly query: QueryVectors;
  /** Raw integer row scores, safe integers, signed. */
  readonly scores: Float64Array;
  readonly settlement: Settlement;
}
