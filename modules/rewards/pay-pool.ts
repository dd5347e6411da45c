import type { Context } from "../../chain/app/context.ts";
import { ONE } from "../../chain/math/fixed.ts";
import { sum } from "../../chain/math/int.ts";
import { type Payout, Pool } from "../../proto/gen/openledger/rewards/v1.ts";
import type { RewardsLedger } from "./keeper.ts";
import { contributorSplit } from "./split.ts";
import type { PaidVector } from "./types.ts";

/** Nobody is paid: a pool that a request does not have. */
export const NO_VECTOR: PaidVector = { entries: [], unattributed: ONE, capExcess: 0n, eligibleClusters: 0 };

/** One pool of one fee and the vector that divides it. */
interface PoolPayment {
  readonly pool: Pool;
  readonly amount: bigint;
  readonly vector: PaidVector;
  /** Units of 10^-18. */
  readonly fidelity: bigint;
}

/** `paid`, bounty and treasury sum to the pool. */
interface PaidPool {
  readonly payouts: Payout[];
  readonly paid: bigint;
  readonly bounty: bigint;
  readonly treasury: bigint;
}

/** Pays the entries of a pool; what may not be paid any more (invariant I13) is for the bounty. */
export function payPool(
  ctx: Context,
  ledger: RewardsLedger,
  { pool, amount, vector, fidelity }: PoolPayment,
): PaidPool {
  const weights = vector.entries.map(({ weight }) => weight);
  const split = contributorSplit(amount, fidelity, { ...vector, entries: weights });
  const payouts = vector.entries.flatMap(({ contribution, item, contributor, weight }, i): Payout[] => {
    const share = (split.entries[i] as bigint).toString();
    return contributor === undefined ? [] : [{ contribution, item, contributor, weight, amount: share, pool }];
  });
  for (const payout of payouts) payContribution(ctx, ledger, payout);
  const paid = sum(payouts.map((payout) => BigInt(payout.amount)));
  return { payouts, paid, bounty: split.bounty + sum(split.entries) - paid, treasury: split.treasury };
}

function payContribution(
  ctx: Context,
  ledger: RewardsLedger,
  { contribution, contributor, amount, pool }: Payout,
): void {
  ledger.accrue(ctx, contributor, BigInt(amount));
  const none = { contribution, contributor, paid: "0", payouts: 0n, tokens: "0" };
  const old = ledger.contribution(ctx, contribution) ?? none;
  ledger.saveContribution(ctx, {
    ...old,
    paid: plus(old.paid, amount),
    payouts: old.payouts + 1n,
    tokens: pool === Pool.POOL_TOKENS ? plus(old.tokens, amount) : old.tokens,
  });
}

function plus(a: string, b: string): string {
  return (BigInt(a) + BigInt(b)).toString();
}
