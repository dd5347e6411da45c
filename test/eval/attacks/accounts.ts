/** Who attacks: one account, or several that look like strangers. */
export const ATTACKER = "attacker";
export const ACCOUNTS = 10;
export const account = (i: number) => `${ATTACKER}-${i % ACCOUNTS}`;
