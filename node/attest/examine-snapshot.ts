import { equalBytes, toHex } from "../../chain/crypto/bytes.ts";
import type { Claim } from "../../proto/gen/openledger/attribution/v1.ts";
import { Query, type Snapshot } from "../../proto/gen/openledger/datanet/v1.ts";
import { SnapshotError, type SnapshotFacts, type SnapshotPorts, snapshotFacts } from "../pipeline/snapshot.ts";
import { abstained, accepted, type Finding, rejected } from "./attester.ts";

const utf8 = new TextDecoder();

/** Recomputes a snapshot: accepted items, their ids, duplicates and clusters, from the contributors' blobs. */
export async function examineSnapshot(claim: Claim, ports: SnapshotPorts): Promise<Finding> {
  const id = utf8.decode(claim.subject);
  const { snapshot } = await ports.ask(Query.Snapshot, { id });
  if (!snapshot || !equalBytes(snapshot.claimId, claim.id)) return abstained(`snapshot ${id} has another claim`, false);
  try {
    const facts = await snapshotFacts({ datanet: snapshot.datanet, window: snapshot.window }, ports);
    const difference = differenceOf(snapshot, facts);
    return difference === "" ? accepted(facts.witness) : rejected(difference, facts.witness);
  } catch (error) {
    if (error instanceof SnapshotError) return abstained(error.message, error.code === "missing_blob");
    throw error;
  }
}

function differenceOf(claimed: Snapshot, own: SnapshotFacts): string {
  if (claimed.items !== own.items) return `${own.items} items are accepted, not ${claimed.items}`;
  if (claimed.clusters !== own.clusters) return `there are ${own.clusters} clusters, not ${claimed.clusters}`;
  if (claimed.owners.join() !== own.owners.join()) return "contributions have other numbers of cluster owners";
  if (!equalBytes(claimed.root, own.root)) return `the entries have root ${toHex(own.root)}`;
  return toHex(claimed.blob) === own.blobId ? "" : `the table is blob ${own.blobId}`;
}
