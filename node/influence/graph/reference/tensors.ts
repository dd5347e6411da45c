import type { Tensor } from "../types.ts";

export type Data = Tensor["data"];

/** Elements of one value: 2 GiB of float64. */
export const MOST_ELEMENTS = 2 ** 28;

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
