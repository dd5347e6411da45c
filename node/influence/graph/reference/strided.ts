import { sizeOf } from "../tensor.ts";
import type { DType, Tensor } from "../types.ts";
import { allocate, type Data, stridesOf } from "./tensors.ts";

/** A view of data: element (i, j, ...) is data[offset + i strides[0] + j strides[1] + ...]. */
export interface View {
  readonly dims: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

/** Calls `visit` with the offsets of each innermost run of two views of equal dims, in row-major order. */
function eachRun(
  dims: readonly number[],
  a: { readonly strides: readonly number[]; readonly offset: number },
  b: { readonly strides: readonly number[]; readonly offset: number },
  visit: (a: number, b: number) => void,
): void {
  const outer = dims.length - 1;
  const index = new Array<number>(Math.max(0, outer)).fill(0);
  let [atA, atB] = [a.offset, b.offset];
  for (;;) {
    visit(atA, atB);
    let axis = outer - 1;
    for (; axis >= 0; axis--) {
      atA += a.strides[axis]!;
      atB += b.strides[axis]!;
      if (++index[axis]! < dims[axis]!) break;
      atA -= a.strides[axis]! * dims[axis]!;
      atB -= b.strides[axis]! * dims[axis]!;
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}

/** to[view] = from[view], element by element; the dims of both are equal. */
export function copyView(from: Data, source: View, to: Data, target: View): void {
  const { dims } = source;
  if (sizeOf(dims) === 0) return;
  const length = dims.at(-1) ?? 1;
  const stepFrom = source.strides.at(-1) ?? 1;
  const stepTo = target.strides.at(-1) ?? 1;
  const [read, write] = [from as Float64Array, to as Float64Array];
  eachRun(dims, source, target, (a, b) => {
    if (stepFrom === 1 && stepTo === 1 && length > 16) write.set(read.subarray(a, a + length), b);
    else for (let i = 0; i < length; i++) write[b + i * stepTo] = read[a + i * stepFrom]!;
  });
}

/** A contiguous copy of a view. */
export function gathered(dtype: DType, data: Data, view: View): Tensor {
  const out = allocate(dtype, sizeOf(view.dims));
  copyView(data, view, out, { dims: view.dims, strides: stridesOf(view.dims), offset: 0 });
  return { dtype, dims: view.dims, data: out };
}

/** Axes in another order. */
export function transposed(tensor: Tensor, order: readonly number[]): Tensor {
  if (order.every((axis, i) => axis === i)) return tensor;
  const strides = stridesOf(tensor.dims);
  const view = {
    dims: order.map((axis) => tensor.dims[axis]!),
    strides: order.map((axis) => strides[axis]!),
    offset: 0,
  };
  return gathered(tensor.dtype, tensor.data, view);
}

/** Dims that all of these broadcast to, or undefined (ONNX "multidirectional broadcasting"). */
export function broadcastDims(shapes: readonly (readonly number[])[]): number[] | undefined {
  const rank = Math.max(...shapes.map((dims) => dims.length));
  const out = new Array<number>(rank).fill(1);
  for (const dims of shapes) {
    for (const [i, dim] of dims.entries()) {
      const axis = rank - dims.length + i;
      if (dim === out[axis] || dim === 1) continue;
      if (out[axis] !== 1) return undefined;
      out[axis] = dim;
    }
  }
  return out;
}

/** A tensor repeated to dims it broadcasts to. */
export function expanded(tensor: Tensor, dims: readonly number[]): Tensor {
  const missing = dims.length - tensor.dims.length;
  if (missing === 0 && dims.every((dim, i) => dim === tensor.dims[i])) return tensor;
  const own = stridesOf(tensor.dims);
  const strides = dims.map((_, i) => (i < missing || tensor.dims[i - missing] === 1 ? 0 : own[i - missing]!));
  return gathered(tensor.dtype, tensor.data, { dims, strides, offset: 0 });
}
