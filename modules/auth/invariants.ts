import type { Invariant } from "../../chain/app/module.ts";
import type { AuthKeeper } from "./keeper.ts";
import { AUTH, accountNumbers } from "./keys.ts";

export function invariants(keeper: AuthKeeper): readonly Invariant[] {
  return [
    {
      name: "account numbers are distinct and below the next one",
      check(ctx) {
        const next = accountNumbers.peek(ctx.kv(AUTH));
        const seen = new Set<number>();
        for (const { address, accountNumber } of keeper.all(ctx)) {
          if (accountNumber >= next || seen.has(accountNumber)) return `${address} has number ${accountNumber}`;
          seen.add(accountNumber);
        }
        return undefined;
      },
    },
    {
      name: "module accounts never sign",
      check(ctx) {
        for (const { address, module, sequence, pubKey } of keeper.all(ctx)) {
          if (module !== keeper.moduleOf(address)) return `${address} is recorded as ${module ?? "no module"}`;
          if (module !== undefined && (sequence > 0 || pubKey)) return `module account ${module} has signed`;
        }
        return undefined;
      },
    },
  ];
}
