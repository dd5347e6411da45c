import { MathError, sum } from "./int.ts";

/** One, in weights and shares: all of them are integers of 10^-18. */
export const ONE = 10n ** 18n;

/** floor(amount * share / 10^18) for a non-negative share. */
export function shareOf(amount: bigint, share: bigint): bigint {
  if (amount < 0n || share < 0n) throw new MathError("negative", `share ${share} of ${amount}`);
  return (amount * share) / ONE;
}

/**
 * `total` split in proportion to `weights`: each part is the floor, then the units left over go one each to the
 * largest remainders (tie: lower index). Parts sum to `total` exactly. With no weight at all every part is 0 and
 * nothing is given away: callers say where that goes.
 * @throws MathError `negative` for a negative total or weight
 */
export function splitLargestRemainder(total: bigint, weights: readonly bigint[]): bigint[] {
  if (total < 0n || weights.some((weight) => weight < 0n)) {
    throw new MathError("negative", "cannot split with a negative total or weight");
  }
  const whole = sum(weights);
  if (whole === 0n) return weights.map(() => 0n);
  const parts = weights.map((weight) => (total * weight) / whole);
  const remainders = weights.map((weight, index) => ({ index, remainder: (total * weight) % whole }));
  remainders.sort((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder < b.remainder ? 1 : -1));
  // Fewer units are left than there are remainders, each below one unit.
  const left = Number(total - sum(parts));
  for (const { index } of remainders.slice(0, left)) parts[index] = (parts[index] as bigint) + 1n;
  return parts;
}

/** Weights scaled to shares of 10^-18 that sum to exactly 10^18 (all 0 when there is no weight). */
export function toShares(weights: readonly bigint[]): bigint[] {
  return splitLargestRemainder(ONE, weights);
}
