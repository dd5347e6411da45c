import { parentPort, workerData } from "node:worker_threads";
import { SnapshotError } from "./snapshot-errors.ts";
import { type ContributionPart, type SnapshotFacts, snapshotContent } from "./snapshot-table.ts";

/** What the thread answers: the facts, or why there are none. */
export type SnapshotReply =
  | { readonly facts: SnapshotFacts }
  | { readonly failure: string; readonly contribution: string | undefined };

const { parts } = workerData as { readonly parts: readonly ContributionPart[] };

function reply(): SnapshotReply {
  try {
    const { root, items, clusters, owners, blobId, witness } = snapshotContent(parts);
    return { facts: { root, items, clusters, owners, blobId, witness } };
  } catch (error) {
    if (!(error instanceof SnapshotError)) throw error;
    return { failure: error.message, contribution: error.contribution };
  }
}

parentPort?.postMessage(reply());
