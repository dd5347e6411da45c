import { parseAmount } from "../../chain/app/coins.ts";
import type { Context } from "../../chain/app/context.ts";
import { equalBytes } from "../../chain/crypto/bytes.ts";
import {
  Contribution,
  ContributionStatus,
  type DataNet,
  type MsgCommitContribution,
  type MsgRevealContribution,
  type MsgWithdrawContribution,
  SnapshotStatus,
  WindowPhase,
} from "../../proto/gen/openledger/datanet/v1.ts";
import { bondAt } from "./bond.ts";
import { errors } from "./errors.ts";
import { contributionCommitment, contributionId } from "./ids.ts";
import type { DatanetKeeper } from "./keeper.ts";
import { DATANET } from "./keys.ts";
import { checkLineage } from "./lineage.ts";
import type { DatanetNeeds } from "./needs.ts";

const { CONTRIBUTION_STATUS_COMMITTED, CONTRIBUTION_STATUS_REVEALED, CONTRIBUTION_STATUS_CURATED } = ContributionStatus;

/** Commit, reveal and withdrawal of contributions. */
export class Contributions {
  readonly #keeper: DatanetKeeper;
  readonly #needs: DatanetNeeds;

  constructor(keeper: DatanetKeeper, needs: DatanetNeeds) {
    this.#keeper = keeper;
    this.#needs = needs;
  }

  /** MsgCommitContribution; the new contribution's id. */
  commit(ctx: Context, message: MsgCommitContribution): string {
    const params = this.#keeper.params(ctx);
    const net = this.#requireSubmitting(ctx, message.datanet);
    if (net.contributions >= params.maxContributionsPerWindow) {
      throw errors.windowFull(`window ${net.window} of ${net.id} has its ${net.contributions} contributions`);
    }
    const { contributor, datanet, commitment } = message;
    const id = contributionId({ datanet, window: net.window, contributor, commitment });
    if (this.#keeper.contribution(ctx, id)) throw errors.exists(`contribution ${id} is committed already`);
    const { reviewFee } = params;
    const bondAmount = bondAt(params, net.contributions);
    this.#needs.bank.sendToModule(ctx, contributor, DATANET, bondAmount + parseAmount(reviewFee));
    const bond = bondAmount.toString();
    const contribution = Contribution.fromPartial({
      ...{ id, datanet, window: net.window, contributor, commitment, seq: net.nextSeq, bond, reviewFee },
      ...{ status: CONTRIBUTION_STATUS_COMMITTED, commitHeight: BigInt(ctx.height), commitTime: unixSeconds(ctx) },
    });
    this.#keeper.saveContribution(ctx, contribution);
    const { nextSeq, contributions, unrevealed } = net;
    const counters = { nextSeq: nextSeq + 1, contributions: contributions + 1, unrevealed: unrevealed + 1 };
    this.#keeper.saveDatanet(ctx, { ...net, ...counters });
    emit(ctx, "commit_contribution", contribution);
    return id;
  }

  /** MsgRevealContribution. */
  reveal(ctx: Context, message: MsgRevealContribution): void {
    const contribution = this.#keeper.requireContribution(ctx, message.contribution);
    const net = this.#requireRevealable(ctx, contribution, message);
    this.#checkContent(ctx, net, message);
    const fee = parseAmount(contribution.reviewFee);
    const { curation, bank } = this.#needs;
    bank.moduleToModule(ctx, DATANET, curation.account, fee);
    curation.receiveFee(ctx, contribution.id, fee);
    const { root, blob, items, byteSize, licence, source, synthetic, parents } = message;
    const revealed = {
      ...contribution,
      ...{ root, blob, items, byteSize, licence, source, synthetic, parents, reviewFee: "0" },
      ...{ status: CONTRIBUTION_STATUS_REVEALED, revealHeight: BigInt(ctx.height) },
    };
    this.#keeper.saveContribution(ctx, revealed);
    this.#keeper.saveDatanet(ctx, { ...net, unrevealed: net.unrevealed - 1 });
    emit(ctx, "reveal_contribution", revealed);
  }

  /** MsgWithdrawContribution. Money that is still held moves when the window is counted. */
  withdraw(ctx: Context, message: MsgWithdrawContribution): void {
    const contribution = this.#keeper.requireContribution(ctx, message.contribution);
    requireContributor(contribution, message.contributor);
    const { status, acceptedCount, datanet, window } = contribution;
    const curated = status === CONTRIBUTION_STATUS_CURATED;
    if (!curated && status !== CONTRIBUTION_STATUS_REVEALED) {
      throw errors.notWithdrawable("only a revealed contribution can be withdrawn");
    }
    // Without this rule a withdrawal could shift the rows of a snapshot that somebody is about to post, unseen by its item count.
    if (curated && acceptedCount === 0) throw errors.notWithdrawable("no item of it was accepted: nothing to withdraw");
    const snapshot = this.#keeper.snapshotOf(ctx, datanet, window)?.status;
    if (snapshot === SnapshotStatus.SNAPSHOT_STATUS_PENDING || snapshot === SnapshotStatus.SNAPSHOT_STATUS_ACCEPTED) {
      throw errors.notWithdrawable("it is part of a snapshot");
    }
    const withdrawn = { ...contribution, status: ContributionStatus.CONTRIBUTION_STATUS_WITHDRAWN };
    this.#keeper.saveContribution(ctx, withdrawn);
    emit(ctx, "withdraw_contribution", withdrawn);
  }

  #requireSubmitting(ctx: Context, id: string): DataNet {
    const net = this.#keeper.requireDatanet(ctx, id);
    if (net.phase !== WindowPhase.WINDOW_PHASE_SUBMIT) {
      throw errors.wrongPhase(`window ${net.window} of ${id} is not open for submission`, { phase: net.phase });
    }
    return net;
  }

