import { GraphError } from "../errors.ts";
import { emptyData } from "../tensor.ts";
import type { DType, Tensor } from "../types.ts";

export type Data = Tensor["data"];

/** Elements of one value: 2 GiB of float64. */
export const MOST_ELEMENTS = 2 ** 28;

/** Zeroed storage. Throws GraphError "too-large" before it asks for the memory. */
export function allocate(dtype: DType, length: number): Data {
  if (!(length <= MOST_ELEMENTS)) {
    throw new GraphError("too-large", `a value of ${length} elements; at most ${MOST_ELEMENTS}`);
  }
  return emptyData(dtype, length);
}

export function allocateReal(length: number): Float64Array {
  return allocate("double", length) as Float64Array;
}

/** Row-major strides in elements. */
export function stridesOf(dims: readonly number[]): number[] {
  const strides = new Array<number>(dims.length);
  let step = 1;
  for (let axis = dims.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= dims[axis]!;
  }
  return strides;
}

/** Same data, other shape. */
export function reshaped(tensor: Tensor, dims: readonly number[]): Tensor {
  return { dtype: tensor.dtype, dims, data: tensor.data };
}

export function bool(values: ArrayLike<number>, dims: readonly number[]): Tensor {
  return { dtype: "bool", dims, data: Uint8Array.from(values) };
}
