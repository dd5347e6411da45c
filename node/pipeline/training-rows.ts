import { compareBytes, equalBytes } from "../../chain/crypto/bytes.ts";
import { merkleRoot } from "../../chain/crypto/merkle.ts";
import { itemId } from "../../modules/datanet/ids.ts";
import { Item, type Snapshot, SnapshotEntry, type SnapshotTable } from "../../proto/gen/openledger/datanet/v1.ts";
import { encodeBytes } from "../../proto/runtime.ts";
import { InfluenceError } from "../influence/errors.ts";
import { drawHeldOut } from "../influence/held-out.ts";

/** An accepted snapshot with its blobs: what a model is trained on. */
export interface SnapshotSource {
  readonly snapshot: Snapshot;
  readonly table: SnapshotTable;
  /** Items of every contribution that the snapshot lists, in its order; undefined where none is accepted. */
  readonly items: readonly (readonly Item[] | undefined)[];
}

/** A cluster owner: one row to train on and one of the index, or a held-out one. */
export interface TrainingRow {
  readonly itemId: Uint8Array;
  readonly text: string;
  readonly label: string;
  /** Position in the contribution lists of the model's snapshots, one list after the other. */
  readonly contribution: number;
  /** Item of the contribution. */
  readonly item: number;
  /** Position in the snapshots' tables, one after the other. */
  readonly entry: number;
  /** Bech32. */
  readonly contributor: string;
}

/** The cluster owners of snapshots: those that are trained on, and those that only judge. */
export interface SplitRows {
  readonly training: readonly TrainingRow[];
  readonly heldOut: readonly TrainingRow[];
}

/** False while a snapshot's held-out items are still to be drawn: nobody can train on it before. */
export function isDrawn({ owners, heldOutSeed }: Pick<Snapshot, "owners" | "heldOutSeed">): boolean {
  return owners.length === 0 || heldOutSeed.length > 0;
}

/**
 * Cluster owners in the order that fixes the weights: by snapshot, then item id, never by arrival. Of every contributor
 * of a snapshot one in ten is held out, as the snapshot's seed draws.
 * Throws InfluenceError hash-mismatch when table or items are not the snapshot's, or its seed is still to come.
 */
export function splitRows(sources: readonly SnapshotSource[]): SplitRows {
  const training: TrainingRow[] = [];
  const heldOut: TrainingRow[] = [];
  let contributions = 0;
  let entries = 0;
  for (const source of sources) {
    const owners = ownersOf(source, { contributions, entries });
    owners.sort((a, b) => compareBytes(a.itemId, b.itemId));
    const held = heldOutOf(source.snapshot, owners);
    training.push(...owners.filter((_, i) => !held.has(i)));
    heldOut.push(...owners.filter((_, i) => held.has(i)));
    contributions += source.snapshot.contributions.length;
    entries += source.table.entries.length;
  }
  return { training, heldOut };
}

/** The rows that are trained on and indexed, as `splitRows` gives them. */
export function trainingRows(sources: readonly SnapshotSource[]): TrainingRow[] {
  return [...splitRows(sources).training];
}

function heldOutOf(snapshot: Snapshot, owners: readonly TrainingRow[]): ReadonlySet<number> {
  if (snapshot.owners.length === 0) return new Set();
  if (!isDrawn(snapshot)) return refuse(snapshot, "its held-out items are not drawn yet");
  const drawn = drawHeldOut(snapshot.heldOutSeed, owners);
  if (drawn.length === snapshot.heldOut) return new Set(drawn);
  return refuse(snapshot, `${drawn.length} items are drawn, the chain counts ${snapshot.heldOut}`);
}

interface Offsets {
  readonly contributions: number;
  readonly entries: number;
}

function ownersOf({ snapshot, table, items }: SnapshotSource, offsets: Offsets): TrainingRow[] {
  const root = merkleRoot(table.entries.map((entry) => encodeBytes(SnapshotEntry, entry)));
  if (!equalBytes(root, snapshot.root)) refuse(snapshot, "its table does not lead to its root");
  if (table.entries.length !== snapshot.items) refuse(snapshot, "its table has another number of items");
  const owners = table.entries.flatMap((entry, index): TrainingRow[] => {
    if (entry.owner !== index) return [];
    const listed = snapshot.contributions[entry.contribution];
    const item = items[entry.contribution]?.[entry.item];
    if (!listed || !item) return refuse(snapshot, `entry ${index} names an item that does not exist`);
    if (!equalBytes(itemId(listed.contribution, entry.item, encodeBytes(Item, item)), entry.itemId)) {
      refuse(snapshot, `entry ${index} is not item ${entry.item} of contribution ${listed.contribution}`);
    }
    return [
      {
        itemId: entry.itemId,
        text: item.text,
        label: item.label,
        contribution: offsets.contributions + entry.contribution,
        item: entry.item,
        entry: offsets.entries + index,
        contributor: listed.contributor,
      },
    ];
  });
  if (owners.length !== snapshot.clusters) refuse(snapshot, "its table has another number of clusters");
  return owners;
}

function refuse(snapshot: Snapshot, what: string): never {
  throw new InfluenceError("hash-mismatch", `snapshot ${snapshot.id}: ${what}`);
}
