import { MAX_DIGITS } from "../limits.ts";

/** `digits` x 10^-`scale`, exactly. */
export interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

const NUMBER = new RegExp(`^-?(?:0|[1-9]\\d{0,${MAX_DIGITS - 1}})(?:\\.\\d{1,${MAX_DIGITS}})?(?![\\d.])`);

/** The number that a text starts with, so that an amount such as `250uopen` compares as 250. */
export function leadingDecimal(text: string): Decimal | undefined {
  const match = NUMBER.exec(text)?.[0];
  if (match === undefined) return undefined;
  const [whole, fraction = ""] = match.split(".") as [string, string?];
  const significant = fraction.replace(/0+$/, "");
  return { digits: BigInt(whole + significant), scale: significant.length };
}

/** The number that the whole text is. */
export function wholeDecimal(text: string): Decimal | undefined {
  return NUMBER.exec(text)?.[0] === text ? leadingDecimal(text) : undefined;
}

/** Negative, zero or positive as `a` is less than, equal to or greater than `b`. */
export function compareDecimal(a: Decimal, b: Decimal): number {
  const scale = Math.max(a.scale, b.scale);
  const [left, right] = [a, b].map(({ digits, scale: own }) => digits * 10n ** BigInt(scale - own)) as [bigint, bigint];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Shortest spelling: what an equal number in an attribute starts with. */
export function decimalText({ digits, scale }: Decimal): string {
  if (scale === 0) return String(digits);
  const text = String(digits < 0n ? -digits : digits).padStart(scale + 1, "0");
  return `${digits < 0n ? "-" : ""}${text.slice(0, -scale)}.${text.slice(-scale)}`;
}
