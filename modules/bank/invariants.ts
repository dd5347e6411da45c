import type { Invariant } from "../../chain/app/module.ts";
import { BANK, balances, supplies } from "./keys.ts";

export function invariants(): readonly Invariant[] {
  return [
    {
      name: "the balances of each denomination sum to its supply",
      check(ctx) {
        const store = ctx.kv(BANK);
        const sums = new Map<string, bigint>();
        for (const [[, denom], amount] of balances.iterate(store)) sums.set(denom, (sums.get(denom) ?? 0n) + amount);
        for (const [denom, supply] of supplies.iterate(store)) {
          if (sums.get(denom) !== supply)
            return `balances hold ${sums.get(denom) ?? 0n}${denom}, the supply is ${supply}`;
          sums.delete(denom);
        }
        const [unknown] = sums;
        return unknown && `balances hold ${unknown[1]}${unknown[0]}, the supply is 0`;
      },
    },
    {
      name: "balances and supplies are positive",
      check(ctx) {
        const store = ctx.kv(BANK);
        for (const [[, denom], amount] of balances.iterate(store))
          if (amount <= 0n) return `a balance is ${amount}${denom}`;
        for (const [denom, amount] of supplies.iterate(store)) if (amount <= 0n) return `a supply is ${amount}${denom}`;
        return undefined;
      },
    },
  ];
}
