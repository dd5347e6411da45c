import {
  advance,
  assemble,
  bump,
  countdown,
  type FunctionSource,
  f64x2add,
  f64x2mul,
  get,
  i32add,
  set,
  splat64,
  v128load,
  v128store,
} from "./asm.ts";
import { instantiate, type KernelMemory } from "./wasm.ts";

/** Rows and columns of one register tile: 8 accumulators, 2 columns vectors and a splat fit the 16 x64 registers. */
export const TILE = 4;
/** The inner loop is unrolled this often; depths are multiples of it. */
export const DEPTH_STEP = 4;

const A = 0;
const B = 1;
const C = 2;
const STRIDE_C = 3;
const DEPTH = 4;
const COUNT = 5;
const STRIDE_B = 6;
const PA = 7;
const PB = 8;
const STEPS = 9;
const ROW = 10;
const ACCUMULATORS = 14;
const COLUMN = ACCUMULATORS + 2 * TILE;

const accumulator = (row: number, half: number) => ACCUMULATORS + 2 * row + half;
const rows = [0, 1, 2, 3];
const halves = [0, 1];

/** One step of depth: c[r][s] = c[r][s] + a[r] * b[s], multiplication and addition rounded separately. */
function step(offset: number): number[] {
  const columns = halves.flatMap((half) => [...get(PB), ...v128load(offset + 16 * half), ...set(COLUMN + half)]);
  const updates = rows.flatMap((row) => [
    ...[...get(PA), ...splat64(offset + 8 * row), ...set(COLUMN + 2)],
    ...halves.flatMap((half) => [
      ...[...get(accumulator(row, half)), ...get(COLUMN + 2), ...get(COLUMN + half)],
      ...[...f64x2mul, ...f64x2add, ...set(accumulator(row, half))],
    ]),
  ]);
  return [...columns, ...updates];
}

const tileRows = rows.flatMap((row) => [
  ...[...get(row === 0 ? C : ROW + row - 1), ...(row === 0 ? [] : get(STRIDE_C)), ...(row === 0 ? [] : i32add)],
  ...set(ROW + row),
]);
const loadTile = rows.flatMap((row) =>
  halves.flatMap((half) => [...get(ROW + row), ...v128load(16 * half), ...set(accumulator(row, half))]),
);
const storeTile = rows.flatMap((row) =>
  halves.flatMap((half) => [...get(ROW + row), ...get(accumulator(row, half)), ...v128store(16 * half)]),
);
const steps = Array.from({ length: DEPTH_STEP }, (_, i) => step(32 * i)).flat();

const TILES: FunctionSource = {
  name: "tiles",
  parameters: 7,
  i32Locals: 7,
  v128Locals: 2 * TILE + 3,
  body: countdown(COUNT, [
    ...[...get(A), ...set(PA), ...get(B), ...set(PB), ...get(DEPTH), ...set(STEPS)],
    ...[...tileRows, ...loadTile],
    ...countdown(STEPS, [...steps, ...bump(PA, 32 * DEPTH_STEP), ...bump(PB, 32 * DEPTH_STEP)]),
    ...storeTile,
    ...[...advance(B, STRIDE_B), ...bump(C, 8 * TILE)],
  ]),
};

/**
 * c += a b for `count` neighbouring 4 x 4 tiles. `a` holds [depth][4], each `b` panel [depth][4], `b` panels lie
 * `strideB` bytes apart, rows of c `strideC` bytes. Every element of c is the plain sequential sum
 * ((c + a_0 b_0) + a_1 b_1) + ..., so the result is that of the naive loop in float64, bit for bit.
 * Depth is given in units of DEPTH_STEP; all addresses are bytes and multiples of 16.
 */
export type Tiles = (
  a: number,
  b: number,
  c: number,
  strideC: number,
  depthSteps: number,
  count: number,
  strideB: number,
) => void;

const MODULE_BYTES = assemble([TILES]);

/** The kernel over one shared memory. */
export function gemmOver(memory: KernelMemory): Tiles {
  return instantiate<{ readonly tiles: Tiles }>(MODULE_BYTES, memory).tiles;
}
