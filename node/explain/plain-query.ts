import { ownResidual } from "../influence/answer.ts";
import { powerOfTwo } from "../influence/exact-math.ts";
import { GRID_ONE } from "../influence/grid.ts";
import { triangleSize } from "../influence/index-format.ts";
import { int8Exponent, int8Mantissas } from "../influence/quantise.ts";
import { largestClasses } from "../influence/query.ts";
import type { Answer, IndexHeader, QueryVectors } from "../influence/types.ts";

/**
 * The query vectors of an answer straight from the inverse's bytes, without the kernels that host and validators use:
 * a second way to the same integers.
 */
export function plainQueryVectors(
  header: IndexHeader,
  inverse: Uint8Array,
  { features, answer }: { readonly features: Float64Array; readonly answer: Answer },
): QueryVectors {
  const { dims, blocks } = header;
  const residual = ownResidual(answer);
  const classes = largestClasses(residual, blocks);
  const gradient = Float64Array.from(classes, (c) => (residual[c] as number) / GRID_ONE);
  const solved = new Float64Array(blocks * dims);
  for (const [b, c] of classes.entries()) solved.set(solve(header, inverse, { class: c, features }), b * dims);
  const dExponent = int8Exponent(gradient);
  const vExponent = int8Exponent(solved);
  return {
    ...{ label: answer.label, classes, dExponent, vExponent },
    d: int8Mantissas(gradient, dExponent),
    v: int8Mantissas(solved, vExponent),
  };
}

/** H_c^-1 h, every element one sum over the features in order (float64, as the reference defines it). */
function solve(
  { dims, inverseExponents }: IndexHeader,
  inverse: Uint8Array,
  query: { readonly class: number; readonly features: Float64Array },
): Float64Array {
  const view = new DataView(inverse.buffer, inverse.byteOffset, inverse.byteLength);
  const base = 4 * query.class * triangleSize(dims);
  // Packed upper triangle, row by row: entry (a, b), a <= b.
  const entry = (a: number, b: number) => view.getInt32(base + 4 * (a * dims - (a * (a - 1)) / 2 + b - a), true);
  const scale = powerOfTwo(inverseExponents[query.class] as number);
  return Float64Array.from({ length: dims }, (_, k) => {
    let sum = 0;
    for (let a = 0; a < dims; a++) sum += (query.features[a] as number) * entry(Math.min(a, k), Math.max(a, k));
    return sum * scale;
  });
}
