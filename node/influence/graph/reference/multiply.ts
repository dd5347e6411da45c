import { DEPTH_STEP, gemmOver, TILE, type Tiles } from "../../kernel/gemm.ts";
import { sharedMemory } from "../../kernel/wasm.ts";

/** A matrix inside a larger array: element (i, j) is data[offset + i rowStride + j columnStride]. */
export interface Matrix {
  readonly data: Float64Array;
  readonly offset: number;
  readonly rows: number;
  readonly columns: number;
  readonly rowStride: number;
  readonly columnStride: number;
}

/** Blocks of one kernel pass: about 1.5 MB, which fits a second-level cache. */
const BLOCK_ROWS = 64;
const BLOCK_COLUMNS = 512;
const BLOCK_DEPTH = 256;
/** Smaller products are not worth packing. */
const SMALL_PRODUCT = 2048;

const A = 0;
const B = A + BLOCK_ROWS * BLOCK_DEPTH;
const C = B + BLOCK_COLUMNS * BLOCK_DEPTH;
const TOTAL = C + BLOCK_ROWS * BLOCK_COLUMNS;

let kernel: { readonly tiles: Tiles; readonly doubles: Float64Array } | undefined;

function openKernel() {
  const memory = sharedMemory(8 * TOTAL);
  return { tiles: gemmOver(memory), doubles: new Float64Array(memory.buffer) };
}

/** Rows (or columns) first .. first + count - 1 of a depth range as panels [depth][TILE], zero where there is none. */
function pack(
  target: Float64Array,
  place: number,
  source: {
    readonly data: Float64Array;
    readonly offset: number;
    readonly stride: number;
    readonly depthStride: number;
  },
  count: number,
  depth: number,
): void {
  const padded = roundUp(depth, DEPTH_STEP);
  const width = roundUp(count, TILE);
  target.fill(0, place, place + padded * width);
  for (let i = 0; i < count; i++) {
    let from = source.offset + i * source.stride;
    let to = place + Math.floor(i / TILE) * padded * TILE + (i % TILE);
    for (let k = 0; k < depth; k++) {
      target[to] = source.data[from]!;
      from += source.depthStride;
      to += TILE;
    }
  }
}

const roundUp = (n: number, step: number) => Math.ceil(n / step) * step;

function multiplySmall(a: Matrix, b: Matrix, out: Float64Array, place: number): void {
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < b.columns; j++) {
      let sum = 0;
      let left = a.offset + i * a.rowStride;
      let right = b.offset + j * b.columnStride;
      for (let k = 0; k < a.columns; k++) {
        sum += a.data[left]! * b.data[right]!;
        left += a.columnStride;
        right += b.rowStride;
      }
      out[place + i * b.columns + j] = sum;
    }
  }
}

/**
 * out[place ...] = a b, row-major: every element the sequential sum ((0 + a_0 b_0) + a_1 b_1) + ..., each product and
 * sum rounded once. Blocks of depth continue the same sum, so that blocking changes no bit.
 */
export function multiply(a: Matrix, b: Matrix, out: Float64Array, place: number): void {
  if (a.rows * a.columns * b.columns <= SMALL_PRODUCT) {
    multiplySmall(a, b, out, place);
    return;
  }
  for (let column = 0; column < b.columns; column += BLOCK_COLUMNS) {
    multiplyColumns(a, b, out, place, column);
  }
}

function multiplyColumns(a: Matrix, b: Matrix, out: Float64Array, place: number, column: number): void {
  kernel ??= openKernel();
  const { tiles, doubles } = kernel;
  const columns = Math.min(BLOCK_COLUMNS, b.columns - column);
  const width = roundUp(columns, TILE);
  for (let start = 0; start < a.columns; start += BLOCK_DEPTH) {
    const depth = Math.min(BLOCK_DEPTH, a.columns - start);
    const padded = roundUp(depth, DEPTH_STEP);
    const offset = b.offset + start * b.rowStride + column * b.columnStride;
    pack(doubles, B, { data: b.data, offset, stride: b.columnStride, depthStride: b.rowStride }, columns, depth);
    for (let row = 0; row < a.rows; row += BLOCK_ROWS) {
      const rows = Math.min(BLOCK_ROWS, a.rows - row);
      const from = a.offset + row * a.rowStride + start * a.columnStride;
      pack(doubles, A, { data: a.data, offset: from, stride: a.rowStride, depthStride: a.columnStride }, rows, depth);
      for (let i = 0; i < rows; i++) {
        const at = place + (row + i) * b.columns + column;
        doubles.set(out.subarray(at, at + columns), C + i * width);
      }
      for (let i = 0; i < rows; i += TILE) {
        const c = 8 * (C + i * width);
        tiles(8 * (A + i * padded), 8 * B, c, 8 * width, padded / DEPTH_STEP, width / TILE, 8 * padded * TILE);
      }
      for (let i = 0; i < rows; i++) {
        const at = place + (row + i) * b.columns + column;
        out.set(doubles.subarray(C + i * width, C + i * width + columns), at);
      }
    }
  }
}
