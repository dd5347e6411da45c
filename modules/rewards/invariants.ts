import type { Context } from "../../chain/app/context.ts";
import type { Invariant } from "../../chain/app/module.ts";
import { sum } from "../../chain/math/int.ts";
import { Pool } from "../../proto/gen/openledger/rewards/v1.ts";
import { heldOutParts } from "./held-out.ts";
import type { RewardsLedger } from "./keeper.ts";
import { REWARDS } from "./keys.ts";
import type { BankNeeds, DatanetNeeds, RewardsNeeds } from "./needs.ts";
import { addSplits, isWhole, NO_FEES, PARTS } from "./totals.ts";

/** I3, I4 and I5. */
export function invariants(ledger: RewardsLedger, { bank, datanets }: RewardsNeeds): Invariant[] {
  return [
    { name: "rewards/account", check: (ctx) => checkAccount(ctx, ledger, bank) },
    { name: "rewards/fees", check: (ctx) => checkFees(ctx, ledger) },
    { name: "rewards/pools", check: (ctx) => checkPools(ctx, ledger) },
    { name: "rewards/contributions", check: (ctx) => checkContributions(ctx, ledger) },
    { name: "rewards/held-out", check: (ctx) => checkHeldOut(ctx, ledger, datanets) },
  ];
}

/** The module account is exactly what is or may become claimable and the bounties, so nothing claimable is uncovered. */
function checkAccount(ctx: Context, ledger: RewardsLedger, bank: BankNeeds): string | undefined {
  const accrued = [...ledger.allAccrued(ctx)].map(({ amount }) => BigInt(amount));
  const bounties = [...ledger.bounties(ctx)].map(({ amount }) => BigInt(amount));
  const heldOut = [...ledger.allHeldOut(ctx)].map((each) => BigInt(each.accrued) - BigInt(each.claimed));
  const balance = bank.moduleBalance(ctx, REWARDS);
  if ([...accrued, ...bounties, ...heldOut].some((amount) => amount < 0n)) return "an amount is negative";
  const owed = sum(accrued) + sum(bounties) + sum(heldOut);
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

/** No pool pays more than it is given, and what both pay is the contributors' part. */
function checkPools(ctx: Context, ledger: RewardsLedger): string | undefined {
  for (const { request, split, pools, payouts } of ledger.settlements(ctx)) {
    if (!split || !pools) return `request ${request} names no pools`;
    const of = (pool: Pool) => sum(payouts.filter((each) => each.pool === pool).map(({ amount }) => BigInt(amount)));
    const paid = [of(Pool.POOL_INFLUENCE), of(Pool.POOL_TOKENS)] as const;
    if (paid[0] > BigInt(pools.influence) || paid[1] > BigInt(pools.tokens)) return `a pool of ${request} is overdrawn`;
    if (paid[0] + paid[1] !== BigInt(split.contributors))
      return `the payouts of ${request} are not its contributors' part`;
    if (pools.heldOut !== split.heldOut) return `the flat share of ${request} is ${split.heldOut}, of ${pools.heldOut}`;
  }
  return undefined;
}

/** By contribution: what it was paid, and what of it by token attribution. */
function checkContributions(ctx: Context, ledger: RewardsLedger): string | undefined {
  const contributions = [...ledger.contributions(ctx)];
  const paid = sum(contributions.map((rewards) => BigInt(rewards.paid)));
  const total = BigInt(ledger.totals(ctx).contributors);
  if (paid !== total) return `contributions were paid ${paid}, the totals say ${total}`;
  const tokens = sum(contributions.map((rewards) => BigInt(rewards.tokens)));
  const payouts = [...ledger.settlements(ctx)].flatMap((settlement) => settlement.payouts);
  const byTokens = sum(payouts.filter(({ pool }) => pool === Pool.POOL_TOKENS).map(({ amount }) => BigInt(amount)));
  return tokens === byTokens ? undefined : `contributions were paid ${tokens} by tokens, settlements say ${byTokens}`;
}

/** Ledgers hold what settlements gave them, and nobody took more than its part of one (I5). */
function checkHeldOut(ctx: Context, ledger: RewardsLedger, datanets: DatanetNeeds): string | undefined {
  const claims = [...ledger.allHeldOutClaims(ctx)];
  let accrued = 0n;
  for (const each of ledger.allHeldOut(ctx)) {
    accrued += BigInt(each.accrued);
    const own = claims.filter(({ snapshot }) => snapshot === each.snapshot);
    const taken = sum(own.map(({ claimed }) => BigInt(claimed)));
    if (taken !== BigInt(each.claimed))
      return `${taken} was taken for ${each.snapshot}, its ledger says ${each.claimed}`;
    const parts = heldOutParts(ctx, { ledger, datanets }, each.snapshot);
    if (parts.size === 0) return `${each.snapshot} has a ledger and no held-out items`;
    if (own.some(({ contributor }) => !parts.has(contributor))) return `a stranger took a part of ${each.snapshot}`;
    if ([...parts.values()].some(({ claimable }) => claimable < 0n)) return `a part of ${each.snapshot} is overdrawn`;
  }
  const total = BigInt(ledger.totals(ctx).heldOut);
  return accrued === total ? undefined : `ledgers of held-out items hold ${accrued}, the totals say ${total}`;
}
