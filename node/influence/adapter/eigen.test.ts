import { expect, test } from "vitest";
import { WordStream } from "../word-stream.ts";
import { symmetricEigen } from "./eigen.ts";

function drawnRows(count: number, n: number): Float64Array {
  const words = new WordStream(new Uint8Array(32).fill(n)).block(0, 8192);
  return Float64Array.from({ length: count * n }, (_, i) => words[i % words.length]! / 2 ** 32 - 0.5);
}

function gramOf(rows: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let at = 0; at < rows.length; at += n)
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) out[i * n + j]! += rows[at + i]! * rows[at + j]!;
  return out;
}

/** Largest error of A v = lambda v and of V V^T = I. */
function errorOf(matrix: Float64Array, n: number): { pair: number; orthonormal: number } {
  const { values, vectors } = symmetricEigen(matrix, n);
  let [pair, orthonormal] = [0, 0];
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let [image, product] = [0, 0];
      for (let k = 0; k < n; k++) {
        image += matrix[j * n + k]! * vectors[i * n + k]!;
        product += vectors[i * n + k]! * vectors[j * n + k]!;
      }
      pair = Math.max(pair, Math.abs(image - values[i]! * vectors[i * n + j]!));
      orthonormal = Math.max(orthonormal, Math.abs(product - (i === j ? 1 : 0)));
    }
  }
  return { pair, orthonormal };
}

test.each([
  { name: "one number", n: 1, rank: 1 },
  { name: "full rank", n: 12, rank: 30 },
  { name: "half the rank, so that half of the spectrum is rounding noise", n: 40, rank: 20 },
  { name: "rank one", n: 30, rank: 1 },
])("$name: eigenpairs of a matrix of products", ({ n, rank }) => {
  const { pair, orthonormal } = errorOf(gramOf(drawnRows(rank, n), n), n);
  expect(pair).toBeLessThan(1e-12);
  expect(orthonormal).toBeLessThan(1e-13);
});

test("a diagonal matrix keeps its axes, ascending, and a zero matrix has any", () => {
  const { values, vectors } = symmetricEigen(Float64Array.of(3, 0, 0, 0, 1, 0, 0, 0, 2), 3);
  expect([...values]).toEqual([1, 2, 3]);
  expect([...vectors].map(Math.abs)).toEqual([0, 1, 0, 0, 0, 1, 1, 0, 0]);
  expect([...symmetricEigen(new Float64Array(4), 2).values]).toEqual([0, 0]);
});

test("what is not finite is refused", () => {
  expect(() => symmetricEigen(Float64Array.of(1, Number.NaN, Number.NaN, 1), 2)).toThrow(/not finite/);
});
