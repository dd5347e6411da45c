import type { AdapterQuery } from "../influence/adapter/index.ts";
import type { Settlement } from "../influence/types.ts";

/** A row of a model's snapshots: a document of its corpus if the model was trained on it. */
export interface GeneratorRow {
  readonly text: string;
  /** Position in the contribution lists of the model's snapshots, one list after the other. */
  readonly contribution: number;
  /** Item of the contribution. */
  readonly item: number;
  /** Position in the snapshots' tables, one after the other. */
  readonly entry: number;
}

/** Everything that a generator is made of: passes to a thread. */
export interface GeneratorBlobs {
  /** Canonical JobManifest. */
  readonly manifest: Uint8Array;
  readonly graph: Uint8Array;
  readonly tokenizer: Uint8Array;
  /** int32 little-endian on the manifest's grid. */
  readonly weights: Uint8Array;
  readonly index: { readonly header: Uint8Array; readonly rows: Uint8Array; readonly basis: Uint8Array };
  /** Cluster owners of the snapshots, in any order. */
  readonly rows: readonly GeneratorRow[];
}

/** Who an answer's fee goes to: by influence, and by tokens that it repeats. */
export interface GenerationAttribution {
  readonly query: AdapterQuery;
  readonly settlement: Settlement;
  readonly tokens: Settlement;
}

export interface GeneratedAnswer {
  readonly tokensIn: number;
  readonly tokens: readonly number[];
  /** Of the tokens, special ones left out. */
  readonly text: string;
  readonly attribution: GenerationAttribution;
}

/** What a validator compares with a claimed answer. */
export interface CheckedAnswer {
  /** Why the claimed tokens are no answer of this generator; empty when they are one. */
  readonly wrong: string;
  /** Of the claimed tokens where they can be attributed, else of the generator's own answer. */
  readonly tokensIn: number;
  readonly text: string;
  readonly attribution: GenerationAttribution;
  /** Integers that only this recomputation yields. */
  readonly witness: Float64Array;
}
