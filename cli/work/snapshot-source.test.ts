import { expect, test } from "vitest";
import { Query, Snapshot, SnapshotStatus } from "../../proto/gen/openledger/datanet/v1.ts";
import type { ChainClient } from "../chain/client.ts";
import { SILENT } from "./progress.ts";
import { loadSnapshot } from "./snapshot-source.ts";

const ACCEPTED = Snapshot.fromPartial({
  ...{ id: "net/1", datanet: "net", status: SnapshotStatus.SNAPSHOT_STATUS_ACCEPTED, owners: [12] },
  ...{ heldOutHeight: 41n },
});
const DRAWN = { ...ACCEPTED, heldOutSeed: new Uint8Array(32).fill(1), heldOut: 1 };

/** A chain that answers with these snapshots, one a query, and knows no DataNet. */
function client(snapshots: readonly Snapshot[]): ChainClient & { asked: number } {
  const answers = { asked: 0 };
  const query = async (method: unknown) =>
    method === Query.Snapshot ? { snapshot: snapshots[answers.asked++] } : { datanet: undefined };
  return Object.assign(answers, { query }) as unknown as ChainClient & { asked: number };
}

function notesOf(snapshots: readonly Snapshot[]) {
  const notes: string[] = [];
  const chain = client(snapshots);
  const loading = loadSnapshot(chain, "net/1", { ...SILENT, note: (text) => notes.push(text) });
  return { notes, chain, loading };
}

test("behavior: waits for the draw of held-out items, and says which block makes it", async () => {
  const { notes, chain, loading } = notesOf([ACCEPTED, ACCEPTED, DRAWN]);
  await expect(loading).rejects.toThrow("no DataNet net");
  expect(notes).toEqual(["waiting for block 41, which draws the held-out items of net/1"]);
  expect(chain.asked).toBe(3);
});

test("default: a drawn snapshot, and one that holds nothing out, are not waited for", async () => {
  for (const snapshot of [DRAWN, { ...ACCEPTED, owners: [] }]) {
    const { notes, chain, loading } = notesOf([snapshot]);
    await expect(loading).rejects.toThrow("no DataNet net");
    expect([notes, chain.asked]).toEqual([[], 1]);
  }
});

test("behavior: a snapshot that is not accepted is refused", async () => {
  const pending = { ...ACCEPTED, status: SnapshotStatus.SNAPSHOT_STATUS_PENDING };
  await expect(notesOf([pending]).loading).rejects.toThrow("is not accepted");
});
