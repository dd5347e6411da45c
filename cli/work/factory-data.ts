import { basename } from "node:path";
import { compareBytes, toHex } from "../../chain/crypto/bytes.ts";
import { merkleRoot } from "../../chain/crypto/merkle.ts";
import { taggedHash, utf8Bytes } from "../../chain/crypto/tagged.ts";
import type { JobRow, SourceRows } from "../../node/factory/job/index.ts";
import { clusters } from "../../node/influence/dedupe.ts";
import { sourceRows } from "../../node/jobs/index.ts";
import { splitRows, type TrainingRow } from "../../node/pipeline/training-rows.ts";
import { ChainClient } from "../chain/client.ts";
import { usageError } from "../errors.ts";
import { readCsv } from "./csv.ts";
import type { Progress } from "./progress.ts";
import { loadSnapshot } from "./snapshot-source.ts";

/** Where a job's rows come from; kept with the job, so that they can be taken from there again. */
export type RowsOrigin =
  | { readonly kind: "snapshots"; readonly ids: readonly string[] }
  | {
      readonly kind: "csv";
      readonly file: string;
      readonly textColumn: string;
      /** Absent for language: labels are not read. */
      readonly labelColumn?: string | undefined;
      readonly keepDuplicates: boolean;
    };

/** The rows of a job, as computed from their origin. */
export interface JobRows {
  readonly sources: readonly SourceRows[];
  /** Classes in output order. */
  readonly labels: readonly string[];
  /** Rows of snapshots with their places, for the index; none from a CSV file. */
  readonly placed: readonly TrainingRow[];
  /** Rows of snapshots that only judge, as the snapshots' seeds draw them; absent from a CSV file. */
  readonly heldOut?: readonly TrainingRow[];
}

/** Takes rows from snapshots on chain or from a file. Checks everything that comes from blobs against the chain's roots. */
export function loadRows(origin: RowsOrigin, node: string, progress: Progress): Promise<JobRows> {
  return origin.kind === "csv" ? Promise.resolve(csvRows(origin)) : snapshotRows(origin.ids, node, progress);
}

async function snapshotRows(ids: readonly string[], node: string, progress: Progress): Promise<JobRows> {
  if (new Set(ids).size !== ids.length) throw usageError("--snapshot names a snapshot twice");
  const client = await ChainClient.connect(node);
  const loaded = [];
  for (const id of ids) loaded.push(await loadSnapshot(client, id, progress));
  const { training: placed, heldOut } = splitRows(loaded.map(({ source }) => source));
  const sources = loaded.map(({ source }) => sourceRows(source));
  const used = new Set(placed.map(({ label }) => label));
  const labels = [...new Set(loaded.flatMap(({ datanet }) => datanet.labels))].filter((label) => used.has(label));
  return { sources, labels, placed, heldOut };
}

/** A file as if it were a snapshot: its root is over the item ids, each row its own contributor. */
function csvRows(origin: RowsOrigin & { readonly kind: "csv" }): JobRows {
  const { file, textColumn, labelColumn, keepDuplicates } = origin;
  const all = readCsv(file, { text: textColumn, label: labelColumn });
  const owner = keepDuplicates ? undefined : clusters(all.map(({ text }) => text)).owner;
  const rows = new Map<string, JobRow>();
  for (const [i, { text, label }] of all.entries()) {
    if (owner && owner[i] !== i) continue;
    const itemId = taggedHash("openledger/csv-item", utf8Bytes(text), utf8Bytes(label));
    const known = toHex(itemId);
    if (!rows.has(known)) rows.set(known, { itemId, text, label, contributor: itemId });
  }
  const sorted = [...rows.values()].sort((a, b) => compareBytes(a.itemId, b.itemId));
  const source = {
    snapshot: `csv/${basename(file)}`,
    root: merkleRoot(sorted.map(({ itemId }) => itemId)),
    rows: sorted,
  };
  const labels = [...new Set(sorted.map(({ label }) => label))].filter((label) => label !== "").sort();
  return { sources: [source], labels, placed: [] };
}
