import { powerOfTwo } from "../exact-math.ts";
import { roundHalfUp } from "../grid.ts";
import { int8Exponent, int8Mantissas } from "../quantise.ts";
import { EXPONENT_RANGE } from "./limits.ts";
import type { AdapterQuery } from "./types.ts";

/** One view of a row or query in bytes: value = mantissa x 2^exponent. */
export interface PackedView {
  readonly mantissas: Int8Array;
  readonly exponent: number;
}

export function packView(values: Float64Array): PackedView {
  const exponent = int8Exponent(values);
  return { mantissas: int8Mantissas(values, exponent), exponent };
}

/** Under an exponent that is higher by `lift`: mantissas halved so often, rounded half up. */
function lifted({ mantissas, exponent }: PackedView, to: number): PackedView {
  if (exponent >= to) return { mantissas, exponent };
  const scale = powerOfTwo(Math.max(exponent - to, -30));
  return { mantissas: mantissas.map((m) => roundHalfUp(m * scale)), exponent: to };
}

/** The least exponent of a view's rows, and the rows in bytes: those far below the largest lose mantissa bits. */
export function packRows(rows: readonly PackedView[]): { readonly base: number; readonly rows: readonly PackedView[] } {
  const exponents = rows.map(({ exponent }) => exponent);
  const largest = exponents.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const smallest = exponents.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const base = Math.max(smallest, largest - EXPONENT_RANGE);
  return { base, rows: rows.map((row) => lifted(row, base)) };
}

/** int8 once, one exponent a view; views whose scores would be far below the others' lose mantissa bits. */
export function packQuery(views: readonly Float64Array[], baseExponents: readonly number[]): AdapterQuery {
  const packed = views.map(packView);
  const units = packed.map(({ exponent }, v) => exponent + baseExponents[v]!);
  const least = Math.max(...units) - EXPONENT_RANGE;
  const all = packed.map((view, v) => lifted(view, least - baseExponents[v]!));
  return { vectors: all.map(({ mantissas }) => mantissas), exponents: all.map(({ exponent }) => exponent) };
}
