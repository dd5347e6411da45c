import {
  advance,
  assemble,
  bump,
  countdown,
  type FunctionSource,
  get,
  i16x8extendHighS,
  i16x8extendLowS,
  i32add,
  i32store,
  i32x4add,
  i32x4dot,
  i32x4extractLane,
  set,
  v128load,
  v128zero,
} from "./asm.ts";
import { instantiate, type KernelMemory } from "./wasm.ts";

/** Bytes of a row that one inner step reads; row strides are multiples of it. */
export const ROW_STEP = 16;
/** Query vectors that share one pass over the rows: their accumulators and the row's halves fit the registers. */
export const MOST_VECTORS = 8;

/**
 * out[i * vectors + b] = sum_k rows[i][k] * vectors[b][k], signed 8-bit rows, vectors widened to 16 bits, 32-bit
 * sums. Exact while depth x 127 x 127 < 2^31.
 */
export type Dot8 = (
  rows: number,
  vectors: number,
  out: number,
  depthSteps: number,
  count: number,
  vectorStride: number,
) => void;

function source(vectors: number): FunctionSource {
  const [ROW, VECTORS, OUT, DEPTH, COUNT, STRIDE, PV, STEPS, PB] = [0, 1, 2, 3, 4, 5, 6, 7, 8] as const;
  const LOW = 9;
  const HIGH = 10;
  const accumulator = (b: number) => 11 + b;
  const all = Array.from({ length: vectors }, (_, b) => b);
  const zero = all.flatMap((b) => [...v128zero, ...set(accumulator(b))]);
  const accumulate = all.flatMap((b) => [
    ...(b === 0 ? [...get(PV), ...set(PB)] : advance(PB, STRIDE)),
    ...[...get(accumulator(b)), ...get(LOW), ...get(PB), ...v128load(0), ...i32x4dot, ...i32x4add],
    ...[...get(HIGH), ...get(PB), ...v128load(16), ...i32x4dot, ...i32x4add, ...set(accumulator(b))],
  ]);
  const store = all.flatMap((b) => [
    ...get(OUT),
    ...[0, 1, 2, 3].flatMap((lane) => [
      ...get(accumulator(b)),
      ...i32x4extractLane(lane),
      ...(lane === 0 ? [] : i32add),
    ]),
    ...i32store(4 * b),
  ]);
  const body = countdown(COUNT, [
    ...[...get(VECTORS), ...set(PV), ...get(DEPTH), ...set(STEPS), ...zero],
    ...countdown(STEPS, [
      ...[...get(ROW), ...v128load(0), ...i16x8extendLowS, ...set(LOW)],
      ...[...get(ROW), ...v128load(0), ...i16x8extendHighS, ...set(HIGH)],
      ...[...accumulate, ...bump(ROW, ROW_STEP), ...bump(PV, 2 * ROW_STEP)],
    ]),
    ...[...store, ...bump(OUT, 4 * vectors)],
  ]);
  return { name: `dot${vectors}`, parameters: 6, i32Locals: 3, v128Locals: 2 + vectors, body };
}

const MODULE_BYTES = assemble(Array.from({ length: MOST_VECTORS }, (_, i) => source(i + 1)));

/** Kernels for 1 .. MOST_VECTORS vectors; index 0 is unused. */
export function dot8Over(memory: KernelMemory): readonly Dot8[] {
  const exports = instantiate<Record<string, Dot8>>(MODULE_BYTES, memory);
  return Array.from({ length: MOST_VECTORS + 1 }, (_, vectors) => exports[`dot${Math.max(1, vectors)}`]!);
}
