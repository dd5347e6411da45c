import { setTimeout as sleep } from "node:timers/promises";
import { fromHex, toHex } from "../../chain/crypto/bytes.ts";
import {
  adoptJobFolder,
  Challenger,
  challengeMessage,
  type DisputedTraining,
  disputedTraining,
  FolderStates,
  isDue,
  makeMove,
  type Player,
  Poster,
  playDispute,
  type SidePorts,
  type TraceOptions,
} from "../../node/disputes/index.ts";
import { decodeManifest } from "../../node/factory/job/index.ts";
import { NodeRpc } from "../../node/serving/index.ts";
import { type Claim, Query as ClaimQuery } from "../../proto/gen/openledger/attribution/v1.ts";
import { type Dispute, DisputePhase, Query } from "../../proto/gen/openledger/dispute/v1.ts";
import type { ChainClient } from "../chain/client.ts";
import { CliError, EXIT } from "../errors.ts";
import { formatOpen } from "../output.ts";
import { uploadArtefact } from "./artefacts.ts";
import { fetchDispute, fetchDisputes, phaseName, stageText } from "./disputes.ts";
import type { Progress } from "./progress.ts";
import type { Session } from "./session.ts";

export interface SideOptions {
  /** Folder of an own job whose checkpoints are taken where they fit. */
  readonly dir: string | undefined;
  /** Home folder: states are kept in `disputes`, and jobs in `jobs`, by chain. */
  readonly home: string;
  readonly workers: number | undefined;
  readonly everyMs: number;
  readonly signal: AbortSignal;
}

export function sidePorts(session: Session): SidePorts {
  const { client, address, uploader } = session;
  const rpc = new NodeRpc(client.url);
  return {
    ...{ ask: rpc.ask, blobs: rpc, address },
    upload: async (bytes) => fromHex(await uploadArtefact(client.url, uploader, bytes)),
    send: async ({ typeUrl, value }) => void (await session.send([{ typeUrl, value }])),
  };
}

/** Recomputes a claimed training, challenges it if something differs, and plays to the end; an open challenge of one's own is gone on with. */
export async function challengeClaim(
  session: Session,
  claim: Claim,
  options: SideOptions,
  progress: Progress,
): Promise<Dispute> {
  const { client, address } = session;
  const ports = sidePorts(session);
  const { player, training } = await openChallenger(session, claim, options, progress);
  try {
    const own = (await fetchDisputes(client, toHex(claim.id))).find(
      (each) => isOpen(each) && each.challenger === address,
    );
    if (!own) {
      await noteStakes(session, claim, progress);
      await ports.send(challengeMessage(claim.id, training.log, address));
    }
    const disputes = await fetchDisputes(client, toHex(claim.id));
    const begun = disputes.findLast((each) => each.challenger === address);
    if (!begun) throw new CliError(EXIT.failure, "the challenge is not on the chain", "try again");
    return await play(begun.id, player, ports, options, progress);
  } finally {
    await player.close();
  }
}

/** Makes the one move that is due to this account; the dispute after it. Throws CliError when none is. */
export async function answerOnce(
  session: Session,
  id: string,
  options: SideOptions,
  progress: Progress,
): Promise<Dispute> {
  const dispute = await fetchDispute(session.client, id);
  const player = await playerOf(session, dispute, options, progress);
  try {
    if (!isDue(dispute, player)) {
      throw new CliError(EXIT.refused, `no move of yours is due: the dispute is at ${phaseName(dispute.phase)}`);
    }
    await makeMove(dispute, player, sidePorts(session));
    return await fetchDispute(session.client, id);
  } finally {
    await player.close();
  }
}

/** Plays one dispute to its end, on whichever side this account is. */
export async function answerDispute(
  session: Session,
  id: string,
  options: SideOptions,
  progress: Progress,
): Promise<Dispute> {
  const player = await playerOf(session, await fetchDispute(session.client, id), options, progress);
  try {
    return await play(fromHex(id), player, sidePorts(session), options, progress);
  } finally {
    await player.close();
  }
}

/** Disputes that are watched, by id, with the player of those that were answered. */
type Watched = Map<string, Player | undefined>;

/** Answers every challenge of this account's claims, one after the other's move, until the signal; those that ended. */
export async function answerAll(
  session: Session,
  options: SideOptions & { readonly once: boolean },
  progress: Progress,
): Promise<Dispute[]> {
  const players: Watched = new Map();
  const over: Dispute[] = [];
  try {
    while (!options.signal.aborted && !(options.once && over.length > 0)) {
      over.push(...(await answerRound(session, { players, options }, progress)));
      await sleep(options.everyMs, undefined, { signal: options.signal }).catch(() => undefined);
    }
  } finally {
    for (const player of players.values()) await player?.close();
  }
  return over;
}

