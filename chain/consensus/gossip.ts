import type { PartSetHeader } from "../types/block-id.ts";
import { isNil } from "../types/block-id.ts";
import type { Part } from "../types/part-set.ts";
import { PRECOMMIT, PREVOTE, type Vote, type VoteType } from "../types/vote.ts";
import type { Effect } from "./effect.ts";
import type { Engine } from "./engine.ts";
import type { HeightDriver } from "./height-driver.ts";
import type { PeerId } from "./input.ts";
import type { LastHeight } from "./last-height.ts";
import {
  MAX_MESSAGE_BYTES,
  MAX_PARTS_PER_TICK,
  MAX_PEERS,
  MAX_VOTES_PER_MESSAGE,
  STATUS_EVERY_TICKS,
  VOTE_OVERHEAD_BYTES,
} from "./limits.ts";
import type { Message, Status } from "./message.ts";
import { PeerState } from "./peer-state.ts";
import { statusOf } from "./status.ts";
import type { VoteSet } from "./vote-set.ts";

/**
 * Carries proposals, parts and votes to peers of any kind. Own messages go to everybody at once; what is new is relayed
 * at once to peers of this height that lack it; and on every tick a peer gets what its last status says it lacks, also
 * one that is still at the height before. Nothing relies on a message arriving: a status is repeated, and beliefs about
 * a peer end with its next one.
 */
export class Gossip {
  readonly #engine: Engine;
  readonly #emit: (effect: Effect) => void;
  readonly #peers: Map<PeerId, PeerState> = new Map();
  /** Peers served between two ticks because they moved: once each, or small statuses could draw any amount of parts. */
  readonly #eager: Set<PeerId> = new Set();
  #ticks = 0;
  #announced = "";

  constructor(engine: Engine, emit: (effect: Effect) => void) {
    this.#engine = engine;
    this.#emit = emit;
  }

  peerUp(peer: PeerId): void {
    if (this.#peers.has(peer) || this.#peers.size >= MAX_PEERS) return;
    this.#peers.set(peer, new PeerState());
    const { driver } = this.#engine;
    if (driver) this.#emit({ kind: "send", peer, message: { kind: "status", status: statusOf(driver) } });
  }

  peerDown(peer: PeerId): void {
    this.#peers.delete(peer);
    this.#eager.delete(peer);
  }

  peerStatus(peer: PeerId, status: Status): void {
    const state = this.#peers.get(peer);
    if (!state?.setStatus(status) || this.#eager.has(peer)) return;
    this.#eager.add(peer);
    this.#serve(peer, state);
  }

  /** Heights by which the most advanced peer says it is ahead. */
  behind(): number {
    const own = this.#engine.driver?.context.height ?? 0;
    let best = own;
    for (const { status } of this.#peers.values()) if (status && status.height > best) best = status.height;
    return best - own;
  }

  tick(): void {
    this.#ticks++;
    this.#eager.clear();
    if (this.#ticks % STATUS_EVERY_TICKS === 0) this.#announced = "";
    for (const [peer, state] of this.#peers) this.#serve(peer, state);
  }

  /** Tells everybody when the node has moved to another height or round. */
  announce(): void {
    const { driver } = this.#engine;
    if (!driver) return;
    const position = `${driver.context.height} ${driver.state.round}`;
    if (position === this.#announced) return;
    this.#announced = position;
    this.#emit({ kind: "broadcast", message: { kind: "status", status: statusOf(driver) } });
  }

  /** An own message: to everybody, wherever they are. */
  publish(message: Message): void {
    for (const state of this.#peers.values()) if (state.status?.height === heightOf(message)) state.note(message);
    this.#emit({ kind: "broadcast", message });
  }

  /** A message that was new here: to peers of its height that are not known to have it. */
  relay(message: Message, from: PeerId | undefined): void {
    for (const [peer, state] of this.#peers) {
      if (peer === from) state.note(message);
      else if (state.status?.height === heightOf(message) && !hasAll(state, message)) this.#send(peer, state, message);
    }
  }

  #send(peer: PeerId, state: PeerState, message: Message): void {
    state.note(message);
    this.#emit({ kind: "send", peer, message });
  }

  #serve(peer: PeerId, state: PeerState): void {
    const { driver, last } = this.#engine;
    const { status } = state;
    if (!driver || !status) return;
    if (status.height === driver.context.height) this.#serveHeight(peer, state, { driver, status });
    else if (last && status.height === last.height) this.#serveLast(peer, state, last);
  }

  #serveHeight(peer: PeerId, state: PeerState, { driver, status }: { driver: HeightDriver; status: Status }): void {
    const { round } = driver.state;
    const proposal = driver.proposals.get(status.round);
    if (proposal && !state.hasProposal(status.round)) this.#send(peer, state, { kind: "proposal", proposal });
    this.#serveParts(peer, state, driver, proposal ? [proposal.blockId.parts] : []);
    const rounds = new Set([status.round, round]);
    for (const quorum of driver.votes.precommitQuorums()) rounds.add(quorum.round);
    if (proposal) rounds.add(proposal.polRound);
    for (const wanted of rounds) {
      if (wanted < status.round && wanted !== proposal?.polRound && !driver.votes.round(wanted)?.precommits.quorum)
        continue;
      this.#serveVotes(peer, state, driver, wanted, PREVOTE);
      this.#serveVotes(peer, state, driver, wanted, PRECOMMIT);
    }
  }

  /** Parts of blocks that the peer says it is assembling, and of the proposal it is about to learn of. */
  #serveParts(peer: PeerId, state: PeerState, driver: HeightDriver, offered: readonly PartSetHeader[]): void {
    const headers = [...(state.status?.parts.map(({ header }) => header) ?? []), ...offered];
    for (const entry of driver.blocks.entries()) {
      if (!headers.some((header) => entry.parts.hasHeader(header))) continue;
      const { total } = entry.blockId.parts;
      const parts = Array.from({ length: total }, (_, index) => entry.parts.get(index));
      this.#sendParts(peer, state, { height: driver.context.height, header: entry.blockId.parts, parts });
    }
  }

  #sendParts(
    peer: PeerId,
    state: PeerState,
    block: { readonly height: number; readonly header: PartSetHeader; readonly parts: readonly (Part | undefined)[] },
  ): void {
    const { height, header } = block;
    const lacking = block.parts.filter((part) => part !== undefined && !state.hasPart(header, part.index)) as Part[];
    for (const part of lacking.slice(0, MAX_PARTS_PER_TICK))
      this.#send(peer, state, { kind: "part", height, header, part });
  }

  #serveVotes(peer: PeerId, state: PeerState, driver: HeightDriver, round: number, type: VoteType): void {
    const set = driver.votes.set(round, type);
    if (!set) return;
    const lacking = set.votes().filter((vote) => !state.hasVote(round, type, vote.validatorIndex));
    const quorum = set.quorum && !isNil(set.quorum) && !state.hasQuorum(round, type);
    const old = round < (state.status?.round ?? 0);
    if (quorum && (old || lacking.length === 0)) this.#sendCertificate(peer, state, set, { round, type });
    else this.#sendVotes(peer, state, lacking);
  }

  /** A whole certificate counts even where the peer holds other votes of equivocators, or keeps no votes of the round. */
  #sendCertificate(
    peer: PeerId,
    state: PeerState,
    set: VoteSet,
    at: { readonly round: number; readonly type: VoteType },
  ): void {
    state.noteCertificate(at.round, at.type);
    this.#sendVotes(peer, state, set.quorumVotes());
  }

