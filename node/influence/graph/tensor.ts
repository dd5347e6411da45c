import { GraphError } from "./errors.ts";
import type { Attribute, DType, Tensor } from "./types.ts";

export function sizeOf(dims: readonly number[]): number {
  return dims.reduce((n, d) => n * d, 1);
}

export function isFloat(dtype: DType): boolean {
  return dtype === "float" || dtype === "double";
}

/** ONNX numbers of the element types (TensorProto.DataType). */
export const TYPE_NUMBERS: Readonly<Record<DType, number>> = {
  float: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  double: 11,
};

/** The float types that are kept as "float": float16 (10) and bfloat16 (16). */
const NARROW_FLOATS: readonly number[] = [10, 16];

/** The element type of an ONNX type number; undefined outside the set. */
export function typeOfNumber(type: number): DType | undefined {
  if (NARROW_FLOATS.includes(type)) return "float";
  return (Object.keys(TYPE_NUMBERS) as DType[]).find((name) => TYPE_NUMBERS[name] === type);
}

/** A float attribute, as `GraphBuilder` takes it: 32 bits, as a file holds it. */
export function float(value: number): Attribute {
  return { kind: "float", value: Math.fround(value) };
}

/** Bytes of one element in ONNX's raw_data. */
export const ELEMENT_BYTES: Readonly<Record<DType, number>> = {
  float: 4,
  double: 8,
  int8: 1,
  uint8: 1,
  int32: 4,
  int64: 8,
  bool: 1,
};

export function emptyData(dtype: DType, length: number): Tensor["data"] {
  switch (dtype) {
    case "float":
    case "double":
      return new Float64Array(length);
    case "int64":
      return new BigInt64Array(length);
    case "int32":
      return new Int32Array(length);
    case "int8":
      return new Int8Array(length);
    case "uint8":
    case "bool":
      return new Uint8Array(length);
  }
}

function checkSize(dims: readonly number[], length: number): void {
  if (sizeOf(dims) !== length) {
    throw new GraphError("bad-shape", `${length} elements do not fill a tensor of shape [${dims}]`);
  }
}

/** A float64 tensor; without dims a vector. */
export function double(values: ArrayLike<number>, dims: readonly number[] = [values.length]): Tensor {
  checkSize(dims, values.length);
  return { dtype: "double", dims, data: Float64Array.from(values) };
}

/** An int64 tensor; without dims a vector. */
export function int64(values: ArrayLike<number>, dims: readonly number[] = [values.length]): Tensor {
  checkSize(dims, values.length);
  return { dtype: "int64", dims, data: BigInt64Array.from(Array.from(values), BigInt) };
}

export function scalar(value: number, dtype: DType = "double"): Tensor {
  const data = emptyData(dtype, 1);
  if (data instanceof BigInt64Array) data[0] = BigInt(value);
  else data[0] = value;
  return { dtype, dims: [], data };
}

/** The same elements in another type, as ONNX Cast: towards integers by truncation, to bool by "is not zero". float and double share memory. */
export function convert(tensor: Tensor, dtype: DType): Tensor {
  if (tensor.dtype === dtype) return tensor;
  if (tensor.dtype === "float" && dtype === "double") return { ...tensor, dtype };
  const data = emptyData(dtype, tensor.data.length);
  for (let i = 0; i < data.length; i++) {
    const value = Number(tensor.data[i]);
    if (data instanceof BigInt64Array) data[i] = BigInt(Math.trunc(value));
    else if (dtype === "bool") data[i] = value === 0 ? 0 : 1;
    else data[i] = dtype === "float" ? Math.fround(value) : value;
  }
  return { dtype, dims: tensor.dims, data };
}

/** A parameter as `perSample` graphs take it: `count` copies of it under a leading dimension. */
export function repeatForBatch(tensor: Tensor, count: number): Tensor {
  const data = emptyData(tensor.dtype, count * tensor.data.length);
  for (let i = 0; i < count; i++) (data as Float64Array).set(tensor.data as Float64Array, i * tensor.data.length);
  return { dtype: tensor.dtype, dims: [count, ...tensor.dims], data };
}

/** The elements of an integer tensor as numbers; "to the end" markers beyond 2^53 become 2^53 - 1 with their sign. */
export function integersOf(tensor: Tensor): number[] {
  const FAR = Number.MAX_SAFE_INTEGER;
  return Array.from(tensor.data as Iterable<number | bigint>, (v) => Math.min(Math.max(Number(v), -FAR), FAR));
}