/** One look at all open disputes of this account's claims. */
async function answerRound(
  session: Session,
  { players, options }: { readonly players: Watched; readonly options: SideOptions },
  progress: Progress,
): Promise<Dispute[]> {
  const open = (await fetchDisputes(session.client)).filter(({ poster }) => poster === session.address);
  for (const dispute of open) {
    const id = toHex(dispute.id);
    players.set(id, players.get(id));
    if (dispute.phase !== DisputePhase.DISPUTE_PHASE_RESPOND) continue;
    progress.note(stageText(dispute));
    // A dispute that cannot be answered must not keep the others from it.
    try {
      const player = players.get(id) ?? (await playerOf(session, dispute, options, progress));
      players.set(id, player);
      await makeMove(dispute, player, sidePorts(session));
    } catch (error) {
      progress.note(`  ${(error as Error).message}`);
    }
  }
  const ended: Dispute[] = [];
  for (const [id, player] of players) {
    if (open.some((dispute) => toHex(dispute.id) === id)) continue;
    const dispute = await fetchDispute(session.client, id);
    if (isOpen(dispute)) continue;
    await player?.close();
    players.delete(id);
    ended.push(dispute);
    progress.note(stageText(dispute));
  }
  return ended;
}

/** Follows a dispute without a move of one's own. */
export async function followDispute(
  client: ChainClient,
  id: string,
  { everyMs, signal }: Pick<SideOptions, "everyMs" | "signal">,
  progress: Progress,
): Promise<Dispute> {
  for (let seen = ""; ; ) {
    const dispute = await fetchDispute(client, id);
    const stage = stageText(dispute);
    if (stage !== seen) progress.note(stage);
    seen = stage;
    if (!isOpen(dispute) || signal.aborted) return dispute;
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
  }
}

async function play(
  id: Uint8Array,
  player: Player,
  ports: SidePorts,
  { everyMs, signal }: SideOptions,
  progress: Progress,
): Promise<Dispute> {
  return playDispute(id, player, ports, {
    ...{ everyMs, signal },
    onChange: (dispute) => progress.note(stageText(dispute)),
  });
}

async function playerOf(session: Session, dispute: Dispute, options: SideOptions, progress: Progress): Promise<Player> {
  const { claim } = await session.query(ClaimQuery.Claim, { claimId: dispute.claimId });
  if (!claim) throw new CliError(EXIT.notFound, `no claim ${toHex(dispute.claimId)}`);
  if (dispute.challenger === session.address) return (await openChallenger(session, claim, options, progress)).player;
  if (dispute.poster === session.address) {
    const training = await disputedTraining(claim, sidePorts(session));
    return new Poster(training, sidePorts(session), traceOptions(session, training, options, progress));
  }
  throw new CliError(EXIT.refused, `${session.address} is no side of this dispute`, "sign with another key: --from");
}

async function openChallenger(
  session: Session,
  claim: Claim,
  options: SideOptions,
  progress: Progress,
): Promise<{ readonly player: Challenger; readonly training: DisputedTraining }> {
  const ports = sidePorts(session);
  progress.note(`fetching the training of claim ${toHex(claim.id).slice(0, 16)}`);
  const training = await disputedTraining(claim, ports);
  const bar = progress.bar("computing", Number(training.log.head?.steps ?? 0n));
  const trace = traceOptions(session, training, options, progress);
  const onStep = (step: number) => bar.set(step);
  const { player, difference } = await Challenger.prepare(training, ports, { ...trace, onStep }).finally(() =>
    bar.end(),
  );
  progress.note(`the claim is wrong: ${difference.what}`);
  return { player, training };
}

/** States of a claim have a folder of their own, into which those of an own job go where they fit. */
function traceOptions(
  { chainId }: Session,
  { claim, inputs, log, job }: DisputedTraining,
  { dir, home, workers, signal }: SideOptions,
  progress: Progress,
): TraceOptions {
  const states = new FolderStates(`${home}/disputes/${chainId}/${toHex(claim.id)}`);
  const own = dir ?? (job && `${home}/jobs/${chainId}/${job}`);
  const taken = own ? adoptJobFolder(states, own, { manifest: decodeManifest(inputs.manifest), log }) : 0;
  if (taken > 0) progress.note(`${taken} checkpoints of ${own}`);
  return { states, workers, signal };
}

/** What a challenge costs and can win, before it is sent. */
async function noteStakes({ client }: Session, claim: Claim, progress: Progress): Promise<void> {
  const { params } = await client.query(Query.Params, {});
  if (!params) return;
  const won = (BigInt(claim.bond) * BigInt(params.winnerBps)) / 10_000n;
  const bond = formatOpen(BigInt(params.challengeBond));
  progress.note(
    `challenging for a bond of ${bond}: it comes back with ${formatOpen(won)} of the claim's bond, or is lost`,
  );
}

function isOpen({ phase }: Dispute): boolean {
  return phase !== DisputePhase.DISPUTE_PHASE_OVER;
}
