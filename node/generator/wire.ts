import { type QueryVectors, ResultOpening } from "../../proto/gen/openledger/attribution/v1.ts";
import { InferenceOutput } from "../../proto/gen/openledger/inference/v1.ts";
import { encodeBytes } from "../../proto/runtime.ts";
import { toWireSettlement } from "../attest/result-codec.ts";
import type { AdapterQuery } from "../influence/adapter/index.ts";
import type { GenerationAttribution } from "./types.ts";

/** Canonical InferenceOutput of an answer. */
export function encodeGeneratedOutput(tokens: readonly number[], text: string): Uint8Array {
  return encodeBytes(InferenceOutput, InferenceOutput.fromPartial({ tokens: [...tokens], text }));
}

/** Canonical ResultOpening: what a host commits to by hash and opens after commit_end. */
export function encodeGeneratedOpening({ query, settlement, tokens }: GenerationAttribution): Uint8Array {
  return encodeBytes(ResultOpening, {
    query: wireQuery(query),
    settlement: toWireSettlement(settlement),
    tokens: toWireSettlement(tokens),
  });
}

/** One vector a checkpoint view: its number for a class, weight 1. */
function wireQuery({ vectors, exponents }: AdapterQuery): QueryVectors {
  const classes = vectors.map((vector, view) => {
    return { class: view, weight: 1, exponent: exponents[view]!, v: new Uint8Array(vector.slice().buffer) };
  });
  return { classes, weightExponent: 0 };
}
