import { powerOfTwo } from "../exact-math.ts";
import { roundHalfUp } from "../grid.ts";
import { binaryExponent } from "../quantise.ts";
import { isTurned } from "./blocks.ts";
import { symmetricEigen } from "./eigen.ts";
import type { Block, BlockBasis } from "./types.ts";

/** Eigenvectors are integers in units of 2^-30. */
export const BASIS_ONE: number = 2 ** 30;
/** Mantissas of gradients in factors: products of two, summed over 4,096 columns, stay exact. */
const MANTISSA_BITS = 15;
/** Blocks whose largest entry is below this count as zero. */
const SMALLEST = 2 ** -500;

/**
 * A gradient as the factors read it: every block rounded to 15 bits and sign under a power of two of its own. One float64
 * machine differs from another by 2^-48 of a block's largest entry, so that it rounds 1 of 10^11 entries otherwise.
 */
export function rounded(gradient: Float64Array, blocks: readonly Block[]): Float64Array {
  const out = new Float64Array(gradient.length);
  for (const { start, rows, columns } of blocks) {
    const end = start + rows * columns;
    let largest = 0;
    for (let k = start; k < end; k++) if (Math.abs(gradient[k]!) > largest) largest = Math.abs(gradient[k]!);
    if (largest < SMALLEST) continue;
    const unit = powerOfTwo(binaryExponent(largest) - MANTISSA_BITS + 1);
    for (let k = start; k < end; k++) out[k] = roundHalfUp(gradient[k]! / unit) * unit;
  }
  return out;
}

interface BlockSums {
  /** E[G G^T] and E[G^T G], upper triangles; absent for sides that are not turned. */
  readonly left: Float64Array | undefined;
  readonly right: Float64Array | undefined;
}

/** The two factors of every block, summed over gradients in the order in which they are added. */
export class FactorSums {
  private readonly blocks: readonly Block[];
  private readonly sums: readonly BlockSums[];

  constructor(blocks: readonly Block[]) {
    this.blocks = blocks;
    const square = (side: number) => (isTurned(side) ? new Float64Array(side * side) : undefined);
    this.sums = blocks.map(({ rows, columns }) => ({ left: square(rows), right: square(columns) }));
  }

  /** `gradient` as `rounded` gives it. */
  add(gradient: Float64Array): void {
    for (const [b, block] of this.blocks.entries()) {
      const { left, right } = this.sums[b]!;
      const values = gradient.subarray(block.start, block.start + block.rows * block.columns);
      if (left) addOuter(left, values, { side: block.rows, step: block.columns, across: block.columns, stride: 1 });
      if (right) addOuter(right, values, { side: block.columns, step: 1, across: block.rows, stride: block.columns });
    }
  }

  /** Eigenbases of the sums, rounded to the grid. Throws InfluenceError not-finite. */
  bases(): BlockBasis[] {
    return this.blocks.map(({ rows, columns }, b) => {
      const { left, right } = this.sums[b]!;
      return { left: left && basisOf(left, rows), right: right && basisOf(right, columns) };
    });
  }

  /** The full symmetric factors of a block, for whoever checks bases. */
  factorsOf(b: number): BlockSums {
    const { left, right } = this.sums[b]!;
    const { rows, columns } = this.blocks[b]!;
    return { left: left && mirrored(left, rows), right: right && mirrored(right, columns) };
  }
}

interface Side {
  readonly side: number;
  /** From one row of the side to the next, and along one of them. */
  readonly step: number;
  readonly across: number;
  readonly stride: number;
}

function addOuter(out: Float64Array, values: Float64Array, { side, step, across, stride }: Side): void {
  for (let a = 0; a < side; a++) {
    for (let b = a; b < side; b++) {
      let sum = 0;
      for (let k = 0, [x, y] = [a * step, b * step]; k < across; k++, x += stride, y += stride) {
        sum += values[x]! * values[y]!;
      }
      out[a * side + b]! += sum;
    }
  }
}

function mirrored(upper: Float64Array, n: number): Float64Array {
  const full = upper.slice();
  for (let a = 0; a < n; a++) for (let b = 0; b < a; b++) full[a * n + b] = full[b * n + a]!;
  return full;
}

function basisOf(upper: Float64Array, n: number): Int32Array {
  return Int32Array.from(symmetricEigen(mirrored(upper, n), n).vectors, (x) => roundHalfUp(x * BASIS_ONE));
}

/** Turns gradients into the eigenbases of their blocks: U G V^T, every sum in one order. */
export class Turner {
  private readonly blocks: readonly Block[];
  private readonly bases: readonly { readonly left?: Float64Array; readonly right?: Float64Array }[];
  private readonly scratch: Float64Array;

  constructor(blocks: readonly Block[], bases: readonly BlockBasis[]) {
    this.blocks = blocks;
    const real = (basis: Int32Array) => Float64Array.from(basis, (x) => x / BASIS_ONE);
    this.bases = bases.map(({ left, right }) => {
      return { ...(left ? { left: real(left) } : {}), ...(right ? { right: real(right) } : {}) };
    });
    this.scratch = new Float64Array(blocks.reduce((most, { rows, columns }) => Math.max(most, rows * columns), 0));
  }

  turn(gradient: Float64Array): Float64Array {
    const out = new Float64Array(gradient.length);
    for (const [b, { start, rows, columns }] of this.blocks.entries()) {
      const { left, right } = this.bases[b]!;
      const end = start + rows * columns;
      const half = this.scratch.subarray(0, rows * columns);
      if (left) turnRows(left, gradient.subarray(start, end), half, rows, columns);
      else half.set(gradient.subarray(start, end));
      if (right) turnColumns(right, half, out.subarray(start, end), rows, columns);
      else out.set(half, start);
    }
    return out;
  }
}

function turnRows(u: Float64Array, from: Float64Array, out: Float64Array, rows: number, columns: number): void {
  out.fill(0);
  for (let a = 0; a < rows; a++) {
    for (let b = 0; b < rows; b++) {
      const x = u[a * rows + b]!;
      for (let k = 0, [i, j] = [a * columns, b * columns]; k < columns; k++) out[i + k]! += x * from[j + k]!;
    }
  }
}

function turnColumns(v: Float64Array, from: Float64Array, out: Float64Array, rows: number, columns: number): void {
  for (let a = 0; a < rows; a++) {
    for (let c = 0; c < columns; c++) {
      let sum = 0;
      for (let k = 0; k < columns; k++) sum += from[a * columns + k]! * v[c * columns + k]!;
      out[a * columns + c] = sum;
    }
  }
}
