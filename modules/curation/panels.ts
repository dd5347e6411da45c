import { parseAmount } from "../../chain/app/coins.ts";
import type { Context } from "../../chain/app/context.ts";
import { assertInvariant } from "../../chain/app/invariant.ts";
import { compareBytes } from "../../chain/crypto/bytes.ts";
import { splitLargestRemainder } from "../../chain/math/fixed.ts";
import { BitArray } from "../../chain/types/bit-array.ts";
import { type CurationVerdict, Panel, PanelStatus, VerdictStatus } from "../../proto/gen/openledger/curation/v1.ts";
import { panelRank } from "./ids.ts";
import type { CurationKeeper } from "./keeper.ts";
import { CURATION } from "./keys.ts";
import type { CurationNeeds, ReviewedContribution } from "./needs.ts";

/** What the verdicts of a panel say together. */
export interface Finding {
  /** Bit i, lowest first within a byte: item i was accepted. */
  readonly accepted: Uint8Array;
  readonly count: number;
}

/** The life of a panel: fee received, drawn, final. Called by the datanet module. */
export class Panels {
  readonly account = CURATION;
  readonly #keeper: CurationKeeper;
  readonly #needs: CurationNeeds;

  constructor(keeper: CurationKeeper, needs: CurationNeeds) {
    this.#keeper = keeper;
    this.#needs = needs;
  }

  /** Books a review fee that has just arrived on the module account. */
  receiveFee(ctx: Context, contribution: string, amount: bigint): void {
    const status = PanelStatus.PANEL_STATUS_WAITING;
    this.#keeper.savePanel(ctx, Panel.fromPartial({ contribution, status, fee: amount.toString() }));
  }

  /** Seats the curators that review a contribution. */
  drawPanel(ctx: Context, contribution: ReviewedContribution): void {
    const waiting = this.#keeper.requirePanel(ctx, contribution.id);
    const candidates = [...this.#keeper.curators(ctx)].filter(({ address }) => address !== contribution.contributor);
    const { panelSize } = this.#keeper.params(ctx);
    const addresses = candidates.map(({ address }) => address);
    const curators = lowestRanks(contribution, addresses, panelSize);
    for (const curator of candidates) {
      if (!curators.includes(curator.address)) continue;
      this.#keeper.saveCurator(ctx, { ...curator, seats: curator.seats + 1 });
    }
    this.#keeper.savePanel(ctx, { ...waiting, curators, status: PanelStatus.PANEL_STATUS_DRAWN });
    this.#keeper.addProgress(ctx, contribution.datanet, { seats: curators.length });
    ctx.events.emit("draw_panel", [
      ["contribution", contribution.id],
      ["datanet", contribution.datanet],
      ["curators", String(curators.length)],
    ]);
  }

  /** Counts the verdicts, releases liability, pays the review fee. A panel that was never drawn finds nothing. */
  finalise(ctx: Context, contribution: ReviewedContribution): Finding {
    const panel = this.#keeper.requirePanel(ctx, contribution.id);
    const verdicts = [...this.#keeper.verdicts(ctx, contribution.id)];
    const shown = verdicts.filter(({ status }) => status === VerdictStatus.VERDICT_STATUS_REVEALED);
    this.#release(ctx, panel, verdicts);
    const revealed = shown.map(({ curator }) => curator);
    this.#payFee(ctx, contribution, { fee: parseAmount(panel.fee), revealed });
    this.#keeper.savePanel(ctx, { ...panel, status: PanelStatus.PANEL_STATUS_FINAL, fee: "0", revealed });
    const counts = { seats: -panel.curators.length, committed: -verdicts.length, revealed: -revealed.length };
    this.#keeper.addProgress(ctx, contribution.datanet, counts);
    const bitmaps = shown.map(({ bitmap }) => bitmap);
    return majority(contribution.items, bitmaps);
  }

  /** Seats of the DataNet's current review without a committed verdict. */
  uncommitted(ctx: Context, datanet: string): number {
    const { seats, committed } = this.#keeper.progress(ctx, datanet);
    return seats - committed;
  }

  /** Committed verdicts of the current review that wait for their reveal. */
  unrevealed(ctx: Context, datanet: string): number {
    const { committed, revealed } = this.#keeper.progress(ctx, datanet);
    return committed - revealed;
  }

  /** A committed verdict locked the liability, whatever it said; every seat is free again. */
  #release(ctx: Context, panel: Panel, verdicts: readonly CurationVerdict[]): void {
    const liability = parseAmount(this.#keeper.params(ctx).liability);
    const committed = new Set(verdicts.map(({ curator }) => curator));
    for (const address of panel.curators) {
      const curator = this.#keeper.requireCurator(ctx, address);
      const locked = parseAmount(curator.locked) - (committed.has(address) ? liability : 0n);
      assertInvariant(locked >= 0n && curator.seats > 0, "curation/seats", `${address} has no such seat to leave`);
      this.#keeper.saveCurator(ctx, { ...curator, locked: locked.toString(), seats: curator.seats - 1 });
    }
  }

  /** In equal parts to who revealed; back to the contributor when nobody did. */
  #payFee(
    ctx: Context,
    contribution: ReviewedContribution,
    { fee, revealed }: { readonly fee: bigint; readonly revealed: readonly string[] },
  ): void {
    const payees = revealed.length > 0 ? revealed : [contribution.contributor];
    const weights = payees.map(() => 1n);
    const parts = splitLargestRemainder(fee, weights);
    payees.forEach((payee, i) => {
      const amount = parts[i] as bigint;
      this.#needs.bank.sendFromModule(ctx, CURATION, payee, amount);
      ctx.events.emit("pay_review", [
        ["contribution", contribution.id],
        ["receiver", payee],
        ["amount", amount.toString()],
      ]);
    });
  }
}

/** All of `curators` when they fit, else the `size` lowest by rank; by address ascending, as they came. */
export function lowestRanks(
  { id, datanet, window }: ReviewedContribution,
  curators: readonly string[],
  size: number,
): readonly string[] {
  if (curators.length <= size) return curators;
  const ranked = curators.map((curator) => ({
    curator,
    rank: panelRank({ datanet, window, contribution: id, curator }),
  }));
  ranked.sort((a, b) => compareBytes(a.rank, b.rank));
  const seated = new Set(ranked.slice(0, size).map(({ curator }) => curator));
  return curators.filter((curator) => seated.has(curator));
}

/** Item by item: accepted when strictly more than half of the bitmaps say so. No bitmap, nothing accepted. */
export function majority(items: number, bitmaps: readonly Uint8Array[]): Finding {
  const verdicts = bitmaps.map((bitmap) => BitArray.fromBytes(items, bitmap));
  const accepted: number[] = [];
  for (let item = 0; item < items; item++) {
    const votes = verdicts.filter((verdict) => verdict.has(item)).length;
    if (2 * votes > verdicts.length) accepted.push(item);
  }
  return { accepted: BitArray.of(items, accepted).toBytes(), count: accepted.length };
}
