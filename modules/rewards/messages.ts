import type { Addresses } from "../../chain/app/addresses.ts";
import type { Context } from "../../chain/app/context.ts";
import { type MessageRoute, messageRoute } from "../../chain/app/module.ts";
import { Msg, type MsgClaimRewards } from "../../proto/gen/openledger/rewards/v1.ts";
import { errors } from "./errors.ts";
import { takeHeldOut } from "./held-out.ts";
import type { RewardsLedger } from "./keeper.ts";
import { REWARDS } from "./keys.ts";
import { MAX_CLAIMED_SNAPSHOTS, MAX_KEY_LENGTH } from "./limits.ts";
import type { RewardsNeeds } from "./needs.ts";

type ClaimNeeds = Pick<RewardsNeeds, "bank" | "datanets">;

export function messages(addresses: Addresses, ledger: RewardsLedger, needs: ClaimNeeds): MessageRoute[] {
  return [
    messageRoute({
      codec: Msg.ClaimRewards.request,
      response: Msg.ClaimRewards.response,
      amino: "openledger/MsgClaimRewards",
      signers: ({ claimant }) => [claimant],
      validate({ claimant, snapshots }) {
        addresses.fromText(claimant);
        checkSnapshots(snapshots);
      },
      handle: (ctx, message) => ({ amount: claim(ctx, { ledger, ...needs }, message).toString() }),
    }),
  ];
}

function checkSnapshots(snapshots: readonly string[]): void {
  const fit = snapshots.length <= MAX_CLAIMED_SNAPSHOTS && snapshots.every((id) => id.length <= MAX_KEY_LENGTH);
  if (fit && new Set(snapshots).size === snapshots.length) return;
  throw errors.badClaim(`a claim names at most ${MAX_CLAIMED_SNAPSHOTS} snapshots, each once`);
}

function claim(
  ctx: Context,
  { ledger, bank, datanets }: ClaimNeeds & { readonly ledger: RewardsLedger },
  { claimant, snapshots }: MsgClaimRewards,
): bigint {
  for (const snapshot of snapshots) takeHeldOut(ctx, { ledger, datanets }, { claimant, snapshot });
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
