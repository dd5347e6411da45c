import { parseAmount } from "../../chain/app/coins.ts";
import type { Context } from "../../chain/app/context.ts";
import { splitLargestRemainder } from "../../chain/math/fixed.ts";
import type { Claim, KindParams } from "../../proto/gen/openledger/attribution/v1.ts";
import { ATTRIBUTION } from "./keys.ts";
import type { BankNeeds, ForfeitNeeds } from "./needs.ts";
import type { Payee } from "./types.ts";

// Results are paid for by their requests and steps by who loses the dispute; whoever posts another claim pays those who
// recompute it, at the price of its kind.

/** In uopen. */
export function feeOf({ attestFee }: Pick<Claim, "attestFee"> | Pick<KindParams, "attestFee">): bigint {
  return attestFee === "" ? 0n : parseAmount(attestFee);
}

export interface FeeParts {
  readonly bank: BankNeeds;
  readonly forfeits: ForfeitNeeds;
}

/** Gives the fee of an accepted claim to those who accepted it, by power; to the bounties when nobody of them has an account. */
export function payFee(
  ctx: Context,
  { bank, forfeits }: FeeParts,
  paid: { readonly claim: Claim; readonly winners: readonly Payee[]; readonly datanets: readonly string[] },
): void {
  const { claim, winners, datanets } = paid;
  const fee = feeOf(claim);
  if (fee === 0n) return;
  if (winners.length === 0) {
    forfeits.takeForfeit(ctx, { from: ATTRIBUTION, amount: fee, rejecters: [], datanets });
    return;
  }
  const parts = splitLargestRemainder(
    fee,
    winners.map(({ power }) => power),
  );
  for (const [i, { operator }] of winners.entries()) {
    bank.sendFromModule(ctx, ATTRIBUTION, operator, parts[i] as bigint);
  }
}

/** Nobody decided: nobody is paid. */
export function returnFee(ctx: Context, { bank }: FeeParts, claim: Claim): void {
  const fee = feeOf(claim);
  if (fee > 0n) bank.sendFromModule(ctx, ATTRIBUTION, claim.poster, fee);
}
