import { DEPTH_STEP, dotForms, type FormName, MOST_TOGETHER, type RowDots, rowDotsOver } from "./kernel/row-dots.ts";
import { sharedMemory } from "./kernel/wasm.ts";

const DIMS = 512;
const ROWS = 512;
/** Code is compiled in earnest while the first of these runs are under way. */
const MEASURED_MS = 50;

let known: FormName | undefined;

interface Timed {
  readonly form: FormName;
  readonly run: () => void;
  ms: number;
}

/** In turn, so that all meet the same load, which only ever slows them: the fastest run of each counts. */
function measure(timed: readonly Timed[], duringMs: number): void {
  const end = performance.now() + duringMs;
  while (performance.now() < end) {
    for (const one of timed) {
      const start = performance.now();
      one.run();
      one.ms = Math.min(one.ms, performance.now() - start);
    }
  }
}

function runOf(dot: RowDots): () => void {
  const [vectors, out] = [ROWS * DIMS, ROWS * DIMS + 2 * MOST_TOGETHER * DIMS];
  const pairs = ROWS / 2;
  return () => dot(0, pairs * DIMS, vectors, out, 4 * pairs, DIMS / DEPTH_STEP, pairs, DIMS, 4 * ROWS);
}

/**
 * The form of the kernels that this machine is faster with, measured once a thread: processors with and without dot
 * products of bytes differ by a factor in either direction, and WebAssembly doesn't say which this is. The integers are
 * the same.
 */
export function fastestForm(): FormName {
  if (known !== undefined) return known;
  const memory = sharedMemory(ROWS * DIMS + MOST_TOGETHER * (2 * DIMS + 4 * ROWS));
  const timed = dotForms().map((form) => {
    const run = runOf(rowDotsOver(memory, form).dots[MOST_TOGETHER]!);
    return { form, run, ms: Number.POSITIVE_INFINITY };
  });
  measure(timed, MEASURED_MS);
  known = timed.reduce((best, other) => (other.ms < best.ms ? other : best)).form;
  return known;
}
