// Powers are safe integers and three times a total is one too (MAX_TOTAL_POWER), so nothing here rounds.

/** More than 2/3 of the total: the paper's 2f + 1. */
export function isQuorum(power: number, total: number): boolean {
  return power * 3 > total * 2;
}

/** More than 1/3 of the total, so at least one correct validator: the paper's f + 1. */
export function isSkip(power: number, total: number): boolean {
  return power * 3 > total;
}
