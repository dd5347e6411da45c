import type { BlockId } from "./block-id.ts";
import type { Timestamp } from "./time.ts";

// Values of tendermint.types.SignedMsgType.
export const PREVOTE = 1;
export const PRECOMMIT = 2;
export const PROPOSAL = 32;

export type VoteType = typeof PREVOTE | typeof PRECOMMIT;

/** A validator's signed prevote or precommit; only a precommit for a block carries an extension. */
export interface Vote {
  readonly type: VoteType;
  readonly height: number;
  readonly round: number;
  readonly blockId: BlockId;
  readonly timestamp: Timestamp;
  readonly validatorAddress: Uint8Array;
  readonly validatorIndex: number;
  readonly signature: Uint8Array;
  readonly extension: Uint8Array;
  readonly extensionSignature: Uint8Array;
}

/** A proposer's signed offer of a block; `polRound` is the round of its proof of lock, -1 for none. */
export interface Proposal {
  readonly height: number;
  readonly round: number;
  readonly polRound: number;
  readonly blockId: BlockId;
  readonly timestamp: Timestamp;
  readonly signature: Uint8Array;
}
