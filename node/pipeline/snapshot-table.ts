import { equalBytes } from "../../chain/crypto/bytes.ts";
import { merkleRoot } from "../../chain/crypto/merkle.ts";
import { BitArray } from "../../chain/types/bit-array.ts";
import { contributionRoot, itemId } from "../../modules/datanet/ids.ts";
import { ContributionItems, Item, SnapshotEntry, SnapshotTable } from "../../proto/gen/openledger/datanet/v1.ts";
import { decodeStrict, encodeBytes } from "../../proto/runtime.ts";
import { type BlobId, blobIdOf } from "../blobs/id.ts";
import { MAX_BLOB_BYTES } from "../blobs/limits.ts";
import { encodeManifest, intoChunks } from "../blobs/manifest.ts";
import { clusters, snapshotWitness } from "../influence/dedupe.ts";
import { SnapshotError } from "./snapshot-errors.ts";

/** One curated contribution of a window. */
export interface ContributionPart {
  readonly id: string;
  /** Items that its reveal declared. */
  readonly items: number;
  readonly root: Uint8Array;
  /** Bitmap of accepted items, as state holds it. */
  readonly accepted: Uint8Array;
  /** Encoded ContributionItems; undefined when no item was accepted, so that nobody needs the blob. */
  readonly blob: Uint8Array | undefined;
}

/** An accepted item with its place. */
export interface SnapshotItem {
  /** Position in the snapshot's contribution list. */
  readonly contribution: number;
  readonly item: number;
  readonly text: string;
  readonly label: string;
}

/** What a snapshot claim says, and the witness of its sketches. */
export interface SnapshotFacts {
  /** Merkle root over the encoded entries. */
  readonly root: Uint8Array;
  /** Number of accepted items. */
  readonly items: number;
  readonly clusters: number;
  /** Cluster owners of every contribution. */
  readonly owners: readonly number[];
  /** Id under which the table is stored: the blob's, or its manifest's when it is larger than one blob. */
  readonly blobId: BlobId;
  readonly witness: Float64Array;
}

export interface SnapshotContent extends SnapshotFacts {
  readonly entries: readonly SnapshotEntry[];
  /** Entry by entry. */
  readonly texts: readonly SnapshotItem[];
  /** Encoded SnapshotTable. */
  readonly table: Uint8Array;
}

/**
 * The table of a snapshot from its curated contributions in commit order: accepted items, their ids, and who owns each
 * cluster of near-duplicates. Throws SnapshotError `bad_blob`. Seconds of work for large windows: call it in a thread.
 */
export function snapshotContent(parts: readonly ContributionPart[]): SnapshotContent {
  const items: SnapshotItem[] = [];
  const ids: Uint8Array[] = [];
  for (const [contribution, part] of parts.entries()) {
    for (const { item, value, encoded } of acceptedItems(part)) {
      items.push({ contribution, item, text: value.text, label: value.label });
      ids.push(itemId(part.id, item, encoded));
    }
  }
  const bare = items.map(({ text }) => text);
  const found = clusters(bare);
  const entries = items.map(
    ({ contribution, item }, i): SnapshotEntry => ({
      contribution,
      item,
      itemId: ids[i] as Uint8Array,
      owner: found.owner[i] as number,
    }),
  );
  const table = encodeBytes(SnapshotTable, { entries });
  return {
    root: merkleRoot(entries.map((entry) => encodeBytes(SnapshotEntry, entry))),
    items: entries.length,
    clusters: found.clusters,
    owners: ownersOf(entries, parts.length),
    blobId: artefactId(table),
    witness: snapshotWitness(bare),
    entries,
    texts: items,
    table,
  };
}

function ownersOf(entries: readonly SnapshotEntry[], contributions: number): number[] {
  const owners = new Array<number>(contributions).fill(0);
  for (const [index, { owner, contribution }] of entries.entries()) if (owner === index) owners[contribution]!++;
  return owners;
}

/** Id of an artefact of any size: one blob when it fits, else the manifest of its chunks. */
export function artefactId(bytes: Uint8Array): BlobId {
  if (bytes.length <= MAX_BLOB_BYTES) return blobIdOf(bytes);
  return blobIdOf(encodeManifest({ size: bytes.length, chunks: intoChunks(bytes).map(blobIdOf) }));
}

interface AcceptedItem {
  readonly item: number;
  readonly value: Item;
  readonly encoded: Uint8Array;
}

function acceptedItems(part: ContributionPart): AcceptedItem[] {
  if (!part.blob) return [];
  const accepted = BitArray.fromBytes(part.items, part.accepted);
  const all = itemsOf(part, part.blob);
  return all
    .map((value, item) => ({ item, value, encoded: encodeBytes(Item, value) }))
    .filter(({ item }) => accepted.has(item));
}

/** The items of a contribution's blob, which must be those that its reveal bound. Throws SnapshotError `bad_blob`. */
function itemsOf({ id, items, root }: ContributionPart, blob: Uint8Array): readonly Item[] {
  const refuse = (reason: string, cause?: unknown): never => {
    throw new SnapshotError("bad_blob", `the items of contribution ${id} ${reason}`, { contribution: id, cause });
  };
  let decoded: readonly Item[] = [];
  try {
    decoded = decodeStrict(ContributionItems, blob).items;
  } catch (cause) {
    refuse("do not decode", cause);
  }
  if (decoded.length !== items) refuse(`are ${decoded.length}, the reveal declared ${items}`);
  if (!equalBytes(contributionRoot(decoded.map((item) => encodeBytes(Item, item))), root)) {
    refuse("have another merkle root than the revealed one");
  }
  return decoded;
}
