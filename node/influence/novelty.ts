import { int8Exponent, int8Mantissas } from "./quantise.ts";
import { COSINE_ONE, GATE_ONE, type IndexHeader } from "./types.ts";

/**
 * Credit falls from full to nothing between this many times the distance of look-alikes and the query itself: a
 * near-copy of the very question that is paid teaches nothing that the question does not hold.
 */
const REACH = { numerator: 8, denominator: 3 };

/** The query's features as int8 mantissas: what novelty is measured against. */
export function queryMantissas(features: Float64Array): Int8Array {
  return int8Mantissas(features, int8Exponent(features));
}

function normOf(values: Int8Array): number {
  let squares = 0;
  for (const x of values) squares += x * x;
  return Math.sqrt(squares);
}

/** uint16 fixed point: 1 for an item that is some way from the query, 0 for the query itself, linear in the cosine. */
export function noveltyOf(query: Int8Array, row: Int8Array, header: Pick<IndexHeader, "embeddingCosine">): number {
  const norms = normOf(query) * normOf(row);
  if (norms === 0) return GATE_ONE;
  let product = 0;
  for (let k = 0; k < row.length; k++) product += query[k]! * row[k]!;
  const distance = COSINE_ONE - (product * COSINE_ONE) / norms;
  const reach = ((COSINE_ONE - header.embeddingCosine) * REACH.numerator) / REACH.denominator;
  if (distance >= reach) return GATE_ONE;
  return distance <= 0 ? 0 : Math.floor((distance * GATE_ONE) / reach);
}
