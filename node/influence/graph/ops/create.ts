import { productOfDims, subtractDims } from "../dims.ts";
import { integersOf, isFloat } from "../tensor.ts";
import type { Dim } from "../types.ts";
import type { Call, Operator, Value } from "./operator.ts";
import { unknownDim, withInts } from "./rules.ts";

/** start and end attributes of Shape, clamped as the operator does. */
function shapeInts(call: Call): Dim[] {
  const dims = call.dims(0);
  const clamp = (v: number) => Math.min(Math.max(v < 0 ? v + dims.length : v, 0), dims.length);
  return dims.slice(clamp(call.int("start", 0)), clamp(call.int("end", dims.length)));
}

function rangeDims(call: Call): { dims: Dim[]; ints?: Dim[] } {
  const [start, limit, step] = [0, 1, 2].map((i) => call.value(i).ints?.[0]);
  if (typeof start === "number" && typeof limit === "number" && typeof step === "number") {
    if (step === 0) call.fail("a delta of 0");
    const count = Math.max(0, Math.ceil((limit - start) / step));
    return { dims: [count], ...(count <= 1024 && { ints: Array.from({ length: count }, (_, k) => start + k * step) }) };
  }
  if (start !== undefined && limit !== undefined && step === 1) return { dims: [subtractDims(limit, start)] };
  return { dims: [unknownDim(call, 0)] };
}

export const CREATE: readonly Operator[] = [
  {
    name: "Shape",
    inputs: [1, 1],
    gradients: "none",
    infer(call) {
      const ints = shapeInts(call);
      return [{ dtype: "int64", dims: [ints.length], ints }];
    },
  },
  {
    name: "Size",
    inputs: [1, 1],
    gradients: "none",
    infer: (call) => [{ dtype: "int64", dims: [], ints: [productOfDims(call.dims(0))] }],
  },
  {
    name: "Range",
    inputs: [3, 3],
    gradients: "none",
    infer: (call) => [{ dtype: call.value(0).dtype, ...rangeDims(call) }],
  },
  {
    name: "Constant",
    inputs: [0, 0],
    gradients: "none",
    infer(call): Value[] {
      const tensor = call.tensor("value") ?? call.fail("only the attribute value is kept", "unsupported-operator");
      const ints = isFloat(tensor.dtype) ? undefined : integersOf(tensor);
      return [withInts({ dtype: tensor.dtype, dims: tensor.dims }, ints)];
    },
  },
  {
    name: "ConstantOfShape",
    inputs: [1, 1],
    gradients: "none",
    infer(call) {
      const fill = call.tensor("value");
      const dtype = fill?.dtype ?? "float";
      const shape = call.value(0).ints;
      const rank = call.dims(0)[0];
      if (!shape && typeof rank !== "number") call.fail("the rank of the result is unknown");
      const dims = shape ?? Array.from({ length: rank as number }, (_, k) => unknownDim(call, k));
      const count = productOfDims(dims);
      if (isFloat(dtype) || typeof count !== "number" || count > 1024) return [{ dtype, dims }];
      const value = fill ? Number(fill.data[0]) : 0;
      return [{ dtype, dims, ints: Array.from({ length: count }, () => value) }];
    },
  },
];
