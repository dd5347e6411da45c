import { sizeOf } from "../../tensor.ts";
import type { Tensor } from "../../types.ts";
import { axisOf, type Call, input, int, integerInput, type Operator, refusal } from "../call.ts";
import { allocate, allocateReal, stridesOf } from "../tensors.ts";

/** An index in -size .. size - 1 as 0 .. size - 1. */
export function placeOf(call: Call, index: number, size: number): number {
  const place = index < 0 ? index + size : index;
  if (place < 0 || place >= size) throw refusal(call, "bad-shape", `index ${index} of ${size} elements`);
  return place;
}

/** Slices along one axis. */
function gather(call: Call): readonly Tensor[] {
  const { dtype, dims, data } = input(call, 0);
  const indices = integerInput(call, 1);
  const axis = axisOf(call, int(call, "axis", 0), dims.length);
  const size = dims[axis] ?? 0;
  const [outer, inner] = [sizeOf(dims.slice(0, axis)), sizeOf(dims.slice(axis + 1))];
  const out = allocate(dtype, outer * indices.length * inner);
  const [source, target] = [data as Float64Array, out as Float64Array];
  const places = indices.map((index) => placeOf(call, index, size));
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < places.length; i++) {
      const from = (o * size + places[i]!) * inner;
      const to = (o * places.length + i) * inner;
      for (let k = 0; k < inner; k++) target[to + k] = source[from + k]!;
    }
  }
  return [{ dtype, dims: [...dims.slice(0, axis), ...input(call, 1).dims, ...dims.slice(axis + 1)], data: out }];
}

/** Offsets in data that GatherElements and ScatterElements address: the index replaces one coordinate. */
export function elementPlaces(call: Call, dims: readonly number[]): Float64Array {
  const shape = input(call, 1).dims;
  const indices = integerInput(call, 1);
  const axis = axisOf(call, int(call, "axis", 0), dims.length);
  if (shape.length !== dims.length) throw refusal(call, "bad-shape", `indices [${shape}] into data [${dims}]`);
  if (shape.some((size, i) => i !== axis && size > dims[i]!)) {
    throw refusal(call, "bad-shape", `indices [${shape}] exceed data [${dims}]`);
  }
  const [strides, own] = [stridesOf(dims), stridesOf(shape)];
  return Float64Array.from(indices, (index, i) => {
    let at = placeOf(call, index, dims[axis]!) * strides[axis]!;
    for (let k = 0; k < shape.length; k++) {
      if (k !== axis) at += (Math.floor(i / own[k]!) % shape[k]!) * strides[k]!;
    }
    return at;
  });
}

function gatherElements(call: Call): readonly Tensor[] {
  const { dtype, dims, data } = input(call, 0);
  const places = elementPlaces(call, dims);
  const out = allocate(dtype, places.length);
  for (let i = 0; i < out.length; i++) out[i] = data[places[i]!]!;
  return [{ dtype, dims: input(call, 1).dims, data: out }];
}

/** Starts in data of the slices that index tuples name, and the length of a slice. */
export function slicePlaces(
  call: Call,
  dims: readonly number[],
  batchDims: number,
): { readonly starts: Float64Array; readonly length: number } {
  const shape = input(call, 1).dims;
  const depth = shape.at(-1);
  if (depth === undefined || depth + batchDims > dims.length) {
    throw refusal(call, "bad-shape", `index tuples [${shape}] into data [${dims}]`);
  }
  const indices = integerInput(call, 1);
  const strides = stridesOf(dims);
  const perBatch = sizeOf(shape.slice(batchDims, -1));
  const batchStride = sizeOf(dims.slice(batchDims));
  const starts = allocateReal(sizeOf(shape.slice(0, -1)));
  for (let t = 0; t < starts.length; t++) {
    let at = Math.floor(t / perBatch) * (batchDims === 0 ? 0 : batchStride);
    for (let k = 0; k < depth; k++) {
      at += placeOf(call, indices[t * depth + k]!, dims[batchDims + k]!) * strides[batchDims + k]!;
    }
    starts[t] = at;
  }
  return { starts, length: sizeOf(dims.slice(batchDims + depth)) };
}

function gatherND(call: Call): readonly Tensor[] {
  const { dtype, dims, data } = input(call, 0);
  const batchDims = int(call, "batch_dims", 0);
  const shape = input(call, 1).dims;
  const { starts, length } = slicePlaces(call, dims, batchDims);
  const out = allocate(dtype, starts.length * length);
  for (const [t, start] of starts.entries()) {
    for (let k = 0; k < length; k++) out[t * length + k] = data[start + k]!;
  }
  const outDims = [...shape.slice(0, -1), ...dims.slice(batchDims + (shape.at(-1) ?? 0))];
  return [{ dtype, dims: outDims, data: out }];
}

export const GATHERS: Readonly<Record<string, Operator>> = {
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherND,
};
