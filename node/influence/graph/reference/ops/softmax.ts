import { sizeOf } from "../../tensor.ts";
import type { Tensor } from "../../types.ts";
import { axisOf, type Call, int, type Operator, realInput } from "../call.ts";
import { exp } from "../math/exponential.ts";
import { log } from "../math/logarithm.ts";
import { transposed } from "../strided.ts";

/** Maximum first, then the sum of e^(x - maximum) in index order. */
export function expSum(
  values: Float64Array,
  start: number,
  count: number,
): { readonly maximum: number; readonly sum: number } {
  let maximum = Number.NEGATIVE_INFINITY;
  for (let i = start; i < start + count; i++) {
    if (values[i]! > maximum || Number.isNaN(values[i]!)) maximum = values[i]!;
  }
  let sum = 0;
  for (let i = start; i < start + count; i++) sum += exp(values[i]! - maximum);
  return { maximum, sum };
}

type Row = (values: Float64Array, start: number, count: number, out: Float64Array) => void;

function softmaxRow(values: Float64Array, start: number, count: number, out: Float64Array): void {
  const { maximum, sum } = expSum(values, start, count);
  for (let i = start; i < start + count; i++) out[i] = exp(values[i]! - maximum) / sum;
}

function logSoftmaxRow(values: Float64Array, start: number, count: number, out: Float64Array): void {
  const { maximum, sum } = expSum(values, start, count);
  const rest = log(sum);
  for (let i = start; i < start + count; i++) out[i] = values[i]! - maximum - rest;
}

/** Over one axis from opset 13 on; before, over all axes from `axis` on. */
function overAxis(row: Row): Operator {
  return (call: Call): readonly Tensor[] => {
    const { tensor } = realInput(call, 0);
    const { dtype, dims } = tensor;
    const axis = axisOf(call, int(call, "axis", call.opset < 13 ? 1 : -1), dims.length);
    const isFlat = call.opset < 13;
    const order = dims.map((_, i) => i);
    if (!isFlat && dims.length > 0) order.push(...order.splice(axis, 1));
    const moved = transposed(tensor, order);
    const count = isFlat ? sizeOf(dims.slice(axis)) : (dims[axis] ?? 1);
    const out = new Float64Array(moved.data.length);
    for (let start = 0; start < out.length; start += count) row(moved.data as Float64Array, start, count, out);
    const back = dims.map((_, i) => order.indexOf(i));
    return [transposed({ dtype, dims: moved.dims, data: out }, back)];
  };
}

export const SOFTMAXES: Readonly<Record<string, Operator>> = {
  Softmax: overAxis(softmaxRow),
  LogSoftmax: overAxis(logSoftmaxRow),
};
