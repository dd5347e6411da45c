import { powerOfTwo } from "../exact-math.ts";
import { roundHalfUp } from "../grid.ts";
import { int8Exponent, MANTISSA_LIMIT } from "../quantise.ts";
import { demand } from "./demand.ts";
import { EXPONENT_RANGE } from "./limits.ts";
import type { AdapterHeader, AdapterRow } from "./types.ts";

/** Half width of the zone around a rounding boundary in which either choice is right, in mantissas. */
const NEAR = 2 ** -20;

/** Compares the posted rows of one view with their recomputed values. */
export class RowCheck {
  private readonly header: AdapterHeader;
  private readonly view: number;
  private least = Number.POSITIVE_INFINITY;
  private most = Number.NEGATIVE_INFINITY;

  constructor(header: AdapterHeader, view: number) {
    this.header = header;
    this.view = view;
  }

  /** `values`: the row's whitened gradient in the posted basis. */
  row({ mantissas, shifts }: AdapterRow, values: Float64Array, index: number): void {
    const { header, view } = this;
    const own = int8Exponent(values);
    const base = header.views[view]!.baseExponent;
    this.least = Math.min(this.least, own);
    this.most = Math.max(this.most, own);
    demand(shifts[view] === Math.max(own, base) - base, `row ${index} has another exponent in view ${view}`);
    const scale = powerOfTwo(-own);
    const lift = powerOfTwo(Math.max(-30, Math.min(0, own - base)));
    const mantissa = (value: number) => {
      const clamped = Math.max(-MANTISSA_LIMIT, Math.min(MANTISSA_LIMIT, roundHalfUp(value)));
      return lift === 1 ? clamped : roundHalfUp(clamped * lift);
    };
    const at = view * header.coordinates;
    for (let k = 0; k < values.length; k++) {
      const value = values[k]! * scale;
      const posted = mantissas[at + k]!;
      const isRight =
        posted === mantissa(value) || posted === mantissa(value - NEAR) || posted === mantissa(value + NEAR);
      demand(isRight, `row ${index} has another mantissa ${k} in view ${view}`);
    }
  }

  /** The base exponent follows from all rows. */
  end(): void {
    const base = Math.max(this.least, this.most - EXPONENT_RANGE);
    demand(this.header.views[this.view]!.baseExponent === base, `view ${this.view} has another base exponent`);
  }
}
