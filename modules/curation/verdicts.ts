import { parseAmount } from "../../chain/app/coins.ts";
import type { Context } from "../../chain/app/context.ts";
import { equalBytes } from "../../chain/crypto/bytes.ts";
import { BitArray } from "../../chain/types/bit-array.ts";
import {
  CurationVerdict,
  type MsgCommitVerdict,
  type MsgRevealVerdict,
  PanelStatus,
  VerdictStatus,
} from "../../proto/gen/openledger/curation/v1.ts";
import { WindowPhase } from "../../proto/gen/openledger/datanet/v1.ts";
import { errors } from "./errors.ts";
import { verdictCommitment } from "./ids.ts";
import type { CurationKeeper } from "./keeper.ts";
import type { CurationNeeds, ReviewedContribution } from "./needs.ts";

/** Commit and reveal of verdicts. */
export class Verdicts {
  readonly #keeper: CurationKeeper;
  readonly #needs: CurationNeeds;

  constructor(keeper: CurationKeeper, needs: CurationNeeds) {
    this.#keeper = keeper;
    this.#needs = needs;
  }

  /** MsgCommitVerdict: locks the liability, the same for whatever the verdict will turn out to be. */
  commit(ctx: Context, message: MsgCommitVerdict): void {
    const curator = this.#keeper.requireCurator(ctx, message.curator);
    const contribution = this.#requirePhase(ctx, message.contribution, WindowPhase.WINDOW_PHASE_REVIEW);
    this.#requireSeat(ctx, message);
    if (this.#keeper.verdict(ctx, contribution.id, curator.address)) {
      throw errors.committed(`${curator.address} has committed a verdict on ${contribution.id} already`);
    }
    const liability = parseAmount(this.#keeper.params(ctx).liability);
    const locked = parseAmount(curator.locked) + liability;
    if (locked > parseAmount(curator.bond)) {
      throw errors.liability(`a verdict locks ${liability}, the free bond is less; register again to add to the bond`);
    }
    this.#keeper.saveCurator(ctx, { ...curator, locked: locked.toString() });
    const status = VerdictStatus.VERDICT_STATUS_COMMITTED;
    this.#keeper.saveVerdict(ctx, CurationVerdict.fromPartial({ ...message, status }));
    this.#keeper.addProgress(ctx, contribution.datanet, { committed: 1 });
    emit(ctx, "commit_verdict", message);
  }

  /** MsgRevealVerdict. */
  reveal(ctx: Context, message: MsgRevealVerdict): void {
    const contribution = this.#requirePhase(ctx, message.contribution, WindowPhase.WINDOW_PHASE_REVEAL);
    const verdict = this.#keeper.verdict(ctx, contribution.id, message.curator);
    if (verdict?.status !== VerdictStatus.VERDICT_STATUS_COMMITTED) {
      throw errors.wrongReveal(`${message.curator} has no verdict on ${contribution.id} that waits for a reveal`);
    }
    if (!equalBytes(verdictCommitment(message), verdict.commitment)) {
      throw errors.wrongReveal("bitmap and salt do not give the commitment of this curator and contribution");
    }
    if (!isBitmap(contribution.items, message.bitmap)) {
      throw errors.wrongReveal(`the bitmap of ${contribution.items} items has ceil(items / 8) bytes and no bit beyond`);
    }
    const status = VerdictStatus.VERDICT_STATUS_REVEALED;
    this.#keeper.saveVerdict(ctx, { ...verdict, status, bitmap: message.bitmap });
    const curator = this.#keeper.requireCurator(ctx, message.curator);
    this.#keeper.saveCurator(ctx, { ...curator, verdicts: curator.verdicts + 1n });
    this.#keeper.addProgress(ctx, contribution.datanet, { revealed: 1 });
    emit(ctx, "reveal_verdict", message);
  }

  #requirePhase(ctx: Context, id: string, phase: number): ReviewedContribution {
    const contribution = this.#needs.datanet.contribution(ctx, id);
    if (!contribution) throw errors.notFound(`no contribution ${JSON.stringify(id)}`);
    const net = this.#needs.datanet.datanet(ctx, contribution.datanet);
    if (net?.phase !== phase || net.window !== contribution.window) {
      throw errors.wrongPhase(`window ${contribution.window} of ${contribution.datanet} is not in that phase`, {
        expected: phase,
        phase: net?.phase ?? 0,
      });
    }
    return contribution;
  }

  #requireSeat(
    ctx: Context,
    { contribution, curator }: { readonly contribution: string; readonly curator: string },
  ): void {
    const panel = this.#keeper.requirePanel(ctx, contribution);
    if (panel.status !== PanelStatus.PANEL_STATUS_DRAWN || !panel.curators.includes(curator)) {
      throw errors.notOnPanel(`${curator} is not on the panel of ${contribution}`);
    }
  }
}

function isBitmap(items: number, bitmap: Uint8Array): boolean {
  try {
    BitArray.fromBytes(items, bitmap);
    return true;
  } catch {
    return false;
  }
}

function emit(ctx: Context, type: string, verdict: { readonly contribution: string; readonly curator: string }): void {
  ctx.events.emit(type, [
    ["contribution", verdict.contribution],
    ["curator", verdict.curator],
  ]);
}
