import { equalBytes, toHex } from "../../chain/crypto/bytes.ts";
import { utf8Bytes } from "../../chain/crypto/tagged.ts";
import { verdictCommitment } from "../../modules/curation/ids.ts";
import { contributionRoot } from "../../modules/datanet/ids.ts";
import { downloadBlob } from "../../node/blobs/index.ts";
import {
  type CurationVerdict,
  MsgCommitVerdict,
  MsgRevealVerdict,
  PanelStatus,
  Query,
  VerdictStatus,
} from "../../proto/gen/openledger/curation/v1.ts";
import {
  type Contribution,
  ContributionItems,
  Query as DatanetQuery,
  Item,
} from "../../proto/gen/openledger/datanet/v1.ts";
import { decodeStrict, encodeBytes } from "../../proto/runtime.ts";
import { CliError, EXIT } from "../errors.ts";
import { pooled } from "./pooled.ts";
import type { Progress } from "./progress.ts";
import { secretSalt } from "./salt.ts";
import type { Session } from "./session.ts";
import { bitmapOf, loadVerdict, removeVerdict, saveVerdict, type VerdictSource } from "./verdicts.ts";

/** Messages of one transaction: far below the gas and bytes of a block. */
const MESSAGES_PER_TX = 50;
/** Questions and downloads at a time. */
const PARALLEL = 8;
/** The most that the chain answers at once. */
const PAGE = 1000;

/** One seat of this curator on the panel of a contribution. */
export interface Seat {
  readonly contribution: Contribution;
  readonly verdict: CurationVerdict | undefined;
}

export interface Reviewed {
  readonly contribution: string;
  readonly items: number;
  readonly accepted: number;
}

/** Contributions of the DataNet's current window on whose drawn panels this curator sits, in commit order. */
export async function seatsOf(session: Session, datanet: string): Promise<Seat[]> {
  const { datanet: net } = await session.query(DatanetQuery.DataNet, { id: datanet });
  if (!net) throw new CliError(EXIT.notFound, `no DataNet ${datanet}`);
  const contributions = await windowContributions(session, datanet, net.window);
  const seats = await pooled(PARALLEL, contributions, async (contribution): Promise<Seat | undefined> => {
    const found = await session.find(Query.Panel, { contribution: contribution.id });
    if (found?.panel?.status !== PanelStatus.PANEL_STATUS_DRAWN) return undefined;
    if (!found.panel.curators.includes(session.address)) return undefined;
    const { verdicts } = await session.query(Query.Verdicts, { contribution: contribution.id });
    return { contribution, verdict: verdicts.find(({ curator }) => curator === session.address) };
  });
  return seats.filter((seat) => seat !== undefined);
}

export async function windowContributions(
  session: Pick<Session, "query">,
  datanet: string,
  window: number,
): Promise<Contribution[]> {
  const all: Contribution[] = [];
  for (let startSeq = 0; ; ) {
    const request = { datanet, window, startSeq, limit: PAGE };
    const { contributions } = await session.query(DatanetQuery.Contributions, request);
    const last = contributions.at(-1);
    if (!last) return all;
    all.push(...contributions);
    startSeq = last.seq + 1;
  }
}

/** Items of a contribution, undefined when its blob is not what it revealed: nothing of it can be accepted then. */
export async function fetchItems(url: string, contribution: Contribution): Promise<readonly Item[] | undefined> {
  const bytes = await downloadBlob(url, toHex(contribution.blob));
  let items: readonly Item[];
  try {
    items = decodeStrict(ContributionItems, bytes).items;
  } catch {
    return undefined;
  }
  if (items.length !== contribution.items || bytes.length !== Number(contribution.byteSize)) return undefined;
  const root = contributionRoot(items.map((item) => encodeBytes(Item, item)));
  return equalBytes(root, contribution.root) ? items : undefined;
}

/** Commits a verdict for every seat that has none yet. */
export async function commitVerdicts(
  session: Session,
  datanet: string,
  source: VerdictSource,
  progress: Progress,
): Promise<Reviewed[]> {
  const seats = (await seatsOf(session, datanet)).filter(({ verdict }) => verdict === undefined);
  if (seats.length === 0) {
    throw new CliError(
      EXIT.notFound,
      `no contribution of ${datanet} waits for this curator's verdict`,
      "see `openledgerd curate list`",
    );
  }
  const bar = progress.bar("reviewing", seats.length);
  let done = 0;
  const reviewed = await pooled(PARALLEL, seats, async ({ contribution }) => {
    const result = await review(session, contribution, source, progress);
    bar.set(++done);
    return result;
  });
  bar.end();
  for (let at = 0; at < reviewed.length; at += MESSAGES_PER_TX) {
    await session.send(reviewed.slice(at, at + MESSAGES_PER_TX).map(({ message }) => message));
  }
  return reviewed.map(({ contribution, items, accepted }) => ({ contribution, items, accepted }));
}

async function review(session: Session, contribution: Contribution, source: VerdictSource, progress: Progress) {
  const { id } = contribution;
  const items = await fetchItems(session.client.url, contribution);
  if (!items) progress.note(`${id}: its blob is not what was revealed, refusing all of it`);
  const verdict = items ? source(contribution, items) : new Array<boolean>(contribution.items).fill(false);
  const bitmap = bitmapOf(verdict);
  const salt = secretSalt(session.key.privateKey, "verdict", utf8Bytes(id), bitmap);
  saveVerdict(session.folder("verdicts"), id, { bitmap, salt });
  const commitment = verdictCommitment({ curator: session.address, contribution: id, bitmap, salt });
  const value = { curator: session.address, contribution: id, commitment };
  const message = { typeUrl: MsgCommitVerdict.typeUrl, value };
  return { contribution: id, items: contribution.items, accepted: verdict.filter(Boolean).length, message };
}

/** Reveals every committed verdict. */
export async function revealVerdicts(session: Session, datanet: string): Promise<Reviewed[]> {
  const folder = session.folder("verdicts");
  const seats = await seatsOf(session, datanet);
  const due = seats.filter(({ verdict }) => verdict?.status === VerdictStatus.VERDICT_STATUS_COMMITTED);
  if (due.length === 0) {
    throw new CliError(
      EXIT.notFound,
      `no verdict on ${datanet} waits for its reveal`,
      "start with `openledgerd curate commit`",
    );
  }
  const messages = due.map(({ contribution: { id } }) => {
    const { bitmap, salt } = loadVerdict(folder, id);
    return { typeUrl: MsgRevealVerdict.typeUrl, value: { curator: session.address, contribution: id, bitmap, salt } };
  });
  for (let at = 0; at < messages.length; at += MESSAGES_PER_TX)
    await session.send(messages.slice(at, at + MESSAGES_PER_TX));
  const reviewed = due.map(({ contribution: { id, items } }) => {
    const { bitmap } = loadVerdict(folder, id);
    return { contribution: id, items, accepted: bitmap.reduce((sum, byte) => sum + bitsOf(byte), 0) };
  });
  for (const { contribution } of reviewed) removeVerdict(folder, contribution);
  return reviewed;
}

function bitsOf(byte: number): number {
  let bits = 0;
  for (let rest = byte; rest > 0; rest >>= 1) bits += rest & 1;
  return bits;
}
