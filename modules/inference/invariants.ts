import type { Context } from "../../chain/app/context.ts";
import type { Invariant } from "../../chain/app/module.ts";
import { sum } from "../../chain/math/int.ts";
import { RequestStatus } from "../../proto/gen/openledger/inference/v1.ts";
import { holdsFee } from "./escrow.ts";
import type { InferenceKeeper } from "./keeper.ts";
import { INFERENCE } from "./keys.ts";
import type { BankNeeds } from "./needs.ts";

/** I3, I4 and the bounds of this module's queues. */
export function invariants(keeper: InferenceKeeper, bank: BankNeeds): Invariant[] {
  return [
    { name: "inference/escrow", check: (ctx) => checkEscrow(ctx, keeper, bank) },
    { name: "inference/pending", check: (ctx) => checkPending(ctx, keeper) },
  ];
}

function checkEscrow(ctx: Context, keeper: InferenceKeeper, bank: BankNeeds): string | undefined {
  const open = sum([...keeper.requests(ctx)].filter(holdsFee).map(({ maxFee }) => BigInt(maxFee)));
  const balance = bank.moduleBalance(ctx, INFERENCE);
  if (open !== balance) return `fees of ${open} are open, the module account holds ${balance}`;
  const { escrowed, settled, refunded } = keeper.totals(ctx);
  if (BigInt(escrowed) === BigInt(settled) + BigInt(refunded) + open) return undefined;
  return `escrowed ${escrowed} is not settled ${settled} + refunded ${refunded} + open ${open}`;
}

function checkPending(ctx: Context, keeper: InferenceKeeper): string | undefined {
  const counts = new Map<string, number>();
  for (const { requester } of keeper.requests(ctx, RequestStatus.REQUEST_STATUS_PENDING)) {
    counts.set(requester, (counts.get(requester) ?? 0) + 1);
  }
  for (const { requester, pending } of keeper.counters(ctx)) {
    const found = counts.get(requester) ?? 0;
    if (found !== pending) return `${requester} has ${found} pending requests, counted ${pending}`;
    counts.delete(requester);
  }
  return counts.size === 0 ? undefined : "a pending request has no counter";
}
