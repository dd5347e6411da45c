import {
  advance,
  assemble,
  bump,
  countdown,
  type FunctionSource,
  f64x2add,
  f64x2fromI32Low,
  f64x2mul,
  get,
  load64zero,
  set,
  splat64,
  v128load,
  v128store,
} from "./asm.ts";
import { instantiate, type KernelMemory } from "./wasm.ts";

/** Matrix rows that one pass over y adds. */
export const ROWS_AT_ONCE = 4;

/**
 * y += sum_j x_j * matrix[j] for `groups` times four int32 matrix rows of `2 * pairs` entries: every y_i is the plain
 * sequential sum over j in float64. All addresses are bytes; y and x are float64.
 */
export type Axpy32 = (matrix: number, x: number, y: number, groups: number, pairs: number, rowBytes: number) => void;

function source(): FunctionSource {
  const [MATRIX, X, Y, GROUPS, PAIRS, ROW_BYTES, PY, LEFT] = [0, 1, 2, 3, 4, 5, 6, 7] as const;
  const pointer = (row: number) => 8 + row;
  const SUM = 8 + ROWS_AT_ONCE;
  const factor = (row: number) => SUM + 1 + row;
  const four = Array.from({ length: ROWS_AT_ONCE }, (_, row) => row);
  const pointers = four.flatMap((row) => [
    ...[...get(MATRIX), ...set(pointer(row))],
    ...[...advance(MATRIX, ROW_BYTES), ...get(X), ...splat64(8 * row), ...set(factor(row))],
  ]);
  const add = four.flatMap((row) => [
    ...[...get(SUM), ...get(pointer(row)), ...load64zero(0), ...f64x2fromI32Low],
    ...[...get(factor(row)), ...f64x2mul, ...f64x2add, ...set(SUM), ...bump(pointer(row), 8)],
  ]);
  const body = countdown(GROUPS, [
    ...[...pointers, ...get(Y), ...set(PY), ...get(PAIRS), ...set(LEFT)],
    ...countdown(LEFT, [
      ...[...get(PY), ...v128load(0), ...set(SUM), ...add],
      ...[...get(PY), ...get(SUM), ...v128store(0), ...bump(PY, 16)],
    ]),
    ...bump(X, 8 * ROWS_AT_ONCE),
  ]);
  return { name: "axpy32", parameters: 6, i32Locals: 2 + ROWS_AT_ONCE, v128Locals: 1 + ROWS_AT_ONCE, body };
}

const MODULE_BYTES = assemble([source()]);

export function axpy32Over(memory: KernelMemory): Axpy32 {
  return instantiate<{ readonly axpy32: Axpy32 }>(MODULE_BYTES, memory).axpy32;
}
