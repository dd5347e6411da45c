import { fromBech32 } from "../../chain/crypto/bech32.ts";
import type { Model } from "../../proto/gen/openledger/modelregistry/v1.ts";
import type { SourceRows } from "../factory/job/data.ts";
import { type JobPorts, snapshotSource, sourceRows } from "../jobs/index.ts";
import { type SnapshotSource, splitRows, type TrainingRow } from "../pipeline/training-rows.ts";
import type { IndexedRow } from "./recompute-index.ts";

/** The rows of a model's snapshots, taken from the snapshots themselves. Throws JobDataError, InfluenceError. */
export async function modelSources(model: Model, ports: JobPorts): Promise<SourceRows[]> {
  return (await sourcesOf(model, ports)).map(sourceRows);
}

/** The rows of a model's index with their places, and those that only judge, both in the order of the training. */
export interface IndexedRows {
  readonly rows: readonly IndexedRow[];
  readonly heldOut: readonly TrainingRow[];
  /** The rows as a job takes them, by snapshot. */
  readonly sources: readonly SourceRows[];
}

/** Throws JobDataError, InfluenceError. */
export async function indexedRows(model: Model, ports: JobPorts): Promise<IndexedRows> {
  const sources = await sourcesOf(model, ports);
  const { training, heldOut } = splitRows(sources);
  const rows = training.map((row) => ({ ...row, contributor: fromBech32(row.contributor) }));
  return { rows, heldOut, sources: sources.map(sourceRows) };
}

async function sourcesOf({ snapshots }: Model, ports: JobPorts): Promise<SnapshotSource[]> {
  const sources: SnapshotSource[] = [];
  for (const id of snapshots) sources.push(await snapshotSource(id, ports));
  return sources;
}
