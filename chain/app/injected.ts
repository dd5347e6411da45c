import type { Context } from "./context.ts";
import type { BlockVote } from "./module.ts";

/** The commit of the previous block as the proposer knows it, in the order of that height's validator set. */
export interface ExtendedCommitInfo {
  readonly round: number;
  readonly votes: readonly ExtendedBlockVote[];
}

export interface ExtendedBlockVote extends BlockVote {
  readonly extension: Uint8Array;
  readonly extensionSignature: Uint8Array;
}

/** The commit of the previous block as every validator knows it from the proposed block. */
export interface CommitInfo {
  readonly round: number;
  readonly votes: readonly BlockVote[];
}

export interface InjectedInput {
  /** Of the block being proposed. */
  readonly height: number;
  readonly lastCommit: ExtendedCommitInfo;
  /** An encoded message of the injected type whose openings come from the node's pool; undefined when it has none. */
  readonly candidates: Uint8Array | undefined;
  /** Most bytes of the returned message. */
  readonly maxBytes: number;
}

/**
 * Transaction 0 of every block: one unsigned message of a fixed type, refused by CheckTx and at any other index.
 * What `prepare` returns passes `process` on every honest node; `deliver` checks all again, since block sync skips Process.
 */
export interface InjectedTx {
  readonly typeUrl: string;
  /** The encoded message. Never throws for bad candidates: it leaves them out. */
  prepare(ctx: Context, input: InjectedInput): Uint8Array;
  /** Throws AppError when the message must not be in a block. */
  process(ctx: Context, message: Uint8Array, lastCommit: CommitInfo): void;
  /** Executes in block scope. A throw leaves no trace in state and the block goes on. */
  deliver(ctx: Context, message: Uint8Array): void;
}
