import type { BlockId } from "../../chain/types/block-id.ts";

export interface DecidedBlock {
  readonly height: number;
  /** Encoded block. */
  readonly block: Uint8Array;
  readonly blockId: BlockId;
  /** Encoded extended commit that decided it: what the next proposer and block sync need. */
  readonly extendedCommit: Uint8Array;
}

export interface AppliedBlock {
  readonly height: number;
  /** Encoded ResponseFinalizeBlock. */
  readonly response: Uint8Array;
  /** Encoded ChainState after the block. */
  readonly state: Uint8Array;
}

/** Blocks and what came of them. Every save is one synced batch; records are opaque bytes here. */
export interface BlockStore {
  /** Lowest and highest stored height, 0 when empty. */
  base(): number;
  height(): number;
  saveBlock(decided: DecidedBlock): Promise<void>;
  /** Results before the application commits: after a crash between the two, the state follows from them. */
  saveResponse(height: number, response: Uint8Array): Promise<void>;
  saveState(height: number, state: Uint8Array): Promise<void>;
  block(height: number): Promise<Uint8Array | undefined>;
  blockId(height: number): Promise<BlockId | undefined>;
  extendedCommit(height: number): Promise<Uint8Array | undefined>;
  response(height: number): Promise<Uint8Array | undefined>;
  /** Encoded ChainState of the last applied height, or of a given one. */
  state(height?: number): Promise<Uint8Array | undefined>;
  heightOf(blockHash: Uint8Array): Promise<number | undefined>;
  close(): Promise<void>;
}
