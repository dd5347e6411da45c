import { fromBech32 } from "../../chain/crypto/bech32.ts";
import { equalBytes, toHex } from "../../chain/crypto/bytes.ts";
import { contributionRoot } from "../../modules/datanet/ids.ts";
import {
  type Contribution,
  ContributionItems,
  Item,
  Query,
  type Snapshot,
  SnapshotStatus,
  SnapshotTable,
} from "../../proto/gen/openledger/datanet/v1.ts";
import { decodeStrict, encodeBytes } from "../../proto/runtime.ts";
import { type ArtefactSource, artefact } from "../attest/artefacts.ts";
import type { Ask } from "../attest/ask.ts";
import { BlobError } from "../blobs/index.ts";
import type { SourceRows } from "../factory/job/data.ts";
import { isDrawn, type SnapshotSource, trainingRows } from "../pipeline/training-rows.ts";
import { JobDataError } from "./errors.ts";

/** Where state and blobs come from: a node's own, or those of an RPC server. */
export interface JobPorts {
  readonly ask: Ask;
  readonly blobs: ArtefactSource;
}

/** A table of this many bytes has over five million entries. */
const MAX_TABLE_BYTES = 256 * 1024 * 1024;

/** Contributions whose blobs are fetched at once. */
const PARALLEL = 8;

/** An accepted snapshot with its table and the items that it lists. Throws JobDataError. */
export async function snapshotSource(id: string, ports: JobPorts): Promise<SnapshotSource> {
  const { snapshot } = await ports.ask(Query.Snapshot, { id });
  if (snapshot?.status !== SnapshotStatus.SNAPSHOT_STATUS_ACCEPTED) {
    throw new JobDataError("inconsistent", `there is no accepted snapshot ${id}`);
  }
  if (!isDrawn(snapshot)) throw new JobDataError("missing", `the held-out items of ${id} are not drawn yet`);
  const table = decodeStrict(SnapshotTable, await fetchBlob(ports, snapshot.blob, `table of ${id}`), MAX_TABLE_BYTES);
  return { snapshot, table, items: await itemsOf(snapshot, ports) };
}

/** The cluster owners of an accepted snapshot that may be trained on, checked against the chain's roots. Throws JobDataError. */
export async function snapshotRows(id: string, ports: JobPorts): Promise<SourceRows> {
  return sourceRows(await snapshotSource(id, ports));
}

/** The cluster owners of a snapshot but for held-out ones, as jobs and claims take them. Throws InfluenceError hash-mismatch. */
export function sourceRows(source: SnapshotSource): SourceRows {
  const { id, root } = source.snapshot;
  const rows = trainingRows([source]).map(({ itemId, text, label, contributor }) => {
    return { itemId, text, label, contributor: fromBech32(contributor) };
  });
  return { snapshot: id, root, rows };
}

/** An artefact by its id. Throws JobDataError missing. */
export async function fetchBlob({ blobs }: JobPorts, id: Uint8Array, what: string): Promise<Uint8Array> {
  try {
    return await artefact(blobs, toHex(id));
  } catch (cause) {
    if (!(cause instanceof BlobError)) throw cause;
    throw new JobDataError("missing", `${what}: ${cause.message}`, { cause });
  }
}

async function itemsOf(snapshot: Snapshot, ports: JobPorts): Promise<(readonly Item[] | undefined)[]> {
  const found: (readonly Item[] | undefined)[] = [];
  for (let at = 0; at < snapshot.contributions.length; at += PARALLEL) {
    const some = snapshot.contributions.slice(at, at + PARALLEL);
    const parts = some.map(({ contribution, accepted }) => (accepted > 0 ? items(contribution, ports) : undefined));
    found.push(...(await Promise.all(parts)));
  }
  return found;
}

async function items(id: string, ports: JobPorts): Promise<readonly Item[]> {
  const { contribution } = await ports.ask(Query.Contribution, { id });
  if (!contribution) throw new JobDataError("inconsistent", `there is no contribution ${id}`);
  const blob = await fetchBlob(ports, contribution.blob, `items of contribution ${id}`);
  const decoded = decodeItems(blob);
  if (decoded && isRevealed(contribution, decoded)) return decoded;
  throw new JobDataError("inconsistent", `the blob of contribution ${id} is not what it revealed`);
}

function decodeItems(blob: Uint8Array): readonly Item[] | undefined {
  try {
    return decodeStrict(ContributionItems, blob).items;
  } catch {
    return undefined;
  }
}

function isRevealed(contribution: Contribution, found: readonly Item[]): boolean {
  return equalBytes(contributionRoot(found.map((item) => encodeBytes(Item, item))), contribution.root);
}
