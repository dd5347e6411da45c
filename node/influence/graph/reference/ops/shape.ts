import { int64, sizeOf } from "../../tensor.ts";
import type { Tensor } from "../../types.ts";
import { axisOf, type Call, input, int, integerInput, integersOf, type Operator, refusal } from "../call.ts";
import { broadcastDims, expanded, transposed } from "../strided.ts";
import { reshaped } from "../tensors.ts";

/** 0 keeps a dim (unless allowzero), one -1 takes what is left. */
function reshape(call: Call): readonly Tensor[] {
  const tensor = input(call, 0);
  const wanted = integersOf(call, 1, "shape");
  if (!wanted) throw refusal(call, "malformed", "no shape");
  const keepsZero = int(call, "allowzero", 0) === 0;
  const dims = wanted.map((dim, i) => (dim === 0 && keepsZero ? (tensor.dims[i] ?? 0) : dim));
  const open = dims.indexOf(-1);
  if (open >= 0) {
    const rest = sizeOf(dims.filter((_, i) => i !== open));
    dims[open] = rest === 0 ? 0 : tensor.data.length / rest;
  }
  if (sizeOf(dims) !== tensor.data.length || !dims.every((dim) => Number.isInteger(dim) && dim >= 0)) {
    throw refusal(call, "bad-shape", `[${tensor.dims}] does not reshape to [${wanted}]`);
  }
  return [reshaped(tensor, dims)];
}

function flatten(call: Call): readonly Tensor[] {
  const tensor = input(call, 0);
  const given = int(call, "axis", 1);
  const axis = given < 0 ? given + tensor.dims.length : given;
  return [reshaped(tensor, [sizeOf(tensor.dims.slice(0, axis)), sizeOf(tensor.dims.slice(axis))])];
}

function expand(call: Call): readonly Tensor[] {
  const tensor = input(call, 0);
  const dims = broadcastDims([tensor.dims, integerInput(call, 1)]);
  if (!dims) throw refusal(call, "bad-shape", `[${tensor.dims}] does not expand to [${integerInput(call, 1)}]`);
  return [expanded(tensor, dims)];
}

function squeeze(call: Call): readonly Tensor[] {
  const tensor = input(call, 0);
  const { dims } = tensor;
  const axes = integersOf(call, 1, "axes")?.map((axis) => axisOf(call, axis, dims.length));
  const wide = axes?.find((axis) => dims[axis] !== 1);
  if (wide !== undefined) throw refusal(call, "bad-shape", `axis ${wide} of [${dims}] is not 1`);
  return [
    reshaped(
      tensor,
      dims.filter((dim, axis) => (axes ? !axes.includes(axis) : dim !== 1)),
    ),
  ];
}

function unsqueeze(call: Call): readonly Tensor[] {
  const tensor = input(call, 0);
  const named = integersOf(call, 1, "axes");
  if (!named) throw refusal(call, "malformed", "no axes");
  const rank = tensor.dims.length + named.length;
  const axes = named.map((axis) => axisOf(call, axis, rank));
  const rest = [...tensor.dims];
  return [
    reshaped(
      tensor,
      Array.from({ length: rank }, (_, i) => (axes.includes(i) ? 1 : rest.shift()!)),
    ),
  ];
}

function shape(call: Call): readonly Tensor[] {
  const { dims } = input(call, 0);
  return [int64(dims.slice(int(call, "start", 0), int(call, "end", dims.length)))];
}

function size(call: Call): readonly Tensor[] {
  return [int64([input(call, 0).data.length], [])];
}

function transpose(call: Call): readonly Tensor[] {
  const tensor = input(call, 0);
  const { perm } = call.node.attributes;
  const order = perm?.kind === "ints" ? perm.value : tensor.dims.map((_, i) => tensor.dims.length - 1 - i);
  if (order.length !== tensor.dims.length || new Set(order).size !== order.length) {
    throw refusal(call, "bad-shape", `perm [${order}] of [${tensor.dims}]`);
  }
  return [transposed(tensor, order)];
}

export const SHAPES: Readonly<Record<string, Operator>> = {
  Reshape: reshape,
  Flatten: flatten,
  Expand: expand,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Shape: shape,
  Size: size,
  Transpose: transpose,
  Identity: (call) => [input(call, 0)],
};
