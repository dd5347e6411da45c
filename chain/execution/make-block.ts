import { type Block, blockHash, contentHashes, encodeBlock } from "../types/block.ts";
import type { BlockId } from "../types/block-id.ts";
import type { Commit } from "../types/commit.ts";
import { consensusHash } from "../types/params.ts";
import { type Part, PartSet } from "../types/part-set.ts";
import type { Timestamp } from "../types/time.ts";
import { medianTime } from "./block-time.ts";
import type { ChainState } from "./chain-state.ts";
import { ExecutionError } from "./errors.ts";

/** Block protocol of CometBFT v0.38. */
export const BLOCK_PROTOCOL = 11n;

export interface BlockContent {
  readonly txs: readonly Uint8Array[];
  readonly evidence: readonly Uint8Array[];
  /** Commit of the last block; undefined only in the first. */
  readonly lastCommit: Commit | undefined;
  readonly proposerAddress: Uint8Array;
}

/** Time that the next block must have. */
export function nextBlockTime(state: ChainState, lastCommit: Commit | undefined): Timestamp {
  if (state.lastHeight < state.initialHeight) return state.lastTime;
  if (!lastCommit || !state.lastValidators) throw new ExecutionError("bad_commit", "the last commit is missing");
  return medianTime(lastCommit, state.lastValidators);
}

/** The block at `state.lastHeight + 1` with this content. */
export function makeBlock(state: ChainState, content: BlockContent): Block {
  const { txs, evidence, lastCommit, proposerAddress } = content;
  return {
    header: {
      version: { block: BLOCK_PROTOCOL, app: state.params.version.app },
      chainId: state.chainId,
      height: state.lastHeight + 1,
      time: nextBlockTime(state, lastCommit),
      lastBlockId: state.lastBlockId,
      ...contentHashes({ txs, evidence, lastCommit }),
      validatorsHash: state.validators.hash(),
      nextValidatorsHash: state.nextValidators.hash(),
      consensusHash: consensusHash(state.params),
      appHash: state.appHash,
      lastResultsHash: state.lastResultsHash,
      proposerAddress,
    },
    txs,
    evidence,
    lastCommit,
  };
}

/** A block as consensus handles it. */
export interface PackedBlock {
  readonly blockId: BlockId;
  readonly blockBytes: Uint8Array;
  readonly parts: readonly Part[];
}

export function packBlock(block: Block): PackedBlock {
  const blockBytes = encodeBlock(block);
  const set = PartSet.fromBytes(blockBytes);
  const parts = Array.from({ length: set.header.total }, (_, i) => set.get(i) as Part);
  return { blockId: { hash: blockHash(block), parts: set.header }, blockBytes, parts };
}
