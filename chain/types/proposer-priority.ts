// CometBFT's proposer rotation (types/validator_set.go) on plain numbers. Priorities are 64-bit there: additions clip.

const MAX_INT64 = 2n ** 63n - 1n;
const MIN_INT64 = -(2n ** 63n);

/** Spread of priorities is kept within this many total powers, so that a set that changes cannot starve anybody. */
const WINDOW_FACTOR = 2n;

export interface Prioritised {
  readonly power: bigint;
  priority: bigint;
}

export function clipInt64(value: bigint): bigint {
  if (value > MAX_INT64) return MAX_INT64;
  return value < MIN_INT64 ? MIN_INT64 : value;
}

/** Priority of a validator that joins a set: -1.125 x total, so that leaving and joining again gains nothing. */
export function newcomerPriority(totalPower: bigint): bigint {
  return -(totalPower + (totalPower >> 3n));
}

/** Rescales once if the spread exceeds the window, then shifts so that the average is in 0..1 below. */
export function rescaleAndCenter(work: Prioritised[]): void {
  const total = work.reduce((sum, entry) => sum + entry.power, 0n);
  rescale(work, WINDOW_FACTOR * total);
  const average = floorDiv(
    work.reduce((sum, entry) => sum + entry.priority, 0n),
    BigInt(work.length),
  );
  for (const entry of work) entry.priority = clipInt64(entry.priority - average);
}

function rescale(work: Prioritised[], window: bigint): void {
  if (window <= 0n || work.length === 0) return;
  let [min, max] = [MAX_INT64, MIN_INT64];
  for (const { priority } of work) {
    if (priority < min) min = priority;
    if (priority > max) max = priority;
  }
  const spread = max - min;
  if (spread <= window) return;
  const ratio = (spread + window - 1n) / window;
  for (const entry of work) entry.priority /= ratio;
}

// Go's big.Int.Div is Euclidean, which for a positive divisor is the floor; BigInt `/` truncates towards zero.
function floorDiv(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}

/**
 * One rotation: everyone gains its power, the highest (tie: lower address by `addressOrder`) pays the total and
 * proposes. Returns its index.
 */
export function step(work: Prioritised[], addressOrder: (a: number, b: number) => number): number {
  let total = 0n;
  for (const entry of work) {
    total += entry.power;
    entry.priority = clipInt64(entry.priority + entry.power);
  }
  const chosen = highestPriority(work, addressOrder);
  const proposer = work[chosen] as Prioritised;
  proposer.priority = clipInt64(proposer.priority - total);
  return chosen;
}

/** Index of the highest priority, of the lower address where several have it. */
export function highestPriority(
  work: readonly { readonly priority: bigint }[],
  addressOrder: (a: number, b: number) => number,
): number {
  let best = 0;
  for (let i = 1; i < work.length; i++) {
    const [a, b] = [work[i]?.priority as bigint, work[best]?.priority as bigint];
    if (a > b || (a === b && addressOrder(i, best) < 0)) best = i;
  }
  return best;
}