  #sendVotes(peer: PeerId, state: PeerState, votes: readonly Vote[]): void {
    for (const batch of batches(votes)) this.#send(peer, state, { kind: "votes", votes: batch });
  }

  /** A peer at the height that was decided last: the deciding precommits, and the block. */
  #serveLast(peer: PeerId, state: PeerState, last: LastHeight): void {
    const { round, blockId, precommits, parts, height } = last.fields;
    if (!state.hasQuorum(round, PRECOMMIT)) this.#sendCertificate(peer, state, precommits, { round, type: PRECOMMIT });
    if (parts) this.#sendParts(peer, state, { height, header: blockId.parts, parts });
  }
}

/** Votes in messages of at most {@link MAX_MESSAGE_BYTES}; nearly always one, so that a certificate arrives whole. */
function batches(votes: readonly Vote[]): Vote[][] {
  const out: Vote[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const vote of votes) {
    const size = VOTE_OVERHEAD_BYTES + vote.extension.length;
    const last = out.at(-1);
    if (!last || last.length === MAX_VOTES_PER_MESSAGE || bytes + size > MAX_MESSAGE_BYTES) {
      out.push([vote]);
      bytes = size;
    } else {
      last.push(vote);
      bytes += size;
    }
  }
  return out;
}

function heightOf(message: Message): number {
  switch (message.kind) {
    case "status":
      return message.status.height;
    case "proposal":
      return message.proposal.height;
    case "part":
      return message.height;
    case "votes":
      return message.votes[0]?.height ?? 0;
  }
}

function hasAll(state: PeerState, message: Message): boolean {
  switch (message.kind) {
    case "status":
      return false;
    case "proposal":
      return state.hasProposal(message.proposal.round);
    case "part":
      return state.hasPart(message.header, message.part.index);
    case "votes":
      return message.votes.every((vote) => state.hasVote(vote.round, vote.type, vote.validatorIndex));
  }
}