  #requireRevealable(ctx: Context, contribution: Contribution, message: MsgRevealContribution): DataNet {
    requireContributor(contribution, message.contributor);
    if (contribution.status !== CONTRIBUTION_STATUS_COMMITTED) {
      throw errors.wrongReveal(`contribution ${contribution.id} does not wait for a reveal`);
    }
    const net = this.#requireSubmitting(ctx, contribution.datanet);
    if (net.window !== contribution.window) throw errors.wrongPhase(`window ${contribution.window} is over`);
    // A reveal in the commitment's own block shows its root to a proposer who can still commit before it.
    if (executionHeight(ctx) <= contribution.commitHeight) {
      throw errors.tooSoon("a commitment is revealed in a later block than its own");
    }
    const { contributor, root, salt } = message;
    const commitment = contributionCommitment({ contributor, datanet: net.id, root, salt });
    if (!equalBytes(commitment, contribution.commitment)) {
      throw errors.wrongReveal("root and salt do not give the commitment of this contributor and DataNet");
    }
    return net;
  }

  #checkContent(ctx: Context, net: DataNet, message: MsgRevealContribution): void {
    const { maxItems, maxBytes } = this.#keeper.params(ctx);
    if (message.items > maxItems) throw errors.tooLarge(`${message.items} items, at most ${maxItems}`);
    if (message.byteSize > maxBytes) throw errors.tooLarge(`${message.byteSize} bytes, at most ${maxBytes}`);
    if (net.licence !== "" && message.licence !== net.licence) {
      throw errors.licence(`${net.id} takes contributions under ${net.licence} only`, { licence: message.licence });
    }
    checkLineage(ctx, this.#keeper, message.parents);
  }
}

/** The block that a transaction runs in, or would: checks and simulations see the last committed height. */
function executionHeight(ctx: Context): bigint {
  return BigInt(ctx.mode === "deliver" ? ctx.height : ctx.height + 1);
}

function unixSeconds(ctx: Context): bigint {
  return ctx.time.seconds > 0n ? ctx.time.seconds : 0n;
}

function requireContributor(contribution: Contribution, contributor: string): void {
  if (contribution.contributor === contributor) return;
  throw errors.notContributor(`contribution ${contribution.id} belongs to ${contribution.contributor}`);
}

function emit(ctx: Context, type: string, contribution: Contribution): void {
  ctx.events.emit(type, [
    ["datanet", contribution.datanet],
    ["contribution", contribution.id],
    ["contributor", contribution.contributor],
    ["seq", String(contribution.seq)],
  ]);
}
