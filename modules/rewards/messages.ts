import type { Addresses } from "../../chain/app/addresses.ts";
import type { Context } from "../../chain/app/context.ts";
import { type MessageRoute, messageRoute } from "../../chain/app/module.ts";
import { Msg } from "../../proto/gen/openledger/rewards/v1.ts";
import { errors } from "./errors.ts";
import type { RewardsLedger } from "./keeper.ts";
import { REWARDS } from "./keys.ts";
import type { BankNeeds } from "./needs.ts";

export function messages(addresses: Addresses, ledger: RewardsLedger, bank: BankNeeds): MessageRoute[] {
  return [
    messageRoute({
      codec: Msg.ClaimRewards.request,
      response: Msg.ClaimRewards.response,
      amino: "openledger/MsgClaimRewards",
      signers: ({ claimant }) => [claimant],
      validate: ({ claimant }) => {
        addresses.fromText(claimant);
      },
      handle: (ctx, { claimant }) => ({ amount: claim(ctx, { ledger, bank }, claimant).toString() }),
    }),
  ];
}

function claim(ctx: Context, parts: { ledger: RewardsLedger; bank: BankNeeds }, claimant: string): bigint {
  const { ledger, bank } = parts;
  const accrued = ledger.accrued(ctx, claimant);
  const amount = BigInt(accrued.amount);
  if (amount === 0n) throw errors.nothingToClaim(`nothing is claimable by ${claimant}`);
  ledger.saveAccrued(ctx, { ...accrued, amount: "0", claimed: (BigInt(accrued.claimed) + amount).toString() });
  bank.sendFromModule(ctx, REWARDS, claimant, amount);
  ctx.events.emit("rewards_claimed", [
    ["claimant", claimant],
    ["amount", amount.toString()],
  ]);
  return amount;
}
