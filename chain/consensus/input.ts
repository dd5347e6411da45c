import type { BlockId, PartSetHeader } from "../types/block-id.ts";
import type { ExtendedCommit } from "../types/commit.ts";
import type { Part } from "../types/part-set.ts";
import type { ValidatorSet } from "../types/validator-set.ts";
import type { Proposal, Vote, VoteType } from "../types/vote.ts";
import type { Status } from "./message.ts";
import type { TimeoutStep } from "./timeouts.ts";

/** Name of a connected peer, unique among them; opaque to the core. */
export type PeerId = string;

/** What the core must know of a height before it can take part in it. */
export interface HeightContext {
  readonly height: number;
  /** Set that signs this height, with the priorities of its round 0. */
  readonly validators: ValidatorSet;
  /** True when precommits for a block of this height carry vote extensions. */
  readonly voteExtensions: boolean;
  /** Largest encoded block, bytes: a proposal that announces more is refused before anything is allocated. */
  readonly maxBlockBytes: number;
}

/** The block before the height that starts: lets the node propose, and serve peers that are one block behind. */
export interface LastDecision {
  readonly validators: ValidatorSet;
  readonly voteExtensions: boolean;
  readonly extendedCommit: ExtendedCommit;
  /** Parts of the block; without them the node proposes, but sends late peers to block sync. */
  readonly parts: readonly Part[] | undefined;
}

/**
 * First input after construction, and again whenever block sync has moved the chain past the core's height.
 * Without `last` above the initial height the node follows and votes, but does not propose at this height.
 */
export interface StartHeight extends HeightContext {
  readonly kind: "startHeight";
  readonly last: LastDecision | undefined;
}

/** The WAL has been replayed: the core repeats every request that is still without an answer. */
export interface Recovered {
  readonly kind: "recovered";
}

/** A proposal whose signature is that of the round's proposer. `peer` is undefined in replay. */
export interface ProposalReceived {
  readonly kind: "proposalReceived";
  readonly peer: PeerId | undefined;
  readonly proposal: Proposal;
}

/** A block part; its merkle proof is checked by the core. `peer` is undefined in replay. */
export interface PartReceived {
  readonly kind: "partReceived";
  readonly peer: PeerId | undefined;
  readonly height: number;
  readonly header: PartSetHeader;
  readonly part: Part;
}

/**
 * Votes of one height, round and type whose signatures, extension signatures and extensions (VerifyVoteExtension)
 * hold. A batch with more than 2/3 of the power for one block id acts as a certificate. `peer` is undefined in replay.
 */
export interface VotesReceived {
  readonly kind: "votesReceived";
  readonly peer: PeerId | undefined;
  readonly votes: readonly Vote[];
}

/** Answers `scheduleTimeout`, once its milliseconds have passed. Stale ones are harmless. */
export interface TimeoutFired {
  readonly kind: "timeout";
  readonly height: number;
  readonly round: number;
  readonly step: TimeoutStep;
}

/** A block that the application made, cut into parts. */
export interface PreparedBlock {
  readonly blockId: BlockId;
  readonly blockBytes: Uint8Array;
  readonly parts: readonly Part[];
}

/** Answers `prepare`. Without a block the node lets its turn pass. */
export interface Prepared {
  readonly kind: "prepared";
  readonly height: number;
  readonly round: number;
  readonly block: PreparedBlock | undefined;
}

/** Answers `process`. */
export interface Processed {
  readonly kind: "processed";
  readonly height: number;
  readonly blockId: BlockId;
  /** False when the bytes are not a block with this id, when it does not follow the chain, or the application refuses. */
  readonly accept: boolean;
}

/** Answers `extend`. The node has passed the extension through its own VerifyVoteExtension and stops if that refuses. */
export interface Extended {
  readonly kind: "extended";
  readonly height: number;
  readonly round: number;
  readonly blockId: BlockId;
  readonly extension: Uint8Array;
}

/** Answers `signVote`; the sign guard's record is on disk. */
export interface SignedVote {
  readonly kind: "signedVote";
  readonly vote: Vote;
}

/** Answers `signProposal`; the sign guard's record is on disk. */
export interface SignedProposal {
  readonly kind: "signedProposal";
  readonly proposal: Proposal;
}

/** Answers `signVote` or `signProposal` when the sign guard refuses: the node stays silent in that step. */
export interface SignRefused {
  readonly kind: "signRefused";
  readonly height: number;
  readonly round: number;
  readonly type: VoteType | "proposal";
}

/** Answers `decide`: the block is stored and applied. Carries what the next height needs. */
export interface Finalized {
  readonly kind: "finalized";
  readonly height: number;
  readonly next: HeightContext;
}

export interface PeerUp {
  readonly kind: "peerUp";
  readonly peer: PeerId;
}

export interface PeerDown {
  readonly kind: "peerDown";
  readonly peer: PeerId;
}

/** A peer's own account of where it stands and what it has. */
export interface PeerStatus {
  readonly kind: "peerStatus";
  readonly peer: PeerId;
  readonly status: Status;
}

/** Every `tickMs` (about 100) milliseconds: peers get what they lack. */
export interface Tick {
  readonly kind: "tick";
}

export type Input =
  | StartHeight
  | Recovered
  | ProposalReceived
  | PartReceived
  | VotesReceived
  | TimeoutFired
  | Prepared
  | Processed
  | Extended
  | SignedVote
  | SignedProposal
  | SignRefused
  | Finalized
  | PeerUp
  | PeerDown
  | PeerStatus
  | Tick;

/** Inputs that the WAL keeps: replaying them after `startHeight` restores round, locks and requests. */
export type LoggedInput =
  | ProposalReceived
  | PartReceived
  | VotesReceived
  | TimeoutFired
  | Prepared
  | Processed
  | Extended
  | SignedVote
  | SignedProposal
  | SignRefused;

const LOGGED: Record<Input["kind"], boolean> = {
  startHeight: false,
  recovered: false,
  proposalReceived: true,
  partReceived: true,
  votesReceived: true,
  timeout: true,
  prepared: true,
  processed: true,
  extended: true,
  signedVote: true,
  signedProposal: true,
  signRefused: true,
  finalized: false,
  peerUp: false,
  peerDown: false,
  peerStatus: false,
  tick: false,
};

export function isLogged(input: Input): input is LoggedInput {
  return LOGGED[input.kind];
}
