import type { BlockId } from "../types/block-id.ts";
import type { Timestamp } from "../types/time.ts";
import type { Proposal, Vote } from "../types/vote.ts";
import type { Decide, Evidence, Extend, Prepare, Process, ScheduleTimeout } from "./effect.ts";
import type { PeerId } from "./input.ts";
import type { Message } from "./message.ts";

/** The write-ahead log as a file. Every call is synchronous; only `sync` and `reset` promise durability. */
export interface WalPort {
  append(frame: Uint8Array): void;
  /** Returns when everything appended before is on disk. */
  sync(): void;
  /** Cuts the file to its first `length` bytes: a torn tail is removed before anything is appended. */
  truncate(length: number): void;
  /** Replaces the whole content atomically and durably (new file, sync, rename). */
  reset(frame: Uint8Array): void;
}

/** The sign guard's record. */
export interface SignStatePort {
  /** Replaces the record atomically; durable on return. */
  save(record: Uint8Array): void;
}

/** Holds the validator's key. Synchronous: an ed25519 signature takes microseconds. */
export interface Signer {
  readonly address: Uint8Array;
  /** Signatures over the canonical vote and, for a precommit of a block with extensions enabled, its extension. */
  signVote(
    vote: Vote,
    withExtension: boolean,
  ): { readonly signature: Uint8Array; readonly extensionSignature: Uint8Array };
  signProposal(proposal: Proposal): Uint8Array;
}

export interface VoteClock {
  /**
   * Time to sign with: the wall clock, but at least 1 ms after the time of the block voted for (or of the last block
   * when voting nil), so that BFT time stays monotonic.
   */
  voteTime(height: number, blockId: BlockId): Timestamp;
  /** Time of a new proposal: the time of its block. */
  proposalTime(height: number, blockId: BlockId): Timestamp;
}

/** Starts work that is answered later by an input; none of these may call back before it returns. */
export interface ApplicationPort {
  prepare(request: Prepare): void;
  process(request: Process): void;
  extend(request: Extend): void;
  /** Check the block as block sync does, store it with its extended commit (synced), apply it, commit the state. */
  decide(request: Decide): void;
}

export interface TransportPort {
  send(peer: PeerId, message: Message): void;
  broadcast(message: Message): void;
}

export interface TimerPort {
  schedule(timeout: ScheduleTimeout): void;
}

export interface ReportPort {
  evidence(evidence: Evidence): void;
}

export interface LoopPorts {
  readonly wal: WalPort;
  readonly signState: SignStatePort;
  /** Undefined on a node that has no validator key. */
  readonly signer: Signer | undefined;
  readonly clock: VoteClock;
  readonly application: ApplicationPort;
  readonly transport: TransportPort;
  readonly timers: TimerPort;
  readonly reports: ReportPort;
}
