import { fromHex, toHex } from "../../chain/crypto/bytes.ts";
import { snapshotId } from "../../modules/datanet/ids.ts";
import { type BlobId, downloadBlob } from "../../node/blobs/index.ts";
import { buildSnapshot } from "../../node/pipeline/snapshot.ts";
import { type Claim, Query as ClaimQuery, ClaimStatus } from "../../proto/gen/openledger/attribution/v1.ts";
import { MsgPostSnapshot, Query, SnapshotStatus } from "../../proto/gen/openledger/datanet/v1.ts";
import { CliError, EXIT } from "../errors.ts";
import { uploadArtefact } from "./artefacts.ts";
import type { Progress } from "./progress.ts";
import type { Session } from "./session.ts";
import { waitFor } from "./wait.ts";

/** A claim lives some ten blocks; a slow network makes one in seconds. */
const CLAIM_TIMEOUT_MS = 300_000;

export interface PostedSnapshot {
  readonly snapshot: string;
  readonly root: string;
  readonly items: number;
  readonly clusters: number;
  readonly blob: BlobId;
  readonly status: "accepted";
}

/** Computes a closed window's snapshot, uploads its table, posts it and waits for the validators' verdict. */
export async function postSnapshot(
  session: Session,
  { datanet, window }: { readonly datanet: string; readonly window: number },
  progress: Progress,
): Promise<PostedSnapshot> {
  const { url } = session.client;
  progress.note(`computing the snapshot of window ${window} of ${datanet}`);
  const blobs = { blob: (id: BlobId) => downloadBlob(url, id) };
  const built = await buildSnapshot({ datanet, window }, { ask: session.query, blobs });
  const blob = await uploadArtefact(url, session.uploader, built.table);
  const { root, clusters } = built;
  const items = built.entries.length;
  progress.note(`posting ${items} items in ${clusters} clusters; validators recompute them`);
  const value = { poster: session.address, datanet, window, root, items, clusters, blob: fromHex(blob) };
  await session.send([{ typeUrl: MsgPostSnapshot.typeUrl, value }]);
  const id = snapshotId(datanet, window);
  await verdictOn(session, id);
  return { snapshot: id, root: toHex(root), items, clusters, blob, status: "accepted" };
}

async function verdictOn(session: Session, id: string): Promise<void> {
  const ask = async () => {
    const { snapshot } = await session.query(Query.Snapshot, { id });
    return snapshot && snapshot.status !== SnapshotStatus.SNAPSHOT_STATUS_PENDING ? snapshot : undefined;
  };
  const { status, claimId } = await waitFor(ask, {
    what: `the verdict on snapshot ${id}`,
    timeoutMs: CLAIM_TIMEOUT_MS,
  });
  if (status === SnapshotStatus.SNAPSHOT_STATUS_ACCEPTED) return;
  const { claim, outcome } = await session.query(ClaimQuery.Claim, { claimId });
  const answered = outcome?.members.filter((member) => member.answered).length ?? 0;
  throw new CliError(
    EXIT.refused,
    `snapshot ${id} was ${claimWord(claim)}: ${answered} of ${outcome?.members.length ?? 0} validators answered`,
    status === SnapshotStatus.SNAPSHOT_STATUS_NO_QUORUM
      ? "the bond is back; post it again"
      : "the window may be posted again, with what validators compute",
  );
}

function claimWord(claim: Claim | undefined): string {
  return claim?.status === ClaimStatus.CLAIM_STATUS_REJECTED ? "rejected" : "left without quorum";
}
