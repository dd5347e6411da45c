import type { BlockId } from "./block-id.ts";
import type { Timestamp } from "./time.ts";

// Values of tendermint.types.BlockIDFlag.
export const FLAG_ABSENT = 1;
export const FLAG_COMMIT = 2;
export const FLAG_NIL = 3;

export type CommitFlag = typeof FLAG_ABSENT | typeof FLAG_COMMIT | typeof FLAG_NIL;

/** One validator's precommit, at its index in the validator set of that height; empty fields when absent. */
export interface CommitSig {
  readonly flag: CommitFlag;
  readonly validatorAddress: Uint8Array;
  readonly timestamp: Timestamp;
  readonly signature: Uint8Array;
}

export interface ExtendedCommitSig extends CommitSig {
  readonly extension: Uint8Array;
  readonly extensionSignature: Uint8Array;
}

/** The precommits that decided a block. `blockId` is the decided one; signatures for nil are kept, with their flag. */
export interface Commit {
  readonly height: number;
  readonly round: number;
  readonly blockId: BlockId;
  readonly signatures: readonly CommitSig[];
}

export interface ExtendedCommit {
  readonly height: number;
  readonly round: number;
  readonly blockId: BlockId;
  readonly signatures: readonly ExtendedCommitSig[];
}
