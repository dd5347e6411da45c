import { BASIS_ONE, type FactorSums } from "./bases.ts";
import { demand } from "./demand.ts";
import type { AdapterView, Block, BlockBasis, Whitening } from "./types.ts";
import type { Energies } from "./whitening.ts";

/** Eigenvectors on the 2^-30 grid of up to 1,024 entries are orthonormal to better than this. */
const ORTHONORMAL = 2 ** -18;
/** Off the diagonal, relative to the trace: far above what a gradient that rounds otherwise changes. */
const DIAGONAL = 2 ** -20;
/** Whitening factors and energies differ by less where a gradient rounds otherwise. */
const ALIKE = 2 ** -16;

/** U A U^T of a symmetric n x n matrix, or U U^T without one. */
function inBasis(basis: Int32Array, n: number, matrix: Float64Array | undefined): Float64Array {
  const u = Float64Array.from(basis, (x) => x / BASIS_ONE);
  const half = matrix ? new Float64Array(n * n) : u;
  for (let i = 0; matrix && i < n; i++) {
    for (let j = 0; j < n; j++) {
      const x = u[i * n + j]!;
      for (let k = 0, [out, from] = [i * n, j * n]; k < n; k++) half[out + k]! += x * matrix[from + k]!;
    }
  }
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += half[i * n + k]! * u[j * n + k]!;
      out[i * n + j] = sum;
    }
  }
  return out;
}

/** Largest difference from a diagonal matrix; with `ones` from the identity. */
function offDiagonal(matrix: Float64Array, n: number, ones: boolean): number {
  let most = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      if (i === j && !ones) continue;
      const off = Math.abs(matrix[i * n + j]! - (i === j ? 1 : 0));
      if (!(off <= most)) most = off;
    }
  }
  return most;
}

function sideHolds(basis: Int32Array, n: number, factor: Float64Array): boolean {
  if (offDiagonal(inBasis(basis, n, undefined), n, true) > ORTHONORMAL) return false;
  let trace = 0;
  for (let i = 0; i < n; i++) trace += factor[i * n + i]!;
  return offDiagonal(inBasis(basis, n, factor), n, false) <= DIAGONAL * trace;
}

/**
 * Every side's basis is orthonormal and makes the recomputed factor diagonal. Which eigenvectors of equal eigenvalues are
 * posted, in which order and with which signs, changes no score.
 */
export function checkBases(bases: readonly BlockBasis[], blocks: readonly Block[], sums: FactorSums): void {
  for (const [b, { rows, columns }] of blocks.entries()) {
    const { left, right } = sums.factorsOf(b);
    const posted = bases[b]!;
    const leftHolds = !left || sideHolds(posted.left!, rows, left);
    demand(leftHolds && (!right || sideHolds(posted.right!, columns, right)), `factor ${b} has another eigenbasis`);
  }
}

/** The kept coordinates are those of most energy, and their factors what damping and eigenvalues give. */
export function checkWhitening({ coordinates, factors }: Whitening, energies: Energies, dampingGrid: number): void {
  const own = energies.damped(dampingGrid);
  const least = own.energy.slice().sort()[own.energy.length - coordinates.length]!;
  for (const [i, k] of coordinates.entries()) {
    demand(own.energy[k]! >= least * (1 - ALIKE), `coordinate ${k} has less energy than one that is left out`);
    const isAlike = Math.abs(factors[i]! - own.factors[k]!) <= ALIKE * own.factors[k]!;
    demand(isAlike, `coordinate ${k} is whitened by another factor`);
  }
}

export function checkSameWeights(view: AdapterView, weights: Int32Array, v: number): void {
  const isSame = view.weights.length === weights.length && view.weights.every((w, i) => w === weights[i]);
  demand(isSame, `view ${v} has other weights than the training's checkpoint`);
}
