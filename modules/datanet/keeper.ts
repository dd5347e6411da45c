import type { Context } from "../../chain/app/context.ts";
import { BitArray } from "../../chain/types/bit-array.ts";
import {
  type Contribution,
  ContributionStatus,
  type DataNet,
  type Params,
  type Snapshot,
} from "../../proto/gen/openledger/datanet/v1.ts";
import { errors } from "./errors.ts";
import { heldOutCounts } from "./held-out.ts";
import { parseSnapshotId } from "./ids.ts";
import { bySeq, DATANET, draws, pendingWork, phaseEnds, tables } from "./keys.ts";

/** Beyond every window number that is ever reached: windows take a transaction each. */
const MAX_WINDOW = 0xffff_ffff;

/** What other modules may ask. */
export interface DatanetView {
  datanet(ctx: Context, id: string): DataNet | undefined;
  contribution(ctx: Context, id: string): Contribution | undefined;
  /** By "<datanet>/<window>". */
  snapshot(ctx: Context, id: string): Snapshot | undefined;
  /** True for an accepted item of a contribution that is not withdrawn. */
  isAccepted(ctx: Context, contribution: string, item: number): boolean;
  /** Held-out items of each contributor of a snapshot that has any; empty before the draw. */
  heldOutCounts(ctx: Context, id: string): ReadonlyMap<string, number>;
}

/** The only reader and writer of the module's keys. Rules are in the files beside it. */
export class DatanetKeeper implements DatanetView {
  params(ctx: Context): Params {
    return tables.params.require(ctx.kv(DATANET));
  }

  setParams(ctx: Context, params: Params): void {
    tables.params.set(ctx.kv(DATANET), params);
  }

  datanet(ctx: Context, id: string): DataNet | undefined {
    return tables.datanets.get(ctx.kv(DATANET), id);
  }

  /** Throws datanet/2 (not found). */
  requireDatanet(ctx: Context, id: string): DataNet {
    return tables.datanets.require(ctx.kv(DATANET), id, () => errors.notFound(`no DataNet ${JSON.stringify(id)}`));
  }

  /** By id ascending, from after `startAfter`. */
  *datanets(ctx: Context, startAfter = ""): Generator<DataNet> {
    for (const [id, net] of tables.datanets.iterate(ctx.kv(DATANET), { from: startAfter })) {
      if (id !== startAfter) yield net;
    }
  }

  saveDatanet(ctx: Context, net: DataNet): void {
    tables.datanets.set(ctx.kv(DATANET), net.id, net);
  }

  /** DataNets whose phase ends at or before `height`, earliest first. */
  *duePhases(ctx: Context, height: number): Generator<DataNet> {
    for (const [, id] of phaseEnds.iterate(ctx.kv(DATANET), { to: [height + 1, ""] }))
      yield this.requireDatanet(ctx, id);
  }

  /** DataNets with pending work, oldest phase first. */
  *busyDatanets(ctx: Context): Generator<DataNet> {
    for (const [, id] of pendingWork.iterate(ctx.kv(DATANET))) yield this.requireDatanet(ctx, id);
  }

  contribution(ctx: Context, id: string): Contribution | undefined {
    return tables.contributions.get(ctx.kv(DATANET), id);
  }

  /** Throws datanet/2 (not found). */
  requireContribution(ctx: Context, id: string): Contribution {
    const missing = () => errors.notFound(`no contribution ${JSON.stringify(id)}`);
    return tables.contributions.require(ctx.kv(DATANET), id, missing);
  }

  saveContribution(ctx: Context, contribution: Contribution): void {
    tables.contributions.set(ctx.kv(DATANET), contribution.id, contribution);
  }

  /** Of one DataNet in commit order: sequence numbers from `from` inclusive to `to` exclusive. */
  *contributions(ctx: Context, datanet: string, from: number, to: number): Generator<Contribution> {
    const range = { from: [[datanet, from], ""], to: [[datanet, to], ""] } as const;
    if (from >= to) return;
    for (const [, id] of bySeq.iterate(ctx.kv(DATANET), range)) yield this.requireContribution(ctx, id);
  }

  *allContributions(ctx: Context): Generator<Contribution> {
    for (const [, contribution] of tables.contributions.iterate(ctx.kv(DATANET))) yield contribution;
  }

  /** Sequence numbers of a window: from inclusive, to exclusive. Empty for a window that never was. */
  windowRange(ctx: Context, net: DataNet, window: number): { readonly from: number; readonly to: number } {
    const start = (w: number) => tables.windowStarts.get(ctx.kv(DATANET), [net.id, w]) ?? net.nextSeq;
    return { from: start(window), to: start(window + 1) };
  }

  setWindowStart(ctx: Context, datanet: string, window: number, seq: number): void {
    tables.windowStarts.set(ctx.kv(DATANET), [datanet, window], seq);
  }

  snapshot(ctx: Context, id: string): Snapshot | undefined {
    const parts = parseSnapshotId(id);
    return parts && this.snapshotOf(ctx, parts.datanet, parts.window);
  }

  snapshotOf(ctx: Context, datanet: string, window: number): Snapshot | undefined {
    return tables.snapshots.get(ctx.kv(DATANET), [datanet, window]);
  }

  saveSnapshot(ctx: Context, snapshot: Snapshot): void {
    tables.snapshots.set(ctx.kv(DATANET), [snapshot.datanet, snapshot.window], snapshot);
  }

  /** Of one DataNet by window ascending. */
  *snapshots(ctx: Context, datanet: string, fromWindow: number): Generator<Snapshot> {
    const range = { from: [datanet, fromWindow], to: [datanet, MAX_WINDOW] } as const;
    for (const [, snapshot] of tables.snapshots.iterate(ctx.kv(DATANET), range)) yield snapshot;
  }

  *allSnapshots(ctx: Context): Generator<Snapshot> {
    for (const [, snapshot] of tables.snapshots.iterate(ctx.kv(DATANET))) yield snapshot;
  }

  /** Snapshots whose held-out items are to be drawn at or before `height`, earliest first. */
  *undrawn(ctx: Context, height: number): Generator<Snapshot> {
    for (const [, [datanet, window]] of draws.iterate(ctx.kv(DATANET), { to: [height + 1, ["", 0]] })) {
      const snapshot = this.snapshotOf(ctx, datanet, window);
      if (snapshot) yield snapshot;
    }
  }

  heldOutCounts(ctx: Context, id: string): ReadonlyMap<string, number> {
    const snapshot = this.snapshot(ctx, id);
    return snapshot ? heldOutCounts(snapshot) : new Map();
  }

  isAccepted(ctx: Context, contribution: string, item: number): boolean {
    const found = this.contribution(ctx, contribution);
    if (found?.status !== ContributionStatus.CONTRIBUTION_STATUS_CURATED) return false;
    return BitArray.fromBytes(found.items, found.accepted).has(item);
  }
}
