import { sizeOf } from "../../tensor.ts";
import type { Tensor } from "../../types.ts";
import { axisOf, type Call, input, int, integerInput, integersOf, type Operator, refusal, text } from "../call.ts";
import { copyView, gathered } from "../strided.ts";
import { allocate, stridesOf } from "../tensors.ts";

function concat(call: Call): readonly Tensor[] {
  const tensors = call.inputs.map((_, i) => input(call, i));
  const { dtype, dims } = tensors[0]!;
  const axis = axisOf(call, int(call, "axis", 0), dims.length);
  const fits = (tensor: Tensor) =>
    tensor.dtype === dtype &&
    tensor.dims.length === dims.length &&
    tensor.dims.every((d, i) => i === axis || d === dims[i]);
  if (!tensors.every(fits)) throw refusal(call, "bad-shape", "the parts differ in type or in another axis");
  const whole = dims.map((dim, i) => (i === axis ? tensors.reduce((sum, part) => sum + part.dims[axis]!, 0) : dim));
  const data = allocate(dtype, sizeOf(whole));
  const strides = stridesOf(whole);
  let offset = 0;
  for (const part of tensors) {
    const source = { dims: part.dims, strides: stridesOf(part.dims), offset: 0 };
    copyView(part.data, source, data, { dims: part.dims, strides, offset });
    offset += part.dims[axis]! * strides[axis]!;
  }
  return [{ dtype, dims: whole, data }];
}

/** First element, number of elements and step along one axis; starts and ends clamp as in numpy. */
function extent(start: number, end: number, step: number, size: number): { first: number; count: number } {
  const absolute = (index: number) => (index < 0 ? index + size : index);
  const clamp = (index: number, low: number, high: number) => Math.max(low, Math.min(high, index));
  const forward = step > 0;
  const first = forward ? clamp(absolute(start), 0, size) : clamp(absolute(start), 0, size - 1);
  const last = forward ? clamp(absolute(end), 0, size) : clamp(absolute(end), -1, size - 1);
  return { first, count: Math.max(0, Math.ceil((last - first) / step)) };
}

function slice(call: Call): readonly Tensor[] {
  const { dtype, dims, data } = input(call, 0);
  const starts = integersOf(call, 1, "starts") ?? [];
  const ends = integersOf(call, 2, "ends") ?? [];
  const axes = (integersOf(call, 3, "axes") ?? starts.map((_, i) => i)).map((axis) => axisOf(call, axis, dims.length));
  const steps = call.inputs[4] ? integerInput(call, 4) : starts.map(() => 1);
  if (steps.includes(0) || ends.length !== starts.length) throw refusal(call, "malformed", "bad starts, ends or steps");
  const strides = stridesOf(dims);
  const view = { dims: [...dims], strides: [...strides], offset: 0 };
  for (const [i, axis] of axes.entries()) {
    const { first, count } = extent(starts[i]!, ends[i]!, steps[i]!, dims[axis]!);
    view.dims[axis] = count;
    view.strides[axis] = strides[axis]! * steps[i]!;
    view.offset += first * strides[axis]!;
  }
  return [gathered(dtype, data, view)];
}

/** Sizes from the input or attribute `split`, else equal ones with the rest in the last. */
function split(call: Call): readonly Tensor[] {
  const { dtype, dims, data } = input(call, 0);
  const axis = axisOf(call, int(call, "axis", 0), dims.length);
  const parts = int(call, "num_outputs", call.node.outputs.length);
  const equal = Math.ceil(dims[axis]! / parts);
  const sizes =
    integersOf(call, 1, "split") ??
    Array.from({ length: parts }, (_, i) => Math.max(0, Math.min(equal, dims[axis]! - i * equal)));
  if (sizes.reduce((sum, n) => sum + n, 0) !== dims[axis]) throw refusal(call, "bad-shape", `[${sizes}] of [${dims}]`);
  const strides = stridesOf(dims);
  let offset = 0;
  return sizes.map((size) => {
    const view = { dims: dims.map((dim, i) => (i === axis ? size : dim)), strides, offset };
    offset += size * strides[axis]!;
    return gathered(dtype, data, view);
  });
}

/** Each axis becomes a pair (repetition, element): the repetition stands still. */
function tile(call: Call): readonly Tensor[] {
  const { dtype, dims, data } = input(call, 0);
  const repeats = integerInput(call, 1);
  if (repeats.length !== dims.length) throw refusal(call, "bad-shape", `repeats [${repeats}] of [${dims}]`);
  const strides = stridesOf(dims);
  const view = {
    dims: dims.flatMap((dim, i) => [repeats[i]!, dim]),
    strides: strides.flatMap((stride) => [0, stride]),
    offset: 0,
  };
  return [{ ...gathered(dtype, data, view), dims: dims.map((dim, i) => dim * repeats[i]!) }];
}

/** By a constant, zero by default. */
function pad(call: Call): readonly Tensor[] {
  const { dtype, dims, data } = input(call, 0);
  if (text(call, "mode", "constant") !== "constant")
    throw refusal(call, "unsupported-operator", "only constant padding");
  const axes = call.inputs[3]
    ? integerInput(call, 3).map((axis) => axisOf(call, axis, dims.length))
    : dims.map((_, i) => i);
  const pads = integersOf(call, 1, "pads") ?? [];
  if (pads.length !== 2 * axes.length || pads.some((n) => n < 0)) {
    throw refusal(call, "bad-shape", `pads [${pads}]: two an axis, none negative`);
  }
  const before = dims.map((_, axis) => (axes.includes(axis) ? pads[axes.indexOf(axis)]! : 0));
  const after = dims.map((_, axis) => (axes.includes(axis) ? pads[axes.length + axes.indexOf(axis)]! : 0));
  const padded = dims.map((dim, axis) => dim + before[axis]! + after[axis]!);
  const out = allocate(dtype, sizeOf(padded));
  const value = call.inputs[2]?.data[0];
  if (value !== undefined) (out as Float64Array).fill(value as number);
  const strides = stridesOf(padded);
  const offset = strides.reduce((sum, stride, axis) => sum + stride * before[axis]!, 0);
  copyView(data, { dims, strides: stridesOf(dims), offset: 0 }, out, { dims, strides, offset });
  return [{ dtype, dims: padded, data: out }];
}

/** Keeps the upper (or lower) triangle of the last two axes, from diagonal k on. */
function trilu(call: Call): readonly Tensor[] {
  const { dtype, dims, data } = input(call, 0);
  const k = call.inputs[1] ? integerInput(call, 1)[0]! : 0;
  const isUpper = int(call, "upper", 1) !== 0;
  const [rows, columns] = dims.slice(-2) as [number, number];
  if (dims.length < 2) throw refusal(call, "bad-shape", `[${dims}] has no triangle`);
  const out = allocate(dtype, data.length);
  for (let i = 0; i < out.length; i++) {
    const column = i % columns;
    const row = Math.floor(i / columns) % rows;
    if (isUpper ? column - row >= k : column - row <= k) out[i] = data[i]!;
  }
  return [{ dtype, dims, data: out }];
}

export const ARRANGEMENTS: Readonly<Record<string, Operator>> = {
  Concat: concat,
  Slice: slice,
  Split: split,
  Tile: tile,
  Pad: pad,
  Trilu: trilu,
};
