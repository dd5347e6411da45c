import {
  type ClassVector,
  ResultOpening,
  type SettlementVector,
  type QueryVectors as WireQuery,
} from "../../proto/gen/openledger/attribution/v1.ts";
import { InferenceOutput } from "../../proto/gen/openledger/inference/v1.ts";
import { encodeBytes } from "../../proto/runtime.ts";
import type { Answer, Attribution, QueryVectors, Settlement } from "../influence/types.ts";
import { GRID_BITS } from "../influence/types.ts";

// Between the attribution engine's structures and what the chain stores. Host, validator and `explain` use the same
// functions, so that equal integers are equal bytes.

/** An output's confidence counts in units of 2^-20, probabilities in units of 2^-24: the rest is cut off. */
const CONFIDENCE_SHIFT = GRID_BITS - 20;

/** Words of the text: runs of anything but white space. What a request pays per token of input. */
export function countTokensIn(text: string): number {
  return text.match(/\S+/gu)?.length ?? 0;
}

/** A label is one token of output. */
export const TOKENS_OUT = 1;

/** Canonical InferenceOutput of an answer. */
export function encodeOutput(answer: Answer, labels: readonly string[]): Uint8Array {
  const confidence = (answer.probabilities[answer.label] as number) >> CONFIDENCE_SHIFT;
  const label = labels[answer.label] as string;
  return encodeBytes(InferenceOutput, InferenceOutput.fromPartial({ labelIndex: answer.label, label, confidence }));
}

/** Canonical ResultOpening: what a host commits to by hash and opens after commit_end. */
export function encodeResultOpening({ query, settlement }: Pick<Attribution, "query" | "settlement">): Uint8Array {
  return encodeBytes(ResultOpening, {
    query: toWireQuery(query),
    settlement: toWireSettlement(settlement),
    tokens: undefined,
  });
}

/** One class vector for each class of the query; all share the exponents of d and v. */
function toWireQuery({ classes, d, dExponent, v, vExponent }: QueryVectors): WireQuery {
  const dims = v.length / classes.length;
  return {
    classes: classes.map((label, b): ClassVector => {
      const vector = v.slice(b * dims, (b + 1) * dims);
      return { class: label, weight: d[b] as number, exponent: vExponent, v: new Uint8Array(vector.buffer) };
    }),
    weightExponent: dExponent,
  };
}

/** Entries in the order of the chain: weight descending, then (contribution, item); those that floor to nothing are left out. */
export function toWireSettlement(settlement: Settlement): SettlementVector {
  const entries = settlement.entries.filter(({ weight }) => weight > 0n).map((entry) => ({ ...entry }));
  entries.sort((a, b) => {
    if (a.weight !== b.weight) return a.weight > b.weight ? -1 : 1;
    return a.contribution - b.contribution || a.item - b.item;
  });
  const { unattributed, capExcess, eligibleClusters } = settlement;
  return { entries, unattributed, capExcess, eligibleClusters };
}

/** The engine's query vectors of an opening whose form the chain checked; `label` is that of the output. */
export function fromWireQuery({ classes, weightExponent }: WireQuery, label: number): QueryVectors {
  const dims = classes[0]?.v.length ?? 0;
  const v = new Int8Array(classes.length * dims);
  for (const [b, { v: vector }] of classes.entries()) v.set(new Int8Array(vector), b * dims);
  return {
    label,
    classes: classes.map((entry) => entry.class),
    d: Int8Array.from(classes, ({ weight }) => weight),
    dExponent: weightExponent,
    v,
    vExponent: classes[0]?.exponent ?? 0,
  };
}
