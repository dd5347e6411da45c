import { convert, double, int64, isFloat, scalar, sizeOf, TYPE_NUMBERS } from "../../tensor.ts";
import type { DType, Tensor } from "../../types.ts";
import { axisOf, type Call, input, int, integerInput, type Operator, refusal, tensorAttribute } from "../call.ts";
import { allocate, stridesOf } from "../tensors.ts";

const TYPES: ReadonlyMap<number, DType> = new Map(
  Object.entries(TYPE_NUMBERS).map(([dtype, number]) => [number, dtype as DType]),
);

function constant(call: Call): readonly Tensor[] {
  const { value, value_float, value_floats, value_int, value_ints } = call.node.attributes;
  if (value?.kind === "tensor") return [value.value];
  if (value_float?.kind === "float") return [scalar(Math.fround(value_float.value), "float")];
  if (value_int?.kind === "int") return [scalar(value_int.value, "int64")];
  if (value_ints?.kind === "ints") return [int64(value_ints.value)];
  if (value_floats?.kind === "floats") return [{ ...double(value_floats.value.map(Math.fround)), dtype: "float" }];
  throw refusal(call, "malformed", "a constant without a value");
}

function constantOfShape(call: Call): readonly Tensor[] {
  const dims = integerInput(call, 0);
  const value = tensorAttribute(call, "value") ?? scalar(0, "float");
  const data = allocate(value.dtype, sizeOf(dims));
  (data as Float64Array).fill(value.data[0] as number);
  return [{ dtype: value.dtype, dims, data }];
}

/** start + i delta, as ONNX defines it: one multiplication and one addition an element. */
function range(call: Call): readonly Tensor[] {
  const { dtype } = input(call, 0);
  const [start, limit, delta] = [0, 1, 2].map((i) => Number(input(call, i).data[0])) as [number, number, number];
  const count = Math.max(0, Math.ceil((limit - start) / delta));
  const data = allocate(dtype, count);
  for (let i = 0; i < count; i++) {
    if (data instanceof BigInt64Array) data[i] = BigInt(start + i * delta);
    else data[i] = start + i * delta;
  }
  return [{ dtype, dims: [count], data }];
}

/** What a real number beyond an integer type becomes differs by machine: refused. */
function checkedConvert(call: Call, tensor: Tensor, dtype: DType): Tensor {
  if (isFloat(tensor.dtype) && !isFloat(dtype) && dtype !== "bool") {
    const limit = dtype === "int64" ? 2 ** 63 : dtype === "int32" ? 2 ** 31 : dtype === "int8" ? 2 ** 7 : 2 ** 8;
    const low = dtype === "uint8" ? 0 : -limit;
    for (const x of tensor.data as Float64Array) {
      if (!(Math.trunc(x) >= low && x < limit)) throw refusal(call, "not-finite", `${x} is no ${dtype}`);
    }
  }
  return convert(tensor, dtype);
}

function cast(call: Call): readonly Tensor[] {
  const dtype = TYPES.get(int(call, "to", 0));
  if (!dtype) throw refusal(call, "unsupported-type", `element type ${int(call, "to", 0)}`);
  return [checkedConvert(call, input(call, 0), dtype)];
}

/** values[1] where the index is, values[0] elsewhere; an index out of range is nowhere. */
function oneHot(call: Call): readonly Tensor[] {
  const indices = input(call, 0);
  const depth = Number(input(call, 1).data[0]);
  const values = input(call, 2);
  const rank = indices.dims.length + 1;
  const axis = axisOf(call, int(call, "axis", -1), rank);
  const dims = [...indices.dims.slice(0, axis), depth, ...indices.dims.slice(axis)];
  const data = allocate(values.dtype, sizeOf(dims)) as Float64Array;
  data.fill(values.data[0] as number);
  const inner = stridesOf(dims)[axis]!;
  for (let i = 0; i < indices.data.length; i++) {
    const index = Number(indices.data[i]);
    const place = index < 0 ? index + depth : index;
    if (place < 0 || place >= depth) continue;
    data[(Math.floor(i / inner) * depth + place) * inner + (i % inner)] = values.data[1] as number;
  }
  return [{ dtype: values.dtype, dims, data }];
}

/** Inference: the input, and a mask of ones. */
function dropout(call: Call): readonly Tensor[] {
  const tensor = input(call, 0);
  if (call.inputs[2]?.data[0] === 1) throw refusal(call, "unsupported-operator", "training mode draws random numbers");
  const mask = new Uint8Array(tensor.data.length).fill(1);
  return [tensor, { dtype: "bool", dims: tensor.dims, data: mask }];
}

export const CREATIONS: Readonly<Record<string, Operator>> = {
  Constant: constant,
  ConstantOfShape: constantOfShape,
  Range: range,
  Cast: cast,
  CastLike: (call) => [checkedConvert(call, input(call, 0), input(call, 1).dtype)],
  OneHot: oneHot,
  Dropout: dropout,
};
