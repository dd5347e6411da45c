import { roundHalfUp } from "../grid.ts";
import { FEATURE_GRID_BITS } from "./limits.ts";

const GRID = 2 ** FEATURE_GRID_BITS;

function norm(values: Float64Array): number {
  let squares = 0;
  for (const x of values) squares += x * x;
  return Math.sqrt(squares);
}

/**
 * The exact rule from a raw sentence vector to features: u = x / |x| in float64, q = u rounded half up to multiples of
 * 2^-16, h = q / |q|, every sum in index order. Up to q machines may differ in the last bits; from q on, which is
 * integers, they cannot. Undefined for a vector that is not finite; zero stays zero.
 */
export function unitFeatures(raw: Float64Array): Float64Array | undefined {
  const features = new Float64Array(raw.length);
  const length = norm(raw);
  if (!Number.isFinite(length)) return undefined;
  if (length === 0) return features;
  for (const [k, x] of raw.entries()) features[k] = roundHalfUp((x / length) * GRID);
  const gridded = norm(features);
  for (let k = 0; k < features.length; k++) features[k]! /= gridded;
  return features;
}

/**
 * One vector of the tokens of a text: mean over all of them in order, or the first. `hidden` is tokens x dims.
 * Padding behind `tokens` is not read.
 */
export function pool(hidden: Float64Array, tokens: number, dims: number, pooling: "mean" | "cls"): Float64Array {
  const pooled = hidden.slice(0, dims);
  if (pooling === "cls") return pooled;
  for (let t = 1; t < tokens; t++) {
    for (let k = 0; k < dims; k++) pooled[k]! += hidden[t * dims + k]!;
  }
  for (let k = 0; k < dims; k++) pooled[k]! /= tokens;
  return pooled;
}
