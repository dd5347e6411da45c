import { parseAmount } from "../../chain/app/coins.ts";
import type { Context } from "../../chain/app/context.ts";
import type { Invariant } from "../../chain/app/module.ts";
import { PanelStatus, VerdictStatus } from "../../proto/gen/openledger/curation/v1.ts";
import type { CurationKeeper } from "./keeper.ts";
import { CURATION } from "./keys.ts";
import type { CurationNeeds } from "./needs.ts";

/** What holds after every block (I2, I4, I11 of the economy, for this module's part). */
export function invariants(keeper: CurationKeeper, needs: CurationNeeds): readonly Invariant[] {
  return [
    { name: "curation/ledger", check: (ctx) => ledger(ctx, keeper, needs) },
    { name: "curation/seats", check: (ctx) => seats(ctx, keeper) },
    { name: "curation/progress", check: (ctx) => progress(ctx, keeper, needs) },
  ];
}

function ledger(ctx: Context, keeper: CurationKeeper, { bank }: CurationNeeds): string | undefined {
  let booked = 0n;
  for (const { bond } of keeper.curators(ctx)) booked += parseAmount(bond);
  for (const { contribution, fee, status } of keeper.panels(ctx)) {
    booked += parseAmount(fee);
    if (status === PanelStatus.PANEL_STATUS_FINAL && fee !== "0") return `final panel ${contribution} holds a fee`;
  }
  const held = bank.moduleBalance(ctx, CURATION);
  return held === booked ? undefined : `the account holds ${held}, its ledgers say ${booked}`;
}

/** Each curator's seats and locked liability are those of its open panels, and the lock is within its bond. */
function seats(ctx: Context, keeper: CurationKeeper): string | undefined {
  const taken = new Map<string, { seats: number; verdicts: number }>();
  for (const { contribution, curators, status } of keeper.panels(ctx)) {
    if (status !== PanelStatus.PANEL_STATUS_DRAWN) continue;
    for (const curator of curators) {
      const { seats, verdicts } = taken.get(curator) ?? { seats: 0, verdicts: 0 };
      const committed = keeper.verdict(ctx, contribution, curator) ? 1 : 0;
      taken.set(curator, { seats: seats + 1, verdicts: verdicts + committed });
    }
  }
  const liability = parseAmount(keeper.params(ctx).liability);
  for (const { address, seats, locked, bond } of keeper.curators(ctx)) {
    const open = taken.get(address) ?? { seats: 0, verdicts: 0 };
    taken.delete(address);
    if (open.seats !== seats) return `${address} counts ${seats} seats of ${open.seats}`;
    if (parseAmount(locked) !== liability * BigInt(open.verdicts)) return `${address} locks ${locked}`;
    if (parseAmount(locked) > parseAmount(bond)) return `${address} locks more than its bond`;
  }
  return taken.size === 0 ? undefined : `${taken.size} seated curators are not registered`;
}

function progress(ctx: Context, keeper: CurationKeeper, { datanet }: CurationNeeds): string | undefined {
  const counted = new Map<string, { seats: number; committed: number; revealed: number }>();
  for (const { contribution, curators, status } of keeper.panels(ctx)) {
    if (status !== PanelStatus.PANEL_STATUS_DRAWN || curators.length === 0) continue;
    const net = datanet.contribution(ctx, contribution)?.datanet;
    if (net === undefined) return `panel of ${contribution}, which does not exist`;
    const sums = counted.get(net) ?? { seats: 0, committed: 0, revealed: 0 };
    const verdicts = [...keeper.verdicts(ctx, contribution)];
    const shown = verdicts.filter(({ status }) => status === VerdictStatus.VERDICT_STATUS_REVEALED);
    counted.set(net, {
      seats: sums.seats + curators.length,
      committed: sums.committed + verdicts.length,
      revealed: sums.revealed + shown.length,
    });
  }
  for (const { datanet: net, seats, committed, revealed } of keeper.allProgress(ctx)) {
    const sums = counted.get(net);
    counted.delete(net);
    if (sums?.seats !== seats || sums.committed !== committed || sums.revealed !== revealed)
      return `${net} is miscounted`;
  }
  return counted.size === 0 ? undefined : `${counted.size} DataNets under review are not counted`;
}
