import {
  advance,
  assemble,
  bump,
  countdown,
  type FunctionSource,
  get,
  i32add,
  i32x4add,
  pick32,
  set,
  store32lane,
  v128zero,
} from "./asm.ts";
import { DEPTH_STEP, type DotForm, type RowLocals, SEVEN, WIDE } from "./dot-forms.ts";
import { instantiate, isValid, type KernelMemory } from "./wasm.ts";

export { DEPTH_STEP };

/** Vectors of one call: the accumulators of two rows and what they are multiplied by still fit sixteen registers. */
export const MOST_TOGETHER = 3;

/**
 * Inner products of two runs of `pairs` rows of signed 8-bit numbers each with a few vectors: out[b * plane + 4 i] of row i
 * of the first run, `outGap` further on that of row i of the second, which starts `gap` after the first; all in bytes. The
 * runs are read in turn: of two places far apart both pages arrive at a time, where one run waits at the start of each.
 * Exact while depth x 127 x 127 < 2^31.
 */
export type RowDots = (
  rows: number,
  gap: number,
  vectors: number,
  out: number,
  outGap: number,
  depthSteps: number,
  pairs: number,
  rowStride: number,
  plane: number,
) => void;

/** Kernels of one form over one memory. */
export interface DotKernels {
  /** By number of vectors, 1 .. MOST_TOGETHER; index 0 is unused. */
  readonly dots: readonly RowDots[];
  /** Writes vectors of one length, -127 to 127, as these kernels read them: 2 x stride bytes each, zero beyond the length. */
  readonly place: (vectors: readonly Int8Array[], at: number, stride: number) => void;
}

const FORMS = { wide: WIDE, seven: SEVEN } as const;
export type FormName = keyof typeof FORMS;

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

function source(form: DotForm, vectors: number): FunctionSource {
  const [ROWS, GAP, VECTORS, OUT, OUT_GAP, DEPTH, PAIRS, STRIDE, PLANE] = [0, 1, 2, 3, 4, 5, 6, 7, 8] as const;
  const [PV, STEPS, PO, FIRST, SECOND, FACTOR] = [9, 10, 11, 12, 13, 14] as const;
  const accumulators = form.accumulators * vectors;
  const rows = [FIRST, SECOND].map((pointer, row): RowLocals => {
    const input = FACTOR + 1 + row * (form.inputs + accumulators);
    return { pointer, input, accumulator: (i) => input + form.inputs + i };
  });
  const [one, two] = rows as [RowLocals, RowLocals];
  const zero = rows.flatMap(({ accumulator }) =>
    numbers(accumulators).flatMap((i) => [...v128zero, ...set(accumulator(i))]),
  );
  /** Both rows' four lanes side by side, folded twice: their sums are the two lowest lanes. */
  const store = numbers(vectors).flatMap((b) => [
    ...[...form.total(one, b), ...form.total(two, b), ...pick32([0, 4, 1, 5])],
    ...[...form.total(one, b), ...form.total(two, b), ...pick32([2, 6, 3, 7]), ...i32x4add, ...set(FACTOR)],
    ...[...get(FACTOR), ...get(FACTOR), ...get(FACTOR), ...pick32([2, 3, 2, 3]), ...i32x4add, ...set(FACTOR)],
    ...[...get(PO), ...get(FACTOR), ...store32lane(0, 0)],
    ...[...get(PO), ...get(OUT_GAP), ...i32add, ...get(FACTOR), ...store32lane(0, 1), ...advance(PO, PLANE)],
  ]);
  const body = countdown(PAIRS, [
    ...[...get(ROWS), ...set(FIRST), ...get(ROWS), ...get(GAP), ...i32add, ...set(SECOND), ...advance(ROWS, STRIDE)],
    ...[...zero, ...get(VECTORS), ...set(PV), ...get(DEPTH), ...set(STEPS)],
    ...countdown(STEPS, [
      ...rows.flatMap((row) => [...form.load(row), ...bump(row.pointer, DEPTH_STEP)]),
      ...numbers(vectors).flatMap((b) => form.multiply(PV, b, FACTOR, rows)),
      ...bump(PV, 2 * DEPTH_STEP * vectors),
    ]),
    ...[...get(OUT), ...set(PO), ...store, ...bump(OUT, 4)],
  ]);
  return {
    name: `dots${vectors}`,
    parameters: 9,
    i32Locals: 5,
    v128Locals: 1 + 2 * (form.inputs + accumulators),
    body,
  };
}

const moduleBytes = (form: DotForm) => assemble(numbers(MOST_TOGETHER).map((i) => source(form, i + 1)));
const MODULES = { wide: moduleBytes(WIDE), seven: moduleBytes(SEVEN) } as const;

/** The forms that this machine's WebAssembly has; their integers are the same. */
export function dotForms(): readonly FormName[] {
  return isValid(MODULES.seven) ? ["wide", "seven"] : ["wide"];
}

export function rowDotsOver(memory: KernelMemory, name: FormName = "wide"): DotKernels {
  const exports = instantiate<Record<string, RowDots>>(MODULES[name], memory);
  const { write } = FORMS[name];
  return {
    dots: numbers(MOST_TOGETHER + 1).map((vectors) => exports[`dots${Math.max(1, vectors)}`]!),
    place(vectors, at, stride) {
      const step = 2 * DEPTH_STEP;
      const out = new Int8Array(memory.buffer, at, 2 * stride * vectors.length).fill(0);
      for (const [b, vector] of vectors.entries()) {
        for (let k = 0; k < vector.length; k++) {
          const from = step * (Math.floor(k / DEPTH_STEP) * vectors.length + b);
          write(out.subarray(from, from + step), k % DEPTH_STEP, vector[k]!);
        }
      }
    },
  };
}
