import { parseAmount } from "../../chain/app/coins.ts";
import type { Context } from "../../chain/app/context.ts";
import {
  type Contribution,
  ContributionStatus,
  type DataNet,
  type MsgAdvanceWindow,
  WindowPhase,
} from "../../proto/gen/openledger/datanet/v1.ts";
import { errors } from "./errors.ts";
import type { DatanetKeeper } from "./keeper.ts";
import { DATANET } from "./keys.ts";
import { MAX_PHASE_ENDS_PER_BLOCK, MAX_WORK_PER_BLOCK } from "./limits.ts";
import type { DatanetNeeds } from "./needs.ts";

const { WINDOW_PHASE_SUBMIT, WINDOW_PHASE_REVIEW, WINDOW_PHASE_REVEAL, WINDOW_PHASE_CLOSED } = WindowPhase;

/**
 * The phases of submission windows: submit -> review -> reveal -> closed -> submit of the next window.
 *
 * Entering review or closed leaves work to do on every contribution of the window; end of block does it, a bounded
 * number a block, and the phase's own time starts when it is done.
 */
export class Windows {
  readonly #keeper: DatanetKeeper;
  readonly #needs: DatanetNeeds;

  constructor(keeper: DatanetKeeper, needs: DatanetNeeds) {
    this.#keeper = keeper;
    this.#needs = needs;
  }

  /** MsgAdvanceWindow. */
  advance(ctx: Context, message: MsgAdvanceWindow): DataNet {
    const net = this.#keeper.requireDatanet(ctx, message.datanet);
    if (net.creator !== message.creator) throw errors.notCreator(`only ${net.creator} advances ${net.id}`);
    if (net.pending > 0) {
      throw errors.busy(`${net.pending} contributions of ${net.id} are still being processed; try again next block`);
    }
    this.#refuseOutstandingTurns(ctx, net);
    return this.#enterNext(ctx, net);
  }

  /** Ends phases whose time is over, then works off what phases left to do. */
  endBlock(ctx: Context): void {
    for (const net of take(this.#keeper.duePhases(ctx, ctx.height), MAX_PHASE_ENDS_PER_BLOCK))
      this.#enterNext(ctx, net);
    let budget = MAX_WORK_PER_BLOCK;
    // Each visited DataNet uses at least one unit of the budget.
    for (const net of take(this.#keeper.busyDatanets(ctx), MAX_WORK_PER_BLOCK)) {
      if (budget === 0) break;
      budget -= this.#work(ctx, net, budget);
    }
  }

  /** The creator may not cut anybody's turn short: whoever holds the pen could otherwise choose whose bond burns and which verdicts count. */
  #refuseOutstandingTurns(ctx: Context, net: DataNet): void {
    const outstanding = this.#outstanding(ctx, net);
    if (outstanding === 0) return;
    throw errors.turnsOutstanding(
      `${outstanding} turns of ${net.id} are outstanding; the phase ends by itself at height ${net.phaseEnd}`,
      { outstanding, phaseEnd: net.phaseEnd },
    );
  }

  #outstanding(ctx: Context, net: DataNet): number {
    if (net.phase === WINDOW_PHASE_SUBMIT) return net.unrevealed;
    if (net.phase === WINDOW_PHASE_REVIEW) return this.#needs.curation.uncommitted(ctx, net.id);
    if (net.phase === WINDOW_PHASE_REVEAL) return this.#needs.curation.unrevealed(ctx, net.id);
    return 0;
  }

  #enterNext(ctx: Context, net: DataNet): DataNet {
    const next = this.#next(ctx, net);
    this.#keeper.saveDatanet(ctx, next);
    emitPhase(ctx, next);
    return next;
  }

