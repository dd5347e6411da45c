import { toHex } from "../crypto/bytes.ts";
import type { BitArray } from "../types/bit-array.ts";
import type { PartSetHeader } from "../types/block-id.ts";
import { PREVOTE, type VoteType } from "../types/vote.ts";
import type { Message, RoundStatus, Status } from "./message.ts";

/** What a peer said it has, and what has been sent to it since. Its next status replaces both. */
export class PeerState {
  #status: Status | undefined;
  #proposalRounds: Set<number> = new Set();
  #votes: Map<string, Set<number>> = new Map();
  #parts: Map<string, Set<number>> = new Map();
  #certificates: Set<string> = new Set();

  get status(): Status | undefined {
    return this.#status;
  }

  /** True when the peer has moved, so that serving it should not wait for the next tick. */
  setStatus(status: Status): boolean {
    const before = this.#status;
    this.#status = status;
    this.#proposalRounds = new Set(status.proposal ? [status.round] : []);
    this.#votes = new Map();
    this.#parts = new Map();
    this.#certificates = new Set();
    return before?.height !== status.height || before.round !== status.round;
  }

  hasProposal(round: number): boolean {
    return this.#proposalRounds.has(round);
  }

  /** True when the peer says that it has, or was sent, this validator's vote. */
  hasVote(round: number, type: VoteType, index: number): boolean {
    if (this.#votes.get(voteKey(round, type))?.has(index)) return true;
    const said = this.#round(round);
    return (type === PREVOTE ? said?.prevotes : said?.precommits)?.has(index) ?? false;
  }

  hasQuorum(round: number, type: VoteType): boolean {
    const said = this.#round(round);
    const quorum = type === PREVOTE ? said?.prevoteQuorum : said?.precommitQuorum;
    return quorum === true || this.#certificates.has(voteKey(round, type));
  }

  hasPart(header: PartSetHeader, index: number): boolean {
    const root = rootOf(header);
    if (this.#parts.get(root)?.has(index)) return true;
    return this.#said(root)?.has(index) ?? false;
  }

  /** Notes that the peer has the content of a message: it sent it, or it is about to get it. */
  note(message: Message): void {
    switch (message.kind) {
      case "proposal":
        this.#proposalRounds.add(message.proposal.round);
        break;
      case "part":
        entry(this.#parts, rootOf(message.header)).add(message.part.index);
        break;
      case "votes":
        for (const vote of message.votes) entry(this.#votes, voteKey(vote.round, vote.type)).add(vote.validatorIndex);
        break;
      case "status":
        break;
    }
  }

  noteCertificate(round: number, type: VoteType): void {
    this.#certificates.add(voteKey(round, type));
  }

  #round(round: number): RoundStatus | undefined {
    return this.#status?.rounds.find((entry) => entry.round === round);
  }

  #said(root: string): BitArray | undefined {
    return this.#status?.parts.find(({ header }) => rootOf(header) === root)?.have;
  }
}

function voteKey(round: number, type: VoteType): string {
  return `${round} ${type}`;
}

function entry(map: Map<string, Set<number>>, key: string): Set<number> {
  let set = map.get(key);
  if (!set) {
    set = new Set();
    map.set(key, set);
  }
  return set;
}

// The text of a root is asked for on every tick; headers are few and live long.
const roots = new WeakMap<PartSetHeader, string>();

function rootOf(header: PartSetHeader): string {
  let root = roots.get(header);
  if (root === undefined) {
    root = toHex(header.hash);
    roots.set(header, root);
  }
  return root;
}
