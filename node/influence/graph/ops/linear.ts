import type { Dim } from "../types.ts";
import type { Call, Emission, Gradient, Operator } from "./operator.ts";
import { broadcastDims, requireFloat, sameTypes } from "./rules.ts";

function checkInner(call: Call, a: Dim, b: Dim): void {
  if (typeof a === "number" && typeof b === "number" && a !== b) call.fail(`inner sizes ${a} and ${b} differ`);
}

function matMulDims(call: Call): Dim[] {
  const a = call.dims(0);
  const b = call.dims(1);
  if (a.length === 0 || b.length === 0) call.fail("a scalar operand");
  const left = a.length === 1 ? [1, a[0]!] : a;
  const right = b.length === 1 ? [b[0]!, 1] : b;
  checkInner(call, left.at(-1)!, right.at(-2)!);
  const dims = broadcastDims(call, left.slice(0, -2), right.slice(0, -2));
  if (a.length > 1) dims.push(left.at(-2)!);
  if (b.length > 1) dims.push(right.at(-1)!);
  return dims;
}

function transposed(g: Emission, value: string, rank: number): string {
  const perm = Array.from({ length: rank }, (_, k) => k);
  perm[rank - 1] = rank - 2;
  perm[rank - 2] = rank - 1;
  return g.op("Transpose", [value], { perm });
}

/** One matrix for all rows: its gradient is one product over all of them. */
function sharedWeightGradient(g: Gradient): string {
  const [rows, columns] = [g.dims(0).at(-1)!, g.dims(1)[1]!];
  const flat = (value: string, size: Dim) => {
    if (typeof size !== "number") g.fail(`bind the dimension ${size}`);
    return g.reshape(value, [-1, size]);
  };
  const x = g.rank(0) === 2 ? g.x(0) : flat(g.x(0), rows);
  const dy = g.rank(0) === 2 ? g.dy() : flat(g.dy(), columns);
  return g.op("MatMul", [transposed(g, x, 2), dy]);
}

function matMulGradient(g: Gradient): (string | undefined)[] {
  const [p, q] = [g.rank(0), g.rank(1)];
  if (p === 1 || q === 1) return vectorGradient(g);
  const { dims } = g.result();
  const outer = dims.slice(0, -2);
  return g.each(
    () => {
      const full = [...outer, ...g.dims(0).slice(-2)];
      return g.sumTo(g.op("MatMul", [g.dy(), transposed(g, g.x(1), q)]), full, g.x(0), g.dims(0));
    },
    () => {
      if (q === 2 && typeof g.dims(1)[0] === "number" && typeof g.dims(1)[1] === "number")
        return sharedWeightGradient(g);
      const full = [...outer, ...g.dims(1).slice(-2)];
      return g.sumTo(g.op("MatMul", [transposed(g, g.x(0), p), g.dy()]), full, g.x(1), g.dims(1));
    },
  );
}

/** A vector operand is a matrix of one row or one column that the result then lacks. */
function vectorGradient(g: Gradient): (string | undefined)[] {
  const [p, q] = [g.rank(0), g.rank(1)];
  const axes = [...(p === 1 ? [-2] : []), ...(q === 1 ? [-1] : [])];
  const unsqueeze = (value: string, at: number[]) => (at.length ? g.op("Unsqueeze", [value, g.ints64(at)]) : value);
  const dy = unsqueeze(g.dy(), axes);
  const a = unsqueeze(g.x(0), p === 1 ? [0] : []);
  const b = unsqueeze(g.x(1), q === 1 ? [1] : []);
  const leftDims: Dim[] = p === 1 ? [1, g.dims(0)[0]!] : [...g.dims(0)];
  const rightDims: Dim[] = q === 1 ? [g.dims(1)[0]!, 1] : [...g.dims(1)];
  const outer = broadcastDims(g, leftDims.slice(0, -2), rightDims.slice(0, -2));
  const back = (i: number, value: string, dims: Dim[]) =>
    g.op("Reshape", [g.sumTo(value, [...outer, ...dims.slice(-2)], i ? b : a, dims), g.shapeOf(i)]);
  return g.each(
    () => back(0, g.op("MatMul", [dy, transposed(g, b, rightDims.length)]), leftDims),
    () => back(1, g.op("MatMul", [transposed(g, a, leftDims.length), dy]), rightDims),
  );
}

function scaled(e: Emission, value: string, factor: number): string {
  return factor === 1 ? value : e.op("Mul", [value, e.scalar(factor)]);
}

export const LINEAR: readonly Operator[] = [
  {
    name: "MatMul",
    inputs: [2, 2],
    gradients: "all",
    infer: (call) => [{ dtype: sameTypes(call, 0, 1), dims: matMulDims(call) }],
    gradient: matMulGradient,
  },
  {
    name: "Gemm",
    inputs: [2, 3],
    gradients: "all",
    infer(call) {
      requireFloat(call);
      if (call.rank(0) !== 2 || call.rank(1) !== 2) call.fail("operands must be matrices");
      const [m, k] = call.int("transA", 0) ? call.dims(0).toReversed() : call.dims(0);
      const [l, n] = call.int("transB", 0) ? call.dims(1).toReversed() : call.dims(1);
      checkInner(call, k!, l!);
      if (call.has(2)) broadcastDims(call, [m!, n!], call.dims(2));
      return [{ dtype: sameTypes(call, 0, call.inputs.length - 1), dims: [m!, n!] }];
    },
    compose(e) {
      const a = e.int("transA", 0) ? transposed(e, e.x(0), 2) : e.x(0);
      const b = e.int("transB", 0) ? transposed(e, e.x(1), 2) : e.x(1);
      const product = scaled(e, e.op("MatMul", [a, b]), e.float("alpha", 1));
      return [e.has(2) ? e.op("Add", [product, scaled(e, e.x(2), e.float("beta", 1))]) : product];
    },
  },
];
