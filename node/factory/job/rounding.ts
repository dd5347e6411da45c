import type { Rounding } from "../../../proto/gen/openledger/factory/v1.ts";
import { JobError } from "./errors.ts";
import { ROUNDING_EPSILON } from "./limits.ts";

/** Gradients of this many grid units are beyond any use, and below 2^53 with room for a batch's sum. */
const LARGEST_GRADIENT = 2 ** 44;

/** Where a rounding happens: entries of the log name it. */
export interface RoundingPlace {
  readonly step: number;
  readonly micro: number;
}

/** The choices of a log: by place, the entries of that place. */
export type Choices = ReadonlyMap<string, readonly Rounding[]>;

const placeKey = (step: number | bigint, micro: number) => `${step}/${micro}`;

/** Choices of a log by their place. Throws JobError bad-rounding unless the entries ascend. */
export function choicesOf(entries: readonly Rounding[]): Choices {
  const choices = new Map<string, Rounding[]>();
  for (const [i, entry] of entries.entries()) {
    const last = entries[i - 1];
    if (last && !isBefore(last, entry)) {
      throw new JobError("bad-rounding", `rounding log: the entry of step ${entry.step} is out of order`);
    }
    const key = placeKey(entry.step, entry.micro);
    const there = choices.get(key);
    if (there) there.push(entry);
    else choices.set(key, [entry]);
  }
  return choices;
}

function isBefore(a: Rounding, b: Rounding): boolean {
  if (a.step !== b.step) return a.step < b.step;
  if (a.micro !== b.micro) return a.micro < b.micro;
  return a.element < b.element;
}

/**
 * Rounds a gradient half up to integers in units of 1 / scale and adds it to `sum`. Without choices, elements within
 * ROUNDING_EPSILON of a boundary are returned for the log. With choices, the poster's choice is taken wherever it has
 * one; it must be one of the two integers beside a boundary within twice the epsilon of our own value.
 * Throws JobError: diverged, bad-rounding.
 */
export function addRounded(
  sum: Float64Array,
  gradient: Float64Array,
  scale: number,
  place: RoundingPlace,
  choices?: Choices,
): Rounding[] {
  const near: Rounding[] = [];
  const { step, micro } = place;
  for (let i = 0; i < gradient.length; i++) {
    const shifted = gradient[i]! * scale + 0.5;
    const own = Math.floor(shifted);
    if (!(Math.abs(own) < LARGEST_GRADIENT)) {
      throw new JobError("diverged", `step ${step}: gradient ${i} is ${gradient[i]}; lower the rate`);
    }
    const above = shifted - own;
    const isNear = above < ROUNDING_EPSILON || 1 - above < ROUNDING_EPSILON;
    if (isNear && !choices) near.push({ step: BigInt(step), micro, element: BigInt(i), value: BigInt(own) });
    sum[i]! += own;
  }
  for (const entry of choices?.get(placeKey(step, micro)) ?? []) applyChoice(sum, gradient, scale, entry);
  return near;
}

function applyChoice(sum: Float64Array, gradient: Float64Array, scale: number, entry: Rounding): void {
  const element = Number(entry.element);
  const value = Number(entry.value);
  const fail = (why: string) => {
    const where = `step ${entry.step} micro batch ${entry.micro} element ${entry.element}`;
    return new JobError("bad-rounding", `rounding log: ${where} ${why}`);
  };
  if (!(element < gradient.length)) throw fail(`is beyond the ${gradient.length} weights`);
  const shifted = gradient[element]! * scale + 0.5;
  const boundary = Math.floor(shifted + 0.5);
  if (Math.abs(shifted - boundary) >= 2 * ROUNDING_EPSILON) throw fail("is not near a boundary");
  if (value !== boundary && value !== boundary - 1) throw fail(`is ${value}, which is not beside its boundary`);
  sum[element]! += value - Math.floor(shifted);
}
