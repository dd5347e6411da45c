import type { Fee } from "cosmjs-types/cosmos/tx/v1beta1/tx";
import { type Amount, formatCoins, parseCoins } from "../coins.ts";
import { sdkErrors } from "../errors.ts";
import { MAX_GAS } from "../gas.ts";

/** A price of gas as a ratio of integers: `amount` of `denom` for each `per` of gas. */
export interface GasPrice {
  readonly denom: string;
  readonly amount: bigint;
  readonly per: bigint;
}

const PRICE = /^([0-9]{1,18})(?:\.([0-9]{1,18}))?([a-zA-Z][a-zA-Z0-9/:._-]{2,127})$/;

/** Parses `0.025uopen`. Throws sdk/10 (invalid coins). */
export function parseGasPrice(text: string): GasPrice {
  const match = PRICE.exec(text);
  if (!match) throw sdkErrors.invalidCoins(`not a gas price such as 0.025uopen: ${JSON.stringify(text.slice(0, 90))}`);
  const [, whole = "", fraction = "", denom = ""] = match;
  return { denom, amount: BigInt(whole + fraction), per: 10n ** BigInt(fraction.length) };
}

/** Gas limit and coins of a fee. Zero coins are dropped. Throws sdk/10, sdk/37, sdk/41. */
export function readFee(
  fee: Fee | undefined,
  options: { readonly maxGas: number; readonly simulate: boolean },
): { gasLimit: number; coins: readonly Amount[] } {
  const most = options.maxGas < 0 ? MAX_GAS : options.maxGas;
  if (fee?.granter) throw sdkErrors.notSupported("fee grants are not supported: feature not supported");
  const coins = parseCoins(fee?.amount ?? [], { allowZero: true }).filter(({ amount }) => amount > 0n);
  if (options.simulate) return { gasLimit: most, coins };
  const gas = fee?.gasLimit ?? 0n;
  if (gas <= 0n || gas > BigInt(most)) {
    throw sdkErrors.invalidGasLimit(`gas limit ${gas} is not between 1 and ${most}: invalid gas limit`);
  }
  return { gasLimit: Number(gas), coins };
}

/** Refuses a fee below every price of the node, as CheckTx does. Throws sdk/13 (insufficient fee). */
export function checkMinGasPrice(coins: readonly Amount[], gasLimit: number, prices: readonly GasPrice[]): void {
  if (prices.length === 0) return;
  const required = prices.map(({ denom, amount, per }) => ({
    denom,
    amount: (amount * BigInt(gasLimit) + per - 1n) / per,
  }));
  const paid = (denom: string) => coins.find((coin) => coin.denom === denom)?.amount ?? 0n;
  if (required.some(({ denom, amount }) => paid(denom) >= amount)) return;
  throw sdkErrors.insufficientFee(
    `insufficient fees; got: ${formatCoins(coins)} required: ${formatCoins(required)}: insufficient fee`,
  );
}
