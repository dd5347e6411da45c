import type { Context } from "../../chain/app/context.ts";
import { SnapshotStatus } from "../../proto/gen/openledger/datanet/v1.ts";
import { errors } from "./errors.ts";
import type { DatanetNeeds } from "./needs.ts";

/** What a model's snapshots hold together. */
export interface Lineage {
  /** Cluster owners that are not held out: the rows to train on and to index. */
  readonly rows: number;
  readonly labels: ReadonlySet<string>;
}

/**
 * Throws modelregistry/7 (lineage) unless every snapshot exists and is accepted, modelregistry/14 (not drawn) while the
 * held-out items of one are still to be drawn.
 */
export function lineageOf(ctx: Context, datanets: DatanetNeeds, snapshots: readonly string[]): Lineage {
  let rows = 0;
  const labels = new Set<string>();
  for (const id of snapshots) {
    const snapshot = datanets.snapshot(ctx, id);
    if (!snapshot) throw errors.lineage(`no snapshot ${id}`);
    if (snapshot.status !== SnapshotStatus.SNAPSHOT_STATUS_ACCEPTED) {
      throw errors.lineage(`snapshot ${id} is not accepted`, { status: snapshot.status });
    }
    if (snapshot.owners.length > 0 && snapshot.heldOutSeed.length === 0) {
      throw errors.notDrawn(`snapshot ${id} has its held-out draw at height ${snapshot.heldOutHeight}`, {
        height: snapshot.heldOutHeight,
      });
    }
    rows += snapshot.clusters - snapshot.heldOut;
    for (const label of datanets.datanet(ctx, snapshot.datanet)?.labels ?? []) labels.add(label);
  }
  return { rows, labels };
}

/** Throws modelregistry/8 (labels) for a label that no DataNet of the lineage declares. */
export function checkModelLabels(lineage: Lineage, labels: readonly string[]): void {
  const foreign = labels.find((label) => !lineage.labels.has(label));
  if (foreign === undefined) return;
  throw errors.labels(`label ${JSON.stringify(foreign)} is none of the snapshots' DataNets`);
}