  #next(ctx: Context, net: DataNet): DataNet {
    const entered = { ...net, phaseStart: BigInt(ctx.height), phaseEnd: 0n };
    const until = (blocks: bigint) => BigInt(ctx.height) + blocks;
    const timed = (blocks: bigint) => (net.contributions === 0 ? until(blocks) : 0n);
    switch (net.phase) {
      case WINDOW_PHASE_SUBMIT:
        return {
          ...entered,
          phase: WINDOW_PHASE_REVIEW,
          pending: net.contributions,
          phaseEnd: timed(net.reviewBlocks),
        };
      case WINDOW_PHASE_REVIEW:
        return { ...entered, phase: WINDOW_PHASE_REVEAL, phaseEnd: until(net.revealBlocks) };
      case WINDOW_PHASE_REVEAL:
        return { ...entered, phase: WINDOW_PHASE_CLOSED, pending: net.contributions };
      default:
        this.#keeper.setWindowStart(ctx, net.id, net.window + 1, net.nextSeq);
        return {
          ...entered,
          phase: WINDOW_PHASE_SUBMIT,
          phaseEnd: until(net.submitBlocks),
          window: net.window + 1,
          contributions: 0,
        };
    }
  }

  /** Visits at most `budget` pending contributions in commit order; how many it visited. */
  #work(ctx: Context, net: DataNet, budget: number): number {
    const from = net.nextSeq - net.pending;
    const count = budget < net.pending ? budget : net.pending;
    let expired = 0;
    for (const contribution of [...this.#keeper.contributions(ctx, net.id, from, from + count)]) {
      if (net.phase === WINDOW_PHASE_CLOSED) this.#count(ctx, contribution);
      else if (this.#openReview(ctx, contribution)) expired += 1;
    }
    const pending = net.pending - count;
    const starts = pending === 0 && net.phase === WINDOW_PHASE_REVIEW;
    const phaseEnd = starts ? BigInt(ctx.height) + net.reviewBlocks : 0n;
    this.#keeper.saveDatanet(ctx, { ...net, pending, phaseEnd, unrevealed: net.unrevealed - expired });
    return count;
  }

  /** Submission is over: an unrevealed commitment burns, a revealed contribution gets its panel. True when it expired. */
  #openReview(ctx: Context, contribution: Contribution): boolean {
    if (contribution.status === ContributionStatus.CONTRIBUTION_STATUS_REVEALED) {
      this.#needs.curation.drawPanel(ctx, contribution);
    }
    if (contribution.status !== ContributionStatus.CONTRIBUTION_STATUS_COMMITTED) return false;
    const held = parseAmount(contribution.bond) + parseAmount(contribution.reviewFee);
    this.#needs.bank.burn(ctx, DATANET, held);
    const status = ContributionStatus.CONTRIBUTION_STATUS_EXPIRED;
    this.#keeper.saveContribution(ctx, { ...contribution, status, bond: "0", reviewFee: "0" });
    ctx.events.emit("expire_contribution", [
      ["contribution", contribution.id],
      ["contributor", contribution.contributor],
      ["burnt", held.toString()],
    ]);
    return true;
  }

  /** Verdicts are in: they are counted and the bond goes back. A withdrawn contribution pays its panel all the same. */
  #count(ctx: Context, contribution: Contribution): void {
    const withdrawn = contribution.status === ContributionStatus.CONTRIBUTION_STATUS_WITHDRAWN;
    if (!withdrawn && contribution.status !== ContributionStatus.CONTRIBUTION_STATUS_REVEALED) return;
    const finding = this.#needs.curation.finalise(ctx, contribution);
    this.#needs.bank.sendFromModule(ctx, DATANET, contribution.contributor, parseAmount(contribution.bond));
    if (withdrawn) {
      this.#keeper.saveContribution(ctx, { ...contribution, bond: "0" });
      return;
    }
    const status = ContributionStatus.CONTRIBUTION_STATUS_CURATED;
    const { accepted, count } = finding;
    this.#keeper.saveContribution(ctx, { ...contribution, status, accepted, acceptedCount: count, bond: "0" });
    ctx.events.emit("curate_contribution", [
      ["contribution", contribution.id],
      ["items", String(contribution.items)],
      ["accepted", String(count)],
    ]);
  }
}

function emitPhase(ctx: Context, net: DataNet): void {
  ctx.events.emit("advance_window", [
    ["datanet", net.id],
    ["window", String(net.window)],
    ["phase", String(net.phase)],
  ]);
}

/** The first `count` entries, read before any of them is written. */
function take<T>(entries: Iterable<T>, count: number): T[] {
  const out: T[] = [];
  for (const entry of entries) {
    if (out.length === count) break;
    out.push(entry);
  }
  return out;
}
