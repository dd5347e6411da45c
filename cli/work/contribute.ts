import { sha256 } from "../../chain/crypto/hash.ts";
import { uploadBlob } from "../../node/blobs/index.ts";
import {
  type Contribution,
  ContributionStatus,
  type DataNet,
  MsgCommitContribution,
  MsgRevealContribution,
  Query,
  WindowPhase,
} from "../../proto/gen/openledger/datanet/v1.ts";
import { CliError, EXIT, usageError } from "../errors.ts";
import { type Batch, makeBatches } from "./batches.ts";
import type { CsvRow } from "./csv.ts";
import { loadPending, type Origin, type Pending, removePending, savePending } from "./pending.ts";
import type { Progress } from "./progress.ts";
import type { Session } from "./session.ts";
import { waitFor } from "./wait.ts";

/** Messages of one transaction: far below the gas and bytes of a block. */
const MESSAGES_PER_TX = 50;
const NEXT_BLOCK_TIMEOUT_MS = 60_000;

export interface Submission {
  readonly datanet: string;
  /** Where the rows were read, for messages. */
  readonly file: string;
  readonly rows: readonly CsvRow[];
  /** Undefined: the DataNet's own licence. */
  readonly licence: string | undefined;
  readonly source: string;
  readonly synthetic: boolean;
  readonly parents: readonly string[];
}

export interface Submitted {
  readonly contribution: string;
  readonly items: number;
  readonly height: number;
}

/** Commits to all rows, in their order. What the reveal needs is on disk before anything is sent. */
export async function commitContributions(
  session: Session,
  submission: Submission,
  progress: Progress,
): Promise<Submitted[]> {
  const { datanet } = submission;
  const net = await openWindow(session, datanet);
  const { params } = await session.query(Query.Params, {});
  const batches = makeBatches(submission.rows, {
    file: submission.file,
    datanet,
    window: net.window,
    contributor: session.address,
    privateKey: session.key.privateKey,
    labels: net.labels,
    maxItems: params?.maxItems ?? 0,
    maxBytes: Number(params?.maxBytes ?? 0n),
  });
  const origin = originOf(submission, net);
  for (const batch of batches) savePending(session.folder("contributions"), datanet, batch, origin);
  progress.note(`committing ${submission.rows.length} items in ${batches.length} contributions to ${datanet}`);
  const committed: Submitted[] = [];
  for (const part of partsOf(batches)) {
    const { height } = await session.send(part.map((batch) => commitMessage(session, datanet, batch)));
    committed.push(...part.map(({ id, items }) => ({ contribution: id, items, height })));
  }
  return committed;
}

async function openWindow(session: Session, datanet: string): Promise<DataNet> {
  const { datanet: net } = await session.query(Query.DataNet, { id: datanet });
  if (!net) throw new CliError(EXIT.notFound, `no DataNet ${datanet}`, "see `openledgerd query datanet data-nets`");
  if (net.phase === WindowPhase.WINDOW_PHASE_SUBMIT) return net;
  throw new CliError(
    EXIT.refused,
    `window ${net.window} of ${datanet} takes no contributions any more`,
    "wait until its creator opens the next window (tx datanet advance-window)",
  );
}

function originOf({ licence, source, synthetic, parents }: Submission, net: DataNet): Origin {
  const named = licence ?? net.licence;
  if (named === "")
    throw usageError(`DataNet ${net.id} sets no licence`, "name yours with --licence, for example CC-BY-4.0");
  if (net.licence !== "" && named !== net.licence) {
    throw usageError(
      `DataNet ${net.id} takes data under ${net.licence} only, not ${named}`,
      `--licence ${net.licence}`,
    );
  }
  return { licence: named, source, synthetic, parents };
}

function commitMessage({ address }: Session, datanet: string, { commitment }: Batch) {
  return { typeUrl: MsgCommitContribution.typeUrl, value: { contributor: address, datanet, commitment } };
}

/** Uploads and reveals what this account committed and has not revealed. */
export async function revealContributions(
  session: Session,
  datanet: string | undefined,
  progress: Progress,
): Promise<Submitted[]> {
  const folder = session.folder("contributions");
  const saved = loadPending(folder).filter((pending) => datanet === undefined || pending.datanet === datanet);
  const due: Pending[] = [];
  let lastCommit = 0;
  for (const pending of saved) {
    const found = await session.find(Query.Contribution, { id: pending.contribution });
    const state = found?.contribution;
    if (state?.status === ContributionStatus.CONTRIBUTION_STATUS_COMMITTED) {
      due.push(pending);
      lastCommit = Math.max(lastCommit, Number(state.commitHeight));
    } else if (state) {
      noteOver(state, progress);
      removePending(folder, pending.contribution);
    }
  }
  if (due.length === 0) {
    throw new CliError(
      EXIT.notFound,
      "no commitment waits for its reveal",
      "start with `openledgerd contribute commit`",
    );
  }
  // The items are public from here on: their commitments are in a block already.
  await uploadAll(session, due, progress);
  await laterThan(session, lastCommit);
  const revealed: Submitted[] = [];
  for (const part of partsOf(due)) {
    const { height } = await session.send(part.map((pending) => revealMessage(session, pending)));
    revealed.push(...part.map(({ contribution, items }) => ({ contribution, items, height })));
    for (const { contribution } of part) removePending(folder, contribution);
  }
  return revealed;
}

function noteOver({ id, status }: Contribution, progress: Progress): void {
  if (status === ContributionStatus.CONTRIBUTION_STATUS_EXPIRED)
    progress.note(`${id} was not revealed in its window: its bond is burnt`);
}

async function uploadAll(session: Session, due: readonly Pending[], progress: Progress): Promise<void> {
  const bar = progress.bar("uploading", due.length);
  for (const [i, { bytes }] of due.entries()) {
    await uploadBlob(session.client.url, session.uploader, bytes);
    bar.set(i + 1);
  }
  bar.end();
}

/** A reveal is refused in its commitment's own block, and a simulation runs on the last one. */
async function laterThan(session: Session, height: number): Promise<void> {
  const ask = async () => {
    const { syncInfo } = await session.client.comet.status();
    return syncInfo.latestBlockHeight > height ? true : undefined;
  };
  await waitFor(ask, { what: `the block after ${height}`, timeoutMs: NEXT_BLOCK_TIMEOUT_MS });
}

function revealMessage({ address }: Session, pending: Pending) {
  const { contribution, salt, root, bytes, items, licence, source, synthetic, parents } = pending;
  const blob = sha256(bytes);
  const data = { blob, items, byteSize: BigInt(bytes.length), licence, source, synthetic, parents: [...parents] };
  return { typeUrl: MsgRevealContribution.typeUrl, value: { contributor: address, contribution, salt, root, ...data } };
}

function partsOf<T>(all: readonly T[]): T[][] {
  const parts: T[][] = [];
  for (let at = 0; at < all.length; at += MESSAGES_PER_TX) parts.push(all.slice(at, at + MESSAGES_PER_TX));
  return parts;
}
