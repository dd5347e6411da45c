import { equalBytes } from "../../chain/crypto/bytes.ts";
import { merkleRoot } from "../../chain/crypto/merkle.ts";
import { SnapshotEntry, SnapshotTable } from "../../proto/gen/openledger/datanet/v1.ts";
import { decodeStrict, encodeBytes } from "../../proto/runtime.ts";
import { ExplainError } from "./errors.ts";
import type { ExplainInputs } from "./inputs.ts";

export interface ListedContribution {
  readonly contribution: string;
  readonly contributor: string;
}

/** The tables of a model's snapshots, one after the other: what index rows refer to. */
export interface ClusterTable {
  readonly entries: readonly SnapshotEntry[];
  readonly contributions: readonly ListedContribution[];
  /** Every table has the root that its snapshot was accepted with. */
  readonly isRegistered: boolean;
}

/** Throws ExplainError `bad_blob`. */
export function clusterTable(snapshots: ExplainInputs["snapshots"]): ClusterTable {
  const entries: SnapshotEntry[] = [];
  const contributions: ListedContribution[] = [];
  let isRegistered = true;
  for (const { snapshot, table } of snapshots) {
    const read = readTable(snapshot.id, table);
    const root = merkleRoot(read.map((entry) => encodeBytes(SnapshotEntry, entry)));
    isRegistered &&= equalBytes(root, snapshot.root);
    const [place, first] = [contributions.length, entries.length];
    for (const entry of read) {
      entries.push({ ...entry, contribution: entry.contribution + place, owner: entry.owner + first });
    }
    contributions.push(...snapshot.contributions);
  }
  return { entries, contributions, isRegistered };
}

function readTable(snapshot: string, table: Uint8Array): readonly SnapshotEntry[] {
  try {
    return decodeStrict(SnapshotTable, table).entries;
  } catch (cause) {
    throw new ExplainError("bad_blob", `the table of snapshot ${snapshot} does not decode`, { cause });
  }
}
