import { toGrid } from "../../../node/influence/grid.ts";
import { SeededStream } from "../../bench/random.ts";
import { assembleProblem, type HeadProblem } from "../head-problem.ts";

export interface TinyShape {
  readonly rows: number;
  readonly dims: number;
  readonly classes: number;
  readonly queries: number;
}

export const TINY: TinyShape = { rows: 14, dims: 4, classes: 3, queries: 3 };

/** A problem small enough for dense formulas: random unit features, labels and weights. */
export function tinyProblem(seed = "tiny", { rows, dims, classes, queries } = TINY): HeadProblem {
  const stream = new SeededStream(seed);
  const units = (count: number) => {
    const out = Float64Array.from({ length: count * dims }, () => stream.next() - 0.5);
    for (let i = 0; i < count; i++) {
      const row = out.subarray(i * dims, (i + 1) * dims);
      const norm = Math.sqrt(row.reduce((sum, x) => sum + x * x, 0));
      for (let k = 0; k < dims; k++) row[k]! /= norm;
    }
    return out;
  };
  const labels = Int32Array.from({ length: rows }, (_, i) => (i < classes ? i : stream.below(classes)));
  return assembleProblem({
    ...{ data: "tiny", labels: Array.from({ length: classes }, (_, c) => `class ${c}`), accuracy: 0, lambda: 0.05 },
    set: { features: units(rows), dims, classes, labels },
    texts: Array.from({ length: rows }, () => ""),
    contributor: Int32Array.from({ length: rows }, (_, i) => i % 5),
    contributors: 5,
    gridWeights: toGrid(Float64Array.from({ length: classes * dims }, () => 3 * (stream.next() - 0.5))),
    queryFeatures: units(queries),
  });
}

export type Matrix = number[][];

/** Full gradients, one row each: residual x features, flattened as classes x dims. */
export function denseGradients(residuals: Float64Array, features: Float64Array, dims: number): Matrix {
  const rows = features.length / dims;
  const classes = residuals.length / rows;
  return Array.from({ length: rows }, (_, i) =>
    Array.from(
      { length: classes * dims },
      (_, at) => residuals[i * classes + Math.floor(at / dims)]! * features[i * dims + (at % dims)]!,
    ),
  );
}

export const dense = {
  dot: (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0),
  times: (a: Matrix, x: readonly number[]) => a.map((row) => dense.dot(row, x)),
  transpose: (a: Matrix): Matrix => a[0]!.map((_, k) => a.map((row) => row[k]!)),
  product: (a: Matrix, b: Matrix): Matrix => a.map((row) => dense.times(dense.transpose(b), row)),
  outer: (a: readonly number[], b: readonly number[]): Matrix => a.map((x) => b.map((y) => x * y)),
  sum: (matrices: readonly Matrix[]): Matrix =>
    matrices.reduce((total, m) => total.map((row, i) => row.map((x, k) => x + m[i]![k]!))),
  scale: (a: Matrix, by: number): Matrix => a.map((row) => row.map((x) => x * by)),
  identity: (size: number, by = 1): Matrix =>
    Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, k) => (i === k ? by : 0))),
  kronecker: (a: Matrix, b: Matrix): Matrix =>
    a.flatMap((rowA) => b.map((rowB) => rowA.flatMap((x) => rowB.map((y) => x * y)))),
  /** Gauss-Jordan with partial pivoting. */
  solve(a: Matrix, b: readonly number[]): number[] {
    const m = a.map((row, i) => [...row, b[i]!]);
    for (let c = 0; c < m.length; c++) {
      let pivot = c;
      for (let r = c + 1; r < m.length; r++) if (Math.abs(m[r]![c]!) > Math.abs(m[pivot]![c]!)) pivot = r;
      [m[c], m[pivot]] = [m[pivot]!, m[c]!];
      for (let r = 0; r < m.length; r++) {
        if (r === c) continue;
        const factor = m[r]![c]! / m[c]![c]!;
        for (let k = c; k <= m.length; k++) m[r]![k]! -= factor * m[c]![k]!;
      }
    }
    return m.map((row, i) => row[m.length]! / row[i]!);
  },
};
