import { parseAmount } from "../../chain/app/coins.ts";
import type { Context } from "../../chain/app/context.ts";
import { equalBytes } from "../../chain/crypto/bytes.ts";
import { utf8Bytes } from "../../chain/crypto/tagged.ts";
import { ClaimKind } from "../../proto/gen/openledger/attribution/v1.ts";
import {
  ContributionStatus,
  type DataNet,
  type MsgPostSnapshot,
  Snapshot,
  type SnapshotContribution,
  SnapshotStatus,
  WindowPhase,
} from "../../proto/gen/openledger/datanet/v1.ts";
import { errors } from "./errors.ts";
import { checkOwners, drawDue, drawHeight } from "./held-out.ts";
import { parseSnapshotId, SNAPSHOT_ALGORITHM, snapshotId, snapshotPayloadHash } from "./ids.ts";
import type { DatanetKeeper } from "./keeper.ts";
import type { DatanetNeeds, SnapshotClaimHandlers, TalliedClaim } from "./needs.ts";

const { SNAPSHOT_STATUS_PENDING, SNAPSHOT_STATUS_ACCEPTED, SNAPSHOT_STATUS_REJECTED, SNAPSHOT_STATUS_NO_QUORUM } =
  SnapshotStatus;

const utf8 = new TextDecoder();

/** Snapshots of closed windows, and what their claims' outcomes do to them. */
export class Snapshots implements SnapshotClaimHandlers {
  readonly #keeper: DatanetKeeper;
  readonly #needs: DatanetNeeds;

  constructor(keeper: DatanetKeeper, needs: DatanetNeeds) {
    this.#keeper = keeper;
    this.#needs = needs;
  }

  /** MsgPostSnapshot. */
  post(ctx: Context, message: MsgPostSnapshot): Snapshot {
    const net = this.#keeper.requireDatanet(ctx, message.datanet);
    requireClosed(net, message.window);
    const earlier = this.#keeper.snapshotOf(ctx, net.id, message.window);
    if (earlier?.status === SNAPSHOT_STATUS_PENDING || earlier?.status === SNAPSHOT_STATUS_ACCEPTED) {
      throw errors.snapshotExists(`snapshot ${earlier.id} is pending or accepted already`, { status: earlier.status });
    }
    const contributions = this.#contributions(ctx, net, message.window);
    const accepted = contributions.reduce((total, { accepted }) => total + accepted, 0);
    if (message.items !== accepted || message.clusters > message.items) {
      throw errors.snapshotMismatch(
        `window ${message.window} of ${net.id} has ${accepted} accepted items; claimed are ${message.items} in ${message.clusters} clusters`,
        { accepted },
      );
    }
    const { poster, root, items, clusters, owners, blob } = message;
    checkOwners(owners, { contributions, clusters });
    const id = snapshotId(net.id, message.window);
    const content = { id, root, items, clusters, owners, blob, attempt: (earlier?.attempt ?? 0) + 1 };
    const claimId = this.#needs.claims.post(ctx, {
      kind: ClaimKind.CLAIM_KIND_SNAPSHOT,
      poster,
      subject: utf8Bytes(id),
      payloadHash: snapshotPayloadHash(content),
      algorithm: SNAPSHOT_ALGORITHM,
      bond: parseAmount(this.#keeper.params(ctx).snapshotBond),
    });
    const facts = { datanet: net.id, window: message.window, poster, claimId, contributions };
    const snapshot = Snapshot.fromPartial({ ...content, ...facts, status: SNAPSHOT_STATUS_PENDING });
    this.#save(ctx, snapshot, "post_snapshot");
    return snapshot;
  }

  onAccepted(ctx: Context, claim: TalliedClaim): void {
    this.#decide(ctx, claim, SNAPSHOT_STATUS_ACCEPTED);
  }

  onRejected(ctx: Context, claim: TalliedClaim): void {
    this.#decide(ctx, claim, SNAPSHOT_STATUS_REJECTED);
  }

  onNoQuorum(ctx: Context, claim: TalliedClaim): void {
    this.#decide(ctx, claim, SNAPSHOT_STATUS_NO_QUORUM);
  }

  /** The rest of a forfeited bond becomes bounty of the DataNet. */
  forfeitTo(_ctx: Context, claim: TalliedClaim): readonly string[] {
    const parts = parseSnapshotId(utf8.decode(claim.subject));
    return parts ? [parts.datanet] : [];
  }

  /** A pending snapshot keeps everybody else from posting the window, also when nobody can fetch its blob. */
  noQuorumBurnBps(ctx: Context): number {
    return this.#keeper.params(ctx).noQuorumBurnBps;
  }

  /** Draws held-out items that are due. */
  endBlock(ctx: Context): void {
    drawDue(ctx, this.#keeper, this.#needs.beacons);
  }

  #decide(ctx: Context, claim: TalliedClaim, status: SnapshotStatus): void {
    const snapshot = this.#keeper.snapshot(ctx, utf8.decode(claim.subject));
    if (snapshot?.status !== SNAPSHOT_STATUS_PENDING || !equalBytes(snapshot.claimId, claim.id)) {
      throw errors.notFound("the claim belongs to no pending snapshot");
    }
    const heldOutHeight = status === SNAPSHOT_STATUS_ACCEPTED ? drawHeight(ctx, snapshot) : 0n;
    this.#save(ctx, { ...snapshot, status, heldOutHeight }, "decide_snapshot");
  }

  #save(ctx: Context, snapshot: Snapshot, event: string): void {
    this.#keeper.saveSnapshot(ctx, snapshot);
    ctx.events.emit(event, [
      ["snapshot", snapshot.id],
      ["datanet", snapshot.datanet],
      ["poster", snapshot.poster],
      ["status", String(snapshot.status)],
      ["items", String(snapshot.items)],
      ["clusters", String(snapshot.clusters)],
    ]);
  }

  /** Every curated contribution in commit order, also without an accepted item: its curators reviewed it all the same. */
  #contributions(ctx: Context, net: DataNet, window: number): SnapshotContribution[] {
    const { from, to } = this.#keeper.windowRange(ctx, net, window);
    const out: SnapshotContribution[] = [];
    for (const { id, contributor, status, acceptedCount } of this.#keeper.contributions(ctx, net.id, from, to)) {
      if (status !== ContributionStatus.CONTRIBUTION_STATUS_CURATED) continue;
      out.push({ contribution: id, contributor, accepted: acceptedCount });
    }
    return out;
  }
}

function requireClosed(net: DataNet, window: number): void {
  if (window < 1 || window > net.window) throw errors.notFound(`${net.id} has no window ${window}`);
  const closed = net.phase === WindowPhase.WINDOW_PHASE_CLOSED && net.pending === 0;
  if (window === net.window && !closed) {
    throw errors.wrongPhase(`window ${window} of ${net.id} is not closed and counted yet`, { phase: net.phase });
  }
}
