import { int8Exponent, int8Mantissas } from "./quantise.ts";
import { DISTANCE_ONE, GATE_ONE, type IndexHeader, type IndexRow } from "./types.ts";

/**
 * An item that lies closer to a question than to other items, by over this many median distances, knew the question:
 * where both come from one source, questions lie no closer than other items do. Full credit again one fade later.
 */
const LEAD = 0.47;
const FADE = 0.15;

/** The query's features as int8 mantissas: what novelty is measured against. */
export function queryMantissas(features: Float64Array): Int8Array {
  return int8Mantissas(features, int8Exponent(features));
}

function normOf(values: Int8Array): number {
  let squares = 0;
  for (const x of values) squares += x * x;
  return Math.sqrt(squares);
}

/** uint16 fixed point: 1 for an item that lies from the query as from other items, 0 for one much closer, linear between. */
export function noveltyOf(
  query: Int8Array,
  row: Pick<IndexRow, "h" | "spacing">,
  { embeddingSpacing }: Pick<IndexHeader, "embeddingSpacing">,
): number {
  const norms = normOf(query) * normOf(row.h);
  if (norms === 0) return GATE_ONE;
  let product = 0;
  for (let k = 0; k < row.h.length; k++) product += query[k]! * row.h[k]!;
  const distance = DISTANCE_ONE - (product * DISTANCE_ONE) / norms;
  const above = distance - (row.spacing - LEAD * embeddingSpacing);
  const fade = FADE * embeddingSpacing;
  if (above >= fade) return GATE_ONE;
  return above <= 0 ? 0 : Math.floor((above * GATE_ONE) / fade);
}
