import type { BitArray } from "../types/bit-array.ts";
import type { PartSetHeader } from "../types/block-id.ts";
import type { Part } from "../types/part-set.ts";
import type { Proposal, Vote } from "../types/vote.ts";

/** Where a node stands within a round. */
export type RoundStep = "newHeight" | "propose" | "prevote" | "precommit" | "commit";

/** A block that a node is assembling or has, and which parts. */
export interface PartsStatus {
  readonly header: PartSetHeader;
  readonly have: BitArray;
}

/** Whose votes a node has of one round. A quorum flag says that one block id (or nil) has more than 2/3. */
export interface RoundStatus {
  readonly round: number;
  readonly prevotes: BitArray;
  readonly precommits: BitArray;
  readonly prevoteQuorum: boolean;
  readonly precommitQuorum: boolean;
}

/** A node's account of itself: sent to a new peer, when its step changes, and from time to time. */
export interface Status {
  readonly height: number;
  readonly round: number;
  readonly step: RoundStep;
  /** True when the node has the proposal of `round`. */
  readonly proposal: boolean;
  readonly parts: readonly PartsStatus[];
  readonly rounds: readonly RoundStatus[];
}

export interface StatusMessage {
  readonly kind: "status";
  readonly status: Status;
}

export interface ProposalMessage {
  readonly kind: "proposal";
  readonly proposal: Proposal;
}

export interface PartMessage {
  readonly kind: "part";
  readonly height: number;
  readonly header: PartSetHeader;
  readonly part: Part;
}

/** Votes of one height, round and type, no validator twice. */
export interface VotesMessage {
  readonly kind: "votes";
  readonly votes: readonly Vote[];
}

/** What consensus says to peers over direct streams. */
export type Message = StatusMessage | ProposalMessage | PartMessage | VotesMessage;
