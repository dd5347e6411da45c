import { sdkErrors } from "./errors.ts";

/** An amount of one denomination, as messages and fees carry it. */
export interface Coin {
  readonly denom: string;
  /** Decimal text. */
  readonly amount: string;
}

/** A checked coin. */
export interface Amount {
  readonly denom: string;
  readonly amount: bigint;
}

/** The SDK's rule for denominations (types/coin.go, `reDnmString`). */
const DENOM = /^[a-zA-Z][a-zA-Z0-9/:._-]{2,127}$/;
const DIGITS = /^(0|[1-9][0-9]{0,77})$/;
const MAX_AMOUNT = (1n << 256n) - 1n;

export function isDenom(text: string): boolean {
  return DENOM.test(text);
}

/** A canonical decimal amount of 0 to 2^256 - 1. Throws sdk/10 (invalid coins). */
export function parseAmount(text: string): bigint {
  const value = DIGITS.test(text) ? BigInt(text) : undefined;
  if (value === undefined || value > MAX_AMOUNT) {
    throw sdkErrors.invalidCoins(`not an amount: ${JSON.stringify(text.slice(0, 90))}: invalid coins`);
  }
  return value;
}

/**
 * A list of coins: valid denominations, strictly ascending by denomination (UTF-16 order, which for denominations is
 * byte order), amounts positive, or also zero when `allowZero`. Throws sdk/10.
 */
export function parseCoins(coins: readonly Coin[], options: { allowZero?: boolean } = {}): Amount[] {
  let last = "";
  return coins.map(({ denom, amount }) => {
    if (!isDenom(denom))
      throw sdkErrors.invalidCoins(`not a denomination: ${JSON.stringify(denom.slice(0, 140))}: invalid coins`);
    if (denom <= last)
      throw sdkErrors.invalidCoins("coins must be sorted by denomination without repetition: invalid coins");
    last = denom;
    const value = parseAmount(amount);
    if (value === 0n && !options.allowZero) throw sdkErrors.invalidCoins(`0${denom} is not positive: invalid coins`);
    return { denom, amount: value };
  });
}

/** Text of coins as the SDK prints it: `12uopen,3ustake`. */
export function formatCoins(coins: readonly Amount[]): string {
  return coins.map(({ denom, amount }) => `${amount}${denom}`).join(",");
}
