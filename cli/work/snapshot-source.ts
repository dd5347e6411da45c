import { toHex } from "../../chain/crypto/bytes.ts";
import { isDrawn, type SnapshotSource } from "../../node/pipeline/training-rows.ts";
import {
  type DataNet,
  Query,
  type Snapshot,
  SnapshotStatus,
  SnapshotTable,
} from "../../proto/gen/openledger/datanet/v1.ts";
import { decodeStrict } from "../../proto/runtime.ts";
import type { ChainClient } from "../chain/client.ts";
import { CliError, EXIT } from "../errors.ts";
import { downloadArtefact } from "./artefacts.ts";
import { fetchItems } from "./curate.ts";
import { pooled } from "./pooled.ts";
import type { Progress } from "./progress.ts";
import { waitFor } from "./wait.ts";

/** A table of this many bytes has over five million entries. */
const MAX_TABLE_BYTES = 256 * 1024 * 1024;
const PARALLEL_DOWNLOADS = 8;
/** The draw follows three blocks after the acceptance. */
const DRAW_TIMEOUT_MS = 120_000;

export interface LoadedSnapshot {
  readonly source: SnapshotSource;
  readonly datanet: DataNet;
}

/**
 * An accepted snapshot with its table and items from the node's blobs, checked against the chain's roots. Waits until
 * its held-out items are drawn.
 */
export async function loadSnapshot(client: ChainClient, id: string, progress: Progress): Promise<LoadedSnapshot> {
  const snapshot = await drawnSnapshot(client, id, progress);
  const { datanet } = await client.query(Query.DataNet, { id: snapshot.datanet });
  if (!datanet) throw new CliError(EXIT.notFound, `no DataNet ${snapshot.datanet}`);
  const table = decodeStrict(SnapshotTable, await downloadArtefact(client.url, toHex(snapshot.blob)), MAX_TABLE_BYTES);
  const bar = progress.bar(`downloading ${id}`, snapshot.contributions.length);
  let done = 0;
  const items = await pooled(PARALLEL_DOWNLOADS, snapshot.contributions, async (listed) => {
    const loaded = listed.accepted > 0 ? await itemsOf(client, snapshot, listed.contribution) : undefined;
    bar.set(++done);
    return loaded;
  });
  bar.end();
  return { source: { snapshot, table, items }, datanet };
}

async function acceptedSnapshot(client: ChainClient, id: string): Promise<Snapshot> {
  const { snapshot } = await client.query(Query.Snapshot, { id });
  if (!snapshot) throw new CliError(EXIT.notFound, `no snapshot ${id}`, "see `openledgerd query datanet snapshots`");
  if (snapshot.status === SnapshotStatus.SNAPSHOT_STATUS_ACCEPTED) return snapshot;
  throw new CliError(EXIT.refused, `snapshot ${id} is not accepted`, "wait until its claim is, or post it again");
}

async function drawnSnapshot(client: ChainClient, id: string, progress: Progress): Promise<Snapshot> {
  const accepted = await acceptedSnapshot(client, id);
  if (isDrawn(accepted)) return accepted;
  progress.note(`waiting for block ${accepted.heldOutHeight}, which draws the held-out items of ${id}`);
  const ask = async () => {
    const snapshot = await acceptedSnapshot(client, id);
    return isDrawn(snapshot) ? snapshot : undefined;
  };
  return waitFor(ask, { what: `the draw of held-out items of ${id}`, timeoutMs: DRAW_TIMEOUT_MS });
}

async function itemsOf(client: ChainClient, snapshot: Snapshot, id: string) {
  const { contribution } = await client.query(Query.Contribution, { id });
  const items = contribution && (await fetchItems(client.url, contribution));
  if (items) return items;
  throw new CliError(EXIT.failure, `snapshot ${snapshot.id}: the blob of contribution ${id} is not what it revealed`);
}
