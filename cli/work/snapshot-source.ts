import { toHex } from "../../chain/crypto/bytes.ts";
import type { SnapshotSource } from "../../node/pipeline/training-rows.ts";
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

/** A table of this many bytes has over five million entries. */
const MAX_TABLE_BYTES = 256 * 1024 * 1024;
const PARALLEL_DOWNLOADS = 8;

export interface LoadedSnapshot {
  readonly source: SnapshotSource;
  readonly datanet: DataNet;
}

/** An accepted snapshot with its table and items from the node's blobs, checked against the chain's roots. */
export async function loadSnapshot(client: ChainClient, id: string, progress: Progress): Promise<LoadedSnapshot> {
  const { snapshot } = await client.query(Query.Snapshot, { id });
  if (!snapshot) throw new CliError(EXIT.notFound, `no snapshot ${id}`, "see `openledgerd query datanet snapshots`");
  if (snapshot.status !== SnapshotStatus.SNAPSHOT_STATUS_ACCEPTED) {
    throw new CliError(EXIT.refused, `snapshot ${id} is not accepted`, "wait until its claim is, or post it again");
  }
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

async function itemsOf(client: ChainClient, snapshot: Snapshot, id: string) {
  const { contribution } = await client.query(Query.Contribution, { id });
  const items = contribution && (await fetchItems(client.url, contribution));
  if (items) return items;
  throw new CliError(EXIT.failure, `snapshot ${snapshot.id}: the blob of contribution ${id} is not what it revealed`);
}
