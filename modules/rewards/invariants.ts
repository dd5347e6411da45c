import type { Context } from "../../chain/app/context.ts";
import type { Invariant } from "../../chain/app/module.ts";
import { sum } from "../../chain/math/int.ts";
import type { RewardsLedger } from "./keeper.ts";
import { REWARDS } from "./keys.ts";
import type { BankNeeds } from "./needs.ts";
import { addSplits, isWhole, NO_FEES, PARTS } from "./totals.ts";

/** I3, I4 and I5. */
export function invariants(ledger: RewardsLedger, bank: BankNeeds): Invariant[] {
  return [
    { name: "rewards/account", check: (ctx) => checkAccount(ctx, ledger, bank) },
    { name: "rewards/fees", check: (ctx) => checkFees(ctx, ledger) },
    { name: "rewards/contributions", check: (ctx) => checkContributions(ctx, ledger) },
  ];
}

/** The module account is exactly what is claimable and the bounties, so nothing claimable is uncovered. */
function checkAccount(ctx: Context, ledger: RewardsLedger, bank: BankNeeds): string | undefined {
  const accrued = [...ledger.allAccrued(ctx)].map(({ amount }) => BigInt(amount));
  const bounties = [...ledger.bounties(ctx)].map(({ amount }) => BigInt(amount));
  const balance = bank.moduleBalance(ctx, REWARDS);
  if ([...accrued, ...bounties].some((amount) => amount < 0n)) return "an amount is negative";
  const owed = sum(accrued) + sum(bounties);
  return owed === balance ? undefined : `${owed} is owed, the module account holds ${balance}`;
}

function checkFees(ctx: Context, ledger: RewardsLedger): string | undefined {
  let total = NO_FEES;
  let settled = 0;
  for (const { request, split } of ledger.settlements(ctx)) {
    if (!split || !isWhole(split)) return `the parts of request ${request} do not sum to its fee`;
    total = addSplits(total, split);
    settled++;
  }
  const booked = ledger.totals(ctx);
  const wrong = (["fee", ...PARTS] as const).find((part) => booked[part] !== total[part]);
  if (wrong) return `settlements sum to ${total[wrong]} for ${wrong}, the totals say ${booked[wrong]}`;
  return settled === ledger.settled(ctx) ? undefined : `${settled} settlements, counted ${ledger.settled(ctx)}`;
}

function checkContributions(ctx: Context, ledger: RewardsLedger): string | undefined {
  const paid = sum([...ledger.contributions(ctx)].map((rewards) => BigInt(rewards.paid)));
  const total = BigInt(ledger.totals(ctx).contributors);
  return paid === total ? undefined : `contributions were paid ${paid}, the totals say ${total}`;
}
