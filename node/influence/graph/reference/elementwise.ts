import { isFloat } from "../tensor.ts";
import type { DType, Tensor } from "../types.ts";
import { broadcastInputs, type Call, input, type Operator, realInput, refusal } from "./call.ts";
import { allocate } from "./tensors.ts";

/** A binary operation on each kind of number; an absent one is refused. */
export interface Binary {
  readonly real?: (a: number, b: number) => number;
  /** int8, uint8 and int32: the result is stored modulo 2^bits. */
  readonly small?: (a: number, b: number) => number;
  /** The result is stored modulo 2^64. */
  readonly int64?: (a: bigint, b: bigint) => bigint;
}

function pairwise(call: Call, a: Tensor, b: Tensor, { real, small, int64 }: Binary): Tensor {
  const { dtype, dims } = a;
  const out = allocate(dtype, a.data.length);
  if (a.data instanceof BigInt64Array) {
    if (!int64) throw refusal(call, "unsupported-type", `${dtype} is not supported`);
    const other = b.data as BigInt64Array;
    const target = out as BigInt64Array;
    for (let i = 0; i < out.length; i++) target[i] = int64(a.data[i]!, other[i]!);
    return { dtype, dims, data: out };
  }
  const f = isFloat(dtype) ? real : dtype === "bool" ? undefined : small;
  if (!f) throw refusal(call, "unsupported-type", `${dtype} is not supported`);
  const [left, right, target] = [a.data as Float64Array, b.data as Float64Array, out as Float64Array];
  for (let i = 0; i < out.length; i++) target[i] = f(left[i]!, right[i]!);
  return { dtype, dims, data: out };
}

/** Two operands, broadcast. */
export function binary(operation: Binary): Operator {
  return (call) => {
    const [a, b] = broadcastInputs(call);
    if (!a || !b || call.inputs.length !== 2) throw refusal(call, "malformed", "two inputs are needed");
    return [pairwise(call, a, b, operation)];
  };
}

/** One or more operands, broadcast, combined from the left. */
export function variadic(operation: Binary): Operator {
  return (call) => {
    const tensors = broadcastInputs(call);
    input(call, 0);
    return [tensors.reduce((sum, next) => pairwise(call, sum, next, operation))];
  };
}

/** A function of each real element. */
export function unary(f: (x: number) => number): Operator {
  return (call) => {
    const { tensor, data } = realInput(call, 0);
    const out = new Float64Array(data.length);
    for (let i = 0; i < out.length; i++) out[i] = f(data[i]!);
    return [{ dtype: tensor.dtype, dims: tensor.dims, data: out }];
  };
}

/** A function of each element, for operators that integers have too. */
export function signedUnary(real: (x: number) => number, int64: (x: bigint) => bigint): Operator {
  return (call) => {
    const { dtype, dims, data } = input(call, 0);
    if (dtype === "bool") throw refusal(call, "unsupported-type", "bool is not supported");
    const out = allocate(dtype, data.length);
    if (data instanceof BigInt64Array) {
      const target = out as BigInt64Array;
      for (let i = 0; i < out.length; i++) target[i] = int64(data[i]!);
    } else {
      const target = out as Float64Array;
      for (let i = 0; i < out.length; i++) target[i] = real(data[i]!);
    }
    return [{ dtype, dims, data: out }];
  };
}

/** Two operands of one type, broadcast, to bool. */
export function comparison(
  holds: (a: number | bigint, b: number | bigint) => boolean,
  types?: readonly DType[],
): Operator {
  return (call) => {
    const [a, b] = broadcastInputs(call);
    if (!a || !b || call.inputs.length !== 2) throw refusal(call, "malformed", "two inputs are needed");
    if (types && !types.includes(a.dtype)) throw refusal(call, "unsupported-type", `${a.dtype} is not supported`);
    const out = new Uint8Array(a.data.length);
    for (let i = 0; i < out.length; i++) out[i] = holds(a.data[i]!, b.data[i]!) ? 1 : 0;
    return [{ dtype: "bool", dims: a.dims, data: out }];
  };
}
