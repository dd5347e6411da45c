import { isFloat, sizeOf } from "../../tensor.ts";
import type { Tensor } from "../../types.ts";
import { axisOf, type Call, input, int, integersOf, type Operator, refusal } from "../call.ts";
import { transposed } from "../strided.ts";
import { allocate } from "../tensors.ts";

/** Reduces `count` values from `start` on, in index order. */
interface Reduction {
  readonly real?: (values: Float64Array, start: number, count: number) => number;
  /** For int64 and int32; without a first value an empty reduction is refused. */
  readonly whole?: { readonly first?: bigint; readonly combine: (a: bigint, b: bigint) => bigint };
}

function sum(values: Float64Array, start: number, count: number): number {
  let total = 0;
  for (let i = start; i < start + count; i++) total += values[i]!;
  return total;
}

function sumSquare(values: Float64Array, start: number, count: number): number {
  let total = 0;
  for (let i = start; i < start + count; i++) total += values[i]! * values[i]!;
  return total;
}

/** NaN wins. */
export function maximum(values: Float64Array, start: number, count: number): number {
  let best = Number.NEGATIVE_INFINITY;
  for (let i = start; i < start + count; i++) if (values[i]! > best || Number.isNaN(values[i]!)) best = values[i]!;
  return best;
}

function minimum(values: Float64Array, start: number, count: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let i = start; i < start + count; i++) if (values[i]! < best || Number.isNaN(values[i]!)) best = values[i]!;
  return best;
}

function wholeReduction(call: Call, reduction: Reduction, values: Tensor["data"], start: number, count: number) {
  const { whole } = reduction;
  let total = whole?.first ?? (count > 0 ? BigInt(values[start]!) : undefined);
  if (!whole || total === undefined) throw refusal(call, "unsupported-type", "this reduction of integers is undefined");
  for (let i = whole.first === undefined ? 1 : 0; i < count; i++)
    total = whole.combine(total, BigInt(values[start + i]!));
  return total;
}

/** The axes that a reduction names, ascending. All of them when it names none, unless it says that none means none. */
export function reducedAxes(call: Call, rank: number): number[] {
  const named = integersOf(call, 1, "axes");
  if (named && named.length > 0)
    return [...new Set(named.map((axis) => axisOf(call, axis, rank)))].sort((a, b) => a - b);
  return int(call, "noop_with_empty_axes", 0) === 0 ? Array.from({ length: rank }, (_, i) => i) : [];
}

function reduce(reduction: Reduction): Operator {
  return (call) => {
    const tensor = input(call, 0);
    const { dtype, dims } = tensor;
    const axes = reducedAxes(call, dims.length);
    const kept = dims.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
    const { data } = transposed(tensor, [...kept, ...axes]);
    const count = sizeOf(axes.map((axis) => dims[axis]!));
    const out = allocate(dtype, sizeOf(kept.map((axis) => dims[axis]!)));
    for (let i = 0; i < out.length; i++) {
      if (out instanceof BigInt64Array) out[i] = wholeReduction(call, reduction, data, i * count, count);
      else if (!isFloat(dtype)) out[i] = Number(wholeReduction(call, reduction, data, i * count, count));
      else if (reduction.real) out[i] = reduction.real(data as Float64Array, i * count, count);
    }
    const keepdims = int(call, "keepdims", 1) !== 0;
    const shape = keepdims ? dims.map((dim, axis) => (axes.includes(axis) ? 1 : dim)) : kept.map((axis) => dims[axis]!);
    return [{ dtype, dims: shape, data: out }];
  };
}

export const REDUCTIONS: Readonly<Record<string, Operator>> = {
  ReduceSum: reduce({ real: sum, whole: { first: 0n, combine: (a, b) => a + b } }),
  ReduceMean: reduce({ real: (values, start, count) => sum(values, start, count) / count }),
  ReduceMax: reduce({ real: maximum, whole: { combine: (a, b) => (a > b ? a : b) } }),
  ReduceMin: reduce({ real: minimum, whole: { combine: (a, b) => (a < b ? a : b) } }),
  ReduceSumSquare: reduce({ real: sumSquare, whole: { first: 0n, combine: (a, b) => a + b * b } }),
  ReduceL2: reduce({ real: (values, start, count) => Math.sqrt(sumSquare(values, start, count)) }),
};
