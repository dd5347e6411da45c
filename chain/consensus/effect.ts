import type { BlockId } from "../types/block-id.ts";
import type { ExtendedCommit } from "../types/commit.ts";
import type { Proposal, Vote } from "../types/vote.ts";
import type { PeerId } from "./input.ts";
import type { Message } from "./message.ts";
import type { TimeoutStep } from "./timeouts.ts";

/** Asks for a timer. Answered by `timeout` after `ms`; timers of a height that has passed may be dropped. */
export interface ScheduleTimeout {
  readonly kind: "scheduleTimeout";
  readonly height: number;
  readonly round: number;
  readonly step: TimeoutStep;
  readonly ms: number;
}

/**
 * Asks the application for a block (PrepareProposal). Answered by `prepared`.
 * `lastExtendedCommit` holds every precommit known now of the block before, absent at the initial height.
 */
export interface Prepare {
  readonly kind: "prepare";
  readonly height: number;
  readonly round: number;
  readonly lastExtendedCommit: ExtendedCommit | undefined;
}

/**
 * Asks whether a complete block is valid: it decodes, hashes to `blockId`, follows the chain, and ProcessProposal
 * accepts. Answered by `processed`. Also asked of the node's own proposal.
 */
export interface Process {
  readonly kind: "process";
  readonly height: number;
  readonly round: number;
  readonly blockId: BlockId;
  readonly blockBytes: Uint8Array;
}

/** Asks for the vote extension of a precommit for this block (ExtendVote). Answered by `extended`. */
export interface Extend {
  readonly kind: "extend";
  readonly height: number;
  readonly round: number;
  readonly blockId: BlockId;
  readonly blockBytes: Uint8Array;
}

/** A vote before it is signed: time and signatures are added by the signing side. */
export type UnsignedVote = Omit<Vote, "timestamp" | "signature" | "extensionSignature">;

export type UnsignedProposal = Omit<Proposal, "timestamp" | "signature">;

/** Asks for an own vote. Sync the WAL, consult the sign guard, sign, save the guard; answered by `signedVote` or `signRefused`. */
export interface SignVote {
  readonly kind: "signVote";
  readonly vote: UnsignedVote;
  /** True for a precommit of a block at a height with extensions: the extension is signed too, even an empty one. */
  readonly withExtension: boolean;
}

/** Asks for an own proposal, as {@link SignVote}. Answered by `signedProposal` or `signRefused`. */
export interface SignProposal {
  readonly kind: "signProposal";
  readonly proposal: UnsignedProposal;
}

/**
 * The height is decided. Store block and extended commit, mark the height's end in the WAL, apply the block.
 * Answered by `finalized`. No precommit quorum can be for anything else, so a block that fails its checks here is a
 * broken invariant: stop the node.
 */
export interface Decide {
  readonly kind: "decide";
  readonly height: number;
  readonly round: number;
  readonly blockId: BlockId;
  readonly blockBytes: Uint8Array;
  readonly extendedCommit: ExtendedCommit;
}

/** For one peer. A full queue may drop it: the peer's next status makes the core send it again. No answer. */
export interface Send {
  readonly kind: "send";
  readonly peer: PeerId;
  readonly message: Message;
}

/** For every connected peer, as {@link Send}. */
export interface Broadcast {
  readonly kind: "broadcast";
  readonly message: Message;
}

/** One validator signed two votes for different blocks in one round and step. No answer. */
export interface Evidence {
  readonly kind: "evidence";
  readonly voteA: Vote;
  readonly voteB: Vote;
  readonly validatorPower: number;
  readonly totalPower: number;
}

export type Effect =
  | ScheduleTimeout
  | Prepare
  | Process
  | Extend
  | SignVote
  | SignProposal
  | Decide
  | Send
  | Broadcast
  | Evidence;
