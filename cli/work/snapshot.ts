import { fromHex, toHex } from "../../chain/crypto/bytes.ts";
import { snapshotId } from "../../modules/datanet/ids.ts";
import { type BlobId, downloadBlob } from "../../node/blobs/index.ts";
import { buildSnapshot } from "../../node/pipeline/snapshot.ts";
import { Query as ClaimQuery } from "../../proto/gen/openledger/attribution/v1.ts";
import { MsgPostSnapshot, Query, type Snapshot, SnapshotStatus } from "../../proto/gen/openledger/datanet/v1.ts";
import { CliError, EXIT } from "../errors.ts";
import { uploadArtefact } from "./artefacts.ts";
import type { Progress } from "./progress.ts";
import type { Session } from "./session.ts";
import { waitFor } from "./wait.ts";

/** A claim lives some ten blocks; a slow network makes one in seconds. */
const CLAIM_TIMEOUT_MS = 300_000;
/** Posts before giving up: validators that were busy once have the items at hand the next time. */
const ATTEMPTS = 3;

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
  const { root, clusters, owners } = built;
  const items = built.entries.length;
  progress.note(`${items} items in ${clusters} clusters; validators recompute them`);
  const id = snapshotId(datanet, window);
  const value = { poster: session.address, datanet, window, root, items, clusters, owners, blob: fromHex(blob) };
  for (let attempt = 1; ; attempt++) {
    const standing = await standingSnapshot(session, id);
    if (!standing) await session.send([{ typeUrl: MsgPostSnapshot.typeUrl, value }]);
    const snapshot = await decided(session, id);
    if (snapshot.status === SnapshotStatus.SNAPSHOT_STATUS_ACCEPTED) break;
    const again = snapshot.status === SnapshotStatus.SNAPSHOT_STATUS_NO_QUORUM && attempt < ATTEMPTS;
    if (!again) throw await refusal(session, snapshot);
    progress.note(`attempt ${attempt} found too few answers in time: posting again`);
  }
  return { snapshot: id, root: toHex(root), items, clusters, blob, status: "accepted" };
}

/** A snapshot of the window that is accepted, or may still be. */
async function standingSnapshot(session: Session, id: string): Promise<Snapshot | undefined> {
  const found = await session.find(Query.Snapshot, { id });
  const { snapshot } = found ?? {};
  const stands =
    snapshot?.status === SnapshotStatus.SNAPSHOT_STATUS_PENDING ||
    snapshot?.status === SnapshotStatus.SNAPSHOT_STATUS_ACCEPTED;
  return stands ? snapshot : undefined;
}

function decided(session: Session, id: string): Promise<Snapshot> {
  const ask = async () => {
    const { snapshot } = await session.query(Query.Snapshot, { id });
    return snapshot && snapshot.status !== SnapshotStatus.SNAPSHOT_STATUS_PENDING ? snapshot : undefined;
  };
  return waitFor(ask, { what: `the verdict on snapshot ${id}`, timeoutMs: CLAIM_TIMEOUT_MS });
}

async function refusal(session: Session, { id, claimId, status }: Snapshot): Promise<CliError> {
  const { outcome } = await session.query(ClaimQuery.Claim, { claimId });
  const answered = outcome?.members.filter((member) => member.answered).length ?? 0;
  const answers = `${answered} of ${outcome?.members.length ?? 0} validators answered`;
  if (status === SnapshotStatus.SNAPSHOT_STATUS_REJECTED) {
    const hint = "the bond is forfeited; the window may be posted again, with what validators compute";
    return new CliError(EXIT.refused, `snapshot ${id} was rejected: ${answers}`, hint);
  }
  return new CliError(
    EXIT.refused,
    `snapshot ${id} was left without quorum: ${answers}`,
    "the bond is back but for a burnt tenth; see that the blobs are reachable, then post it again",
  );
}
