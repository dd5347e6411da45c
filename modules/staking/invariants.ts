import type { Invariant } from "../../chain/app/module.ts";
import { equalBytes } from "../../chain/crypto/bytes.ts";
import type { Staking } from "./keeper.ts";
import { STAKING, sets } from "./keys.ts";

export function invariants(keeper: Staking): readonly Invariant[] {
  return [
    {
      name: "the set that signs next has power",
      check(ctx) {
        const next = keeper.setAt(ctx, ctx.height + 1);
        if (!next) return `no set is recorded for height ${ctx.height + 1}`;
        return next.some(({ power }) => power > 0) ? undefined : "it has none";
      },
    },
    {
      name: "the last recorded set is the set of validators",
      check(ctx) {
        const [last] = sets.iterate(ctx.kv(STAKING), { reverse: true });
        const now = keeper.validators(ctx);
        const recorded = last?.[1].members ?? [];
        const same =
          recorded.length === now.length &&
          now.every(({ pubKey, power }, i) => {
            const member = recorded[i];
            return member && equalBytes(member.consensusPubkey, pubKey) && Number(member.power) === power;
          });
        return same ? undefined : `${now.length} validators, ${recorded.length} recorded`;
      },
    },
    {
      name: "every validator is found by its consensus address",
      check(ctx) {
        const lost = keeper.all(ctx).find(({ address, operator }) => keeper.operatorOf(ctx, address) !== operator);
        return lost && `${lost.operator} is not`;
      },
    },
  ];
}
