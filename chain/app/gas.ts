import type { GasSink } from "../store/gas.ts";
import { sdkErrors } from "./errors.ts";

/** Meters gas. Amounts are safe integers. */
export interface GasMeter extends GasSink {
  /** Infinity when unlimited. */
  readonly limit: number;
  readonly used: number;
  /** Throws sdk/11 (out of gas) when the total passes the limit; the total then stays where it went, as in the SDK. */
  consume(amount: number, what: string): void;
}

/** Most gas of one transaction or block: sums of a few of them stay safe integers. */
export const MAX_GAS = 2 ** 50;

export function gasMeter(limit: number): GasMeter {
  let used = 0;
  return {
    limit,
    get used() {
      return used;
    },
    consume(amount, what) {
      if (!Number.isSafeInteger(amount) || amount < 0) throw new RangeError(`gas of ${what} is ${amount}`);
      used = Math.min(used + amount, MAX_GAS);
      if (used > limit) {
        throw sdkErrors.outOfGas(`out of gas in location: ${what}; gasWanted: ${limit}, gasUsed: ${used}: out of gas`, {
          limit,
          used,
        });
      }
    },
  };
}

/** For genesis, block hooks and queries: counts, never refuses. */
export function unlimitedGas(): GasMeter {
  return gasMeter(Number.POSITIVE_INFINITY);
}
