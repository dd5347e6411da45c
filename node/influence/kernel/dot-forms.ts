import { type Code, get, i32x4add, i32x4dot, i32x4dot7Add, i32x4sub, load8x8s, set, v128load } from "./asm.ts";

/** Numbers of a row or vector that one step takes. */
export const DEPTH_STEP = 16;

/** Locals of one of the rows that are multiplied at a time. */
export interface RowLocals {
  readonly pointer: number;
  readonly input: number;
  readonly accumulator: (i: number) => number;
}

/** A way to multiply 16 signed bytes of a row by 16 of a vector: code of one step, and how the vector lies in memory. */
export interface DotForm {
  /** v128 locals of a row's bytes. */
  readonly inputs: number;
  /** v128 locals a row and vector. */
  readonly accumulators: number;
  readonly load: (row: RowLocals) => Code;
  /** Vector b's 32 bytes of the step, 32 b after `vectors`, times every row's. */
  readonly multiply: (vectors: number, b: number, factor: number, rows: readonly RowLocals[]) => Code;
  /** Leaves the four partial sums of a row with vector b. */
  readonly total: (row: RowLocals, b: number) => Code;
  /** Writes number k of a vector's step, -127 to 127, into the step's 32 bytes. */
  readonly write: (step: Int8Array, k: number, value: number) => void;
}

/** Both halves of the step: 16 bytes of the vectors' memory into `factor`, then what is done with it for each row. */
function halves(vectors: number, b: number, factor: number, code: (half: number) => Code): Code {
  return [0, 1].flatMap((half) => [
    ...[...get(vectors), ...v128load(2 * DEPTH_STEP * b + DEPTH_STEP * half), ...set(factor)],
    ...code(half),
  ]);
}

/** Both sides widened to 16 bits: every machine with 128-bit vectors. */
export const WIDE: DotForm = {
  ...{ inputs: 2, accumulators: 1 },
  load: ({ pointer, input }) =>
    [0, 1].flatMap((half) => [...get(pointer), ...load8x8s(8 * half), ...set(input + half)]),
  multiply: (vectors, b, factor, rows) =>
    halves(vectors, b, factor, (half) =>
      rows.flatMap(({ input, accumulator }) => [
        ...[...get(accumulator(b)), ...get(input + half), ...get(factor), ...i32x4dot, ...i32x4add],
        ...set(accumulator(b)),
      ]),
    ),
  total: ({ accumulator }, b) => get(accumulator(b)),
  write(step, k, value) {
    step[2 * k] = value;
    step[2 * k + 1] = value < 0 ? -1 : 0;
  },
};

/**
 * Bytes as they are, by the relaxed instruction, whose second operand has seven bits: a vector is its positive part less
 * its negative one. Half the instructions where the processor has dot products of bytes, more than `WIDE` where not.
 */
export const SEVEN: DotForm = {
  ...{ inputs: 1, accumulators: 2 },
  load: ({ pointer, input }) => [...get(pointer), ...v128load(0), ...set(input)],
  multiply: (vectors, b, factor, rows) =>
    halves(vectors, b, factor, (half) =>
      rows.flatMap(({ input, accumulator }) => [
        ...[...get(input), ...get(factor), ...get(accumulator(2 * b + half)), ...i32x4dot7Add],
        ...set(accumulator(2 * b + half)),
      ]),
    ),
  total: ({ accumulator }, b) => [...get(accumulator(2 * b)), ...get(accumulator(2 * b + 1)), ...i32x4sub],
  write(step, k, value) {
    step[k] = Math.max(0, value);
    step[DEPTH_STEP + k] = Math.max(0, -value);
  },
};
