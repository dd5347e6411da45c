import {
  assemble,
  bump,
  type Code,
  countdown,
  type FunctionSource,
  f64x2add,
  f64x2fromI32Low,
  f64x2mul,
  get,
  i16x8extendLowS,
  i32x4extendLowS,
  i32x4mul,
  i32x4splat,
  load32zero,
  pick32,
  set,
  v128load,
  v128store,
} from "./asm.ts";
import { instantiate, type KernelMemory } from "./wasm.ts";

/** Elements of one step. */
export const AT_ONCE = 4;

/**
 * out[i] += factor * small[i] * dots[i] * scale[i] in float64 for `steps` times four elements: int8 small, int32 dots,
 * float64 scale and out. Exact while the sums stay below 2^53, in whatever order they are made.
 */
export type AddProducts = (
  dots: number,
  small: number,
  scale: number,
  out: number,
  factor: number,
  steps: number,
) => void;

function source(): FunctionSource {
  const [DOTS, SMALL, SCALE, OUT, FACTOR, STEPS] = [0, 1, 2, 3, 4, 5] as const;
  const [FACTORS, D, N] = [6, 7, 8] as const;
  const upper: Code = pick32([2, 3, 2, 3]);
  const pair = (at: number): Code => [
    ...[...get(OUT), ...get(OUT), ...v128load(at)],
    ...[...get(D), ...(at === 0 ? [] : [...get(D), ...upper]), ...f64x2fromI32Low],
    ...[...get(N), ...(at === 0 ? [] : [...get(N), ...upper]), ...f64x2fromI32Low, ...f64x2mul],
    ...[...get(SCALE), ...v128load(at), ...f64x2mul, ...f64x2add, ...v128store(at)],
  ];
  const body = [
    ...[...get(FACTOR), ...i32x4splat, ...set(FACTORS)],
    ...countdown(STEPS, [
      ...[...get(SMALL), ...load32zero(0), ...i16x8extendLowS, ...i32x4extendLowS],
      ...[...get(FACTORS), ...i32x4mul, ...set(D), ...get(DOTS), ...v128load(0), ...set(N)],
      ...[...pair(0), ...pair(16)],
      ...[...bump(DOTS, 4 * AT_ONCE), ...bump(SMALL, AT_ONCE), ...bump(SCALE, 8 * AT_ONCE), ...bump(OUT, 8 * AT_ONCE)],
    ]),
  ];
  return { name: "add", parameters: 6, i32Locals: 0, v128Locals: 3, body };
}

const MODULE_BYTES = assemble([source()]);

export function addProductsOver(memory: KernelMemory): AddProducts {
  return instantiate<{ readonly add: AddProducts }>(MODULE_BYTES, memory).add;
}
