import { sizeOf } from "../../tensor.ts";
import type { Tensor } from "../../types.ts";
import { axisOf, type Call, input, int, integersOf, type Operator, refusal } from "../call.ts";
import { transposed } from "../strided.ts";
import { allocate } from "../tensors.ts";

/** Rows along one axis, which becomes the last. */
function rowsAlong(call: Call, attributeDefault: number) {
  const tensor = input(call, 0);
  const { dims } = tensor;
  const axis = axisOf(call, int(call, "axis", attributeDefault), dims.length);
  const others = dims.map((_, i) => i).filter((i) => i !== axis);
  const moved = transposed(tensor, [...others, axis]);
  return { tensor, axis, others, data: moved.data as Float64Array, size: dims[axis] ?? 1 };
}

/** Back from [others..., axis] to the given place of the axis. */
function restored(tensor: Tensor, axis: number): Tensor {
  const order = tensor.dims.map((_, i) => i).slice(0, -1);
  order.splice(axis, 0, tensor.dims.length - 1);
  return transposed(tensor, order);
}

/** The first of equals, or the last with select_last_index. */
function argMax(call: Call): readonly Tensor[] {
  const { tensor, axis, others, data, size } = rowsAlong(call, 0);
  const isLast = int(call, "select_last_index", 0) !== 0;
  const out = new BigInt64Array(sizeOf(others.map((i) => tensor.dims[i]!)));
  for (let row = 0; row < out.length; row++) {
    let best = 0;
    for (let i = 1; i < size; i++) {
      const [value, top] = [data[row * size + i]!, data[row * size + best]!];
      if (value > top || (isLast && value === top)) best = i;
    }
    out[row] = BigInt(best);
  }
  const keepdims = int(call, "keepdims", 1) !== 0;
  const dims = keepdims ? tensor.dims.map((d, i) => (i === axis ? 1 : d)) : others.map((i) => tensor.dims[i]!);
  return [{ dtype: "int64", dims, data: out }];
}

/** The k largest (or smallest) of each row, best first; of equals the lower index. */
function topK(call: Call): readonly Tensor[] {
  const { tensor, axis, others, data, size } = rowsAlong(call, -1);
  const k = integersOf(call, 1, "k")?.[0] ?? int(call, "k", 0);
  if (k < 0 || k > size) throw refusal(call, "bad-shape", `${k} of ${size} elements`);
  const isLargest = int(call, "largest", 1) !== 0;
  const rows = sizeOf(others.map((i) => tensor.dims[i]!));
  const values = allocate(tensor.dtype, rows * k) as Float64Array;
  const indices = new BigInt64Array(rows * k);
  for (let row = 0; row < rows; row++) {
    const start = row * size;
    const order = Array.from({ length: size }, (_, i) => i).sort((a, b) => {
      const [x, y] = [data[start + a]!, data[start + b]!];
      if (x === y) return a - b;
      return x > y === isLargest ? -1 : 1;
    });
    for (let i = 0; i < k; i++) {
      values[row * k + i] = data[start + order[i]!]!;
      indices[row * k + i] = BigInt(order[i]!);
    }
  }
  const dims = [...others.map((i) => tensor.dims[i]!), k];
  return [
    restored({ dtype: tensor.dtype, dims, data: values }, axis),
    restored({ dtype: "int64", dims, data: indices }, axis),
  ];
}

/** Running sums along an axis, in order (or from the end), with or without the element itself. */
function cumSum(call: Call): readonly Tensor[] {
  const tensor = input(call, 0);
  const { dtype, dims } = tensor;
  if (dtype === "bool") throw refusal(call, "unsupported-type", "bool is not supported");
  const axis = axisOf(call, Number(input(call, 1).data[0]), dims.length);
  const [size, inner] = [dims[axis] ?? 1, sizeOf(dims.slice(axis + 1))];
  const [isExclusive, isReverse] = [int(call, "exclusive", 0) !== 0, int(call, "reverse", 0) !== 0];
  const out = allocate(dtype, tensor.data.length) as Float64Array;
  const data = tensor.data as Float64Array;
  const zero = (dtype === "int64" ? 0n : 0) as number;
  for (let line = 0; line < (size === 0 ? 0 : out.length / size); line++) {
    const base = Math.floor(line / inner) * size * inner + (line % inner);
    let sum = zero;
    for (let i = 0; i < size; i++) {
      const at = base + (isReverse ? size - 1 - i : i) * inner;
      if (isExclusive) out[at] = sum;
      sum += data[at]!;
      if (!isExclusive) out[at] = sum;
    }
  }
  return [{ dtype, dims, data: out }];
}

export const ORDERINGS: Readonly<Record<string, Operator>> = { ArgMax: argMax, TopK: topK, CumSum: cumSum };
