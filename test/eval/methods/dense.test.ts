import { expect, test } from "vitest";
import { encodeAll } from "../../../node/influence/encoder.ts";
import { SeededStream } from "../../bench/random.ts";
import { cholesky, gram, inBasis, rowProducts, solveCholesky } from "./dense.ts";
import { symmetricEigen } from "./eigen.ts";
import { hadamardProjection, walshHadamard } from "./hadamard.ts";

const stream = new SeededStream("dense");
const random = (count: number) => Float64Array.from({ length: count }, () => stream.next() - 0.5);

test("gram: the inner products of the columns, for sizes that are no multiple of the kernel's tile", () => {
  const [rows, columns] = [7, 5];
  const a = random(rows * columns);
  const product = gram(a, rows, columns);
  for (let k = 0; k < columns; k++) {
    for (let l = 0; l < columns; l++) {
      let sum = 0;
      for (let i = 0; i < rows; i++) sum += a[i * columns + k]! * a[i * columns + l]!;
      expect(product[k * columns + l]).toBeCloseTo(sum, 14);
    }
  }
});

test("cholesky: solves, and refuses what is not positive definite", () => {
  const size = 6;
  const matrix = gram(random(9 * size), 9, size);
  const x = random(size);
  const solved = solveCholesky(cholesky(matrix, size), rowProducts(matrix, x));
  for (let i = 0; i < size; i++) expect(solved[i]).toBeCloseTo(x[i]!, 8);
  expect(() => cholesky(Float64Array.of(1, 2, 2, 1), 2)).toThrow("not positive definite at 1");
});

test.each([1, 2, 3, 12, 40])("eigen: %i axes are orthonormal and carry the matrix", (size) => {
  const matrix = gram(random(2 * size * size), 2 * size, size);
  const { values, vectors } = symmetricEigen(matrix, size);
  for (let i = 0; i < size; i++) {
    const axis = vectors.subarray(i * size, (i + 1) * size);
    const image = rowProducts(matrix, axis);
    for (let k = 0; k < size; k++) expect(image[k]).toBeCloseTo(values[i]! * axis[k]!, 10);
    const products = inBasis(axis, vectors, size);
    for (let k = 0; k < size; k++) expect(products[k]).toBeCloseTo(i === k ? 1 : 0, 12);
    if (i > 0) expect(values[i]!).toBeGreaterThanOrEqual(values[i - 1]!);
  }
});

test("eigen: a diagonal matrix with equal values needs no sweep", () => {
  expect([...symmetricEigen(Float64Array.of(2, 0, 0, 2), 2).values]).toEqual([2, 2]);
});

test("eigen: axes that few repeated rows use have noise for most eigenvalues", () => {
  const rows = encodeAll(Array.from({ length: 40 }, (_, i) => `word${i % 13} other${i % 7}`));
  const dims = rows.length / 40;
  const used = Array.from({ length: dims }, (_, k) => k).filter((k) => rows.some((x, i) => i % dims === k && x !== 0));
  const size = Math.min(100, used.length);
  const narrow = Float64Array.from({ length: 40 * size }, (_, at) => {
    return rows[Math.floor(at / size) * dims + used[at % size]!]!;
  });
  const matrix = gram(narrow, 40, size);
  const { values } = symmetricEigen(matrix, size);
  const trace = matrix.reduce((sum, x, at) => (at % (size + 1) === 0 ? sum + x : sum), 0);
  expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(trace, 9);
  expect(values.filter((value) => Math.abs(value) < 1e-12).length).toBeGreaterThanOrEqual(size - 40);
});

test("hadamard: four values by hand", () => {
  const values = Float64Array.of(1, 2, 3, 5);
  walshHadamard(values);
  expect([...values]).toEqual([11, -3, -5, 1]);
});

test("hadamard projection: keeps inner products on average", () => {
  const [size, width] = [300, 256];
  const [a, b] = [random(size), random(size)];
  const exact = a.reduce((sum, x) => sum + x * x, 0);
  const projection = hadamardProjection(size, width, "projection");
  const padded = (values: Float64Array) => {
    const out = new Float64Array(projection.padded);
    out.set(values);
    return out;
  };
  const [x, y] = [projection.project(padded(a)), projection.project(padded(b))];
  expect(x.reduce((sum, v) => sum + v * v, 0) / exact).toBeCloseTo(1, 0.5);
  const cross = x.reduce((sum, v, i) => sum + v * y[i]!, 0);
  expect(Math.abs(cross - a.reduce((sum, v, i) => sum + v * b[i]!, 0))).toBeLessThan(0.2 * exact);
});
