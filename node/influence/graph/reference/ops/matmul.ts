import { sizeOf } from "../../tensor.ts";
import type { Tensor } from "../../types.ts";
import { type Call, float, int, type Operator, realInput, refusal } from "../call.ts";
import { type Matrix, multiply } from "../multiply.ts";
import { broadcastDims, expanded } from "../strided.ts";
import { allocateReal, reshaped } from "../tensors.ts";

/** One matrix of a stack. */
function matrixOf(data: Float64Array, index: number, rows: number, columns: number): Matrix {
  return { data, offset: index * rows * columns, rows, columns, rowStride: columns, columnStride: 1 };
}

/** As numpy's matmul: vectors become a row or a column, leading axes broadcast. */
function matMul(call: Call): readonly Tensor[] {
  const [left, right] = [realInput(call, 0).tensor, realInput(call, 1).tensor];
  if (left.dtype !== right.dtype) throw refusal(call, "unsupported-type", `${left.dtype} times ${right.dtype}`);
  if (left.dims.length === 0 || right.dims.length === 0)
    throw refusal(call, "bad-shape", "scalars have no product here");
  const a = left.dims.length === 1 ? reshaped(left, [1, ...left.dims]) : left;
  const b = right.dims.length === 1 ? reshaped(right, [...right.dims, 1]) : right;
  const [rows, depth] = a.dims.slice(-2) as [number, number];
  const [inner, columns] = b.dims.slice(-2) as [number, number];
  const batch = broadcastDims([a.dims.slice(0, -2), b.dims.slice(0, -2)]);
  if (depth !== inner || !batch) throw refusal(call, "bad-shape", `[${left.dims}] times [${right.dims}]`);
  const dims = [...batch, ...(left.dims.length === 1 ? [] : [rows]), ...(right.dims.length === 1 ? [] : [columns])];
  if (b.dims.length === 2) {
    // One tall product: the rows of a stack times the same matrix.
    const tall = allocateReal(sizeOf(batch) * rows * columns);
    const data = [a.data as Float64Array, b.data as Float64Array] as const;
    multiply(matrixOf(data[0], 0, sizeOf(batch) * rows, depth), matrixOf(data[1], 0, depth, columns), tall, 0);
    return [{ dtype: left.dtype, dims, data: tall }];
  }
  const [wideA, wideB] = [expanded(a, [...batch, rows, depth]), expanded(b, [...batch, depth, columns])];
  const out = allocateReal(sizeOf(batch) * rows * columns);
  for (let i = 0; i < sizeOf(batch); i++) {
    const [x, y] = [wideA.data as Float64Array, wideB.data as Float64Array];
    multiply(matrixOf(x, i, rows, depth), matrixOf(y, i, depth, columns), out, i * rows * columns);
  }
  return [{ dtype: left.dtype, dims, data: out }];
}

function factor(call: Call, index: number, isTransposed: boolean): Matrix {
  const { tensor, data } = realInput(call, index);
  if (tensor.dims.length !== 2) throw refusal(call, "bad-shape", `input ${index} is no matrix: [${tensor.dims}]`);
  const [rows, columns] = tensor.dims as [number, number];
  if (!isTransposed) return matrixOf(data, 0, rows, columns);
  return { data, offset: 0, rows: columns, columns: rows, rowStride: 1, columnStride: columns };
}

/** alpha (a b) + beta c: the product first, then one multiplication each (none by 1), then the addition. */
function gemm(call: Call): readonly Tensor[] {
  const a = factor(call, 0, int(call, "transA", 0) !== 0);
  const b = factor(call, 1, int(call, "transB", 0) !== 0);
  if (a.columns !== b.rows) throw refusal(call, "bad-shape", `${a.rows} x ${a.columns} times ${b.rows} x ${b.columns}`);
  const dims = [a.rows, b.columns];
  const out = allocateReal(a.rows * b.columns);
  multiply(a, b, out, 0);
  const [alpha, beta] = [float(call, "alpha", 1), float(call, "beta", 1)];
  for (let i = 0; i < out.length; i++) out[i]! *= alpha;
  if (call.inputs[2]) {
    const { tensor } = realInput(call, 2);
    const common = broadcastDims([tensor.dims, dims]);
    if (common?.length !== 2 || common.some((dim, i) => dim !== dims[i])) {
      throw refusal(call, "bad-shape", `[${tensor.dims}] does not broadcast to [${dims}]`);
    }
    const added = expanded(tensor, dims).data as Float64Array;
    for (let i = 0; i < out.length; i++) out[i]! += beta * added[i]!;
  }
  return [{ dtype: realInput(call, 0).tensor.dtype, dims, data: out }];
}

export const MATRIX: Readonly<Record<string, Operator>> = { MatMul: matMul, Gemm: gemm };
