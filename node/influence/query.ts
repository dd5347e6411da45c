import { ownResidual } from "./answer.ts";
import { powerOfTwo } from "./exact-math.ts";
import { GRID_ONE } from "./grid.ts";
import { ROWS_AT_ONCE } from "./kernel/axpy32.ts";
import { int8Exponent, int8Mantissas } from "./quantise.ts";
import type { ResidentModel } from "./resident.ts";
import type { Answer, QueryVectors } from "./types.ts";

/** The classes of largest |residual|, largest first, ties to the lower class. */
export function largestClasses(residual: Int32Array, blocks: number): number[] {
  const order = Array.from(residual, (_, c) => c);
  order.sort((a, b) => Math.abs(residual[b]!) - Math.abs(residual[a]!) || a - b);
  return order.slice(0, blocks);
}

/** v = H_c^-1 h from the gridded inverse: every element one sequential float64 sum. */
function solve(resident: ResidentModel, classIndex: number, features: Float64Array, out: Float64Array): void {
  const { dims, inverseExponents } = resident.header;
  const { buffer } = resident.memory;
  const x = resident.scratch;
  const y = x + 8 * dims;
  new Float64Array(buffer, x, dims).set(features);
  const sums = new Float64Array(buffer, y, dims).fill(0);
  const matrix = resident.places.inverse + 4 * classIndex * dims * dims;
  resident.axpy(matrix, x, y, dims / ROWS_AT_ONCE, dims / 2, 4 * dims);
  const scale = powerOfTwo(inverseExponents[classIndex]!);
  for (let k = 0; k < dims; k++) out[k] = sums[k]! * scale;
}

/** The query vectors of an answer: rounded once to int8, after which every score is integer arithmetic. */
export function queryVectors(resident: ResidentModel, features: Float64Array, answer: Answer): QueryVectors {
  const { dims, blocks } = resident.header;
  const residual = ownResidual(answer);
  const classes = largestClasses(residual, blocks);
  const gradient = Float64Array.from(classes, (c) => residual[c]! / GRID_ONE);
  const solved = new Float64Array(blocks * dims);
  for (const [b, c] of classes.entries()) solve(resident, c, features, solved.subarray(b * dims, (b + 1) * dims));
  const dExponent = int8Exponent(gradient);
  const vExponent = int8Exponent(solved);
  return {
    ...{ label: answer.label, classes, dExponent, vExponent },
    d: int8Mantissas(gradient, dExponent),
    v: int8Mantissas(solved, vExponent),
  };
}
