import type { Clusters } from "./dedupe.ts";
import type { InfluenceErrorCode } from "./errors.ts";
import type { SharedModel } from "./resident.ts";
import type { Provider } from "./session.ts";
import type { Sketch } from "./sketch.ts";
import type { Answer, Attribution, ModelBlobs, QueryVectors } from "./types.ts";

/** What a verifier worker does: one entry a request kind, input and output. */
export interface Requests {
  /** Decodes and checks a model's blobs into shared memory. */
  share: { input: { readonly blobs: ModelBlobs }; output: SharedModel };
  /** Opens a shared model in this thread. */
  adopt: { input: { readonly key: string; readonly model: SharedModel }; output: { readonly provider: Provider } };
  drop: { input: { readonly key: string }; output: undefined };
  attribute: { input: { readonly key: string; readonly text: string; readonly witness: boolean }; output: Worked };
  scores: { input: { readonly key: string; readonly of: ScoreRequest }; output: Float64Array };
  sketches: { input: { readonly witness: Float64Array; readonly seeds: readonly Uint8Array[] }; output: Sketch[] };
  clusters: { input: { readonly texts: readonly string[] }; output: Clusters & { readonly witness: Float64Array } };
  blobWitness: { input: { readonly blob: Uint8Array }; output: Float64Array };
}

/** Row scores of ready query vectors, or of an answer whose vectors the worker solves first. */
export type ScoreRequest =
  | { readonly query: QueryVectors }
  | { readonly features: Float64Array; readonly answer: Answer };

export interface Worked {
  readonly attribution: Attribution;
  readonly witness: Float64Array | undefined;
}

export type RequestKind = keyof Requests;

export interface RequestMessage {
  readonly id: number;
  readonly kind: RequestKind;
  readonly input: unknown;
}

export type ReplyMessage =
  | { readonly id: number; readonly output: unknown }
  | {
      readonly id: number;
      readonly failure: { readonly code: InfluenceErrorCode | undefined; readonly message: string };
    };
