import {
  type CommitInfo,
  type ExtendedCommitInfo,
  RequestFinalizeBlock,
  RequestProcessProposal,
} from "cosmjs-types/tendermint/abci/types";
import { type Block, blockHash } from "../../chain/types/block.ts";
import { type Commit, type ExtendedCommit, FLAG_ABSENT } from "../../chain/types/commit.ts";
import type { Timestamp } from "../../chain/types/time.ts";
import type { ValidatorSet } from "../../chain/types/validator-set.ts";

/** ABCI's own Timestamp is the same two fields. */
const time = ({ seconds, nanos }: Timestamp) => ({ seconds, nanos });

/** Who signed the last block, by the set that signed it. */
export function commitInfo(commit: Commit | undefined, validators: ValidatorSet | undefined): CommitInfo {
  if (!commit || !validators) return { round: 0, votes: [] };
  return {
    round: commit.round,
    votes: commit.signatures.map((sig, index) => ({
      validator: abciValidator(validators, index),
      blockIdFlag: sig.flag,
    })),
  };
}

/** {@link commitInfo} with vote extensions: what PrepareProposal gets. */
export function extendedCommitInfo(
  commit: ExtendedCommit | undefined,
  validators: ValidatorSet | undefined,
): ExtendedCommitInfo {
  if (!commit || !validators) return { round: 0, votes: [] };
  return {
    round: commit.round,
    votes: commit.signatures.map((sig, index) => ({
      validator: abciValidator(validators, index),
      blockIdFlag: sig.flag,
      voteExtension: sig.flag === FLAG_ABSENT ? new Uint8Array(0) : sig.extension,
      extensionSignature: sig.flag === FLAG_ABSENT ? new Uint8Array(0) : sig.extensionSignature,
    })),
  };
}

function abciValidator(validators: ValidatorSet, index: number): { address: Uint8Array; power: bigint } {
  const validator = validators.get(index);
  if (!validator) throw new RangeError(`the commit has more entries than the set has validators (${index})`);
  return { address: validator.address, power: BigInt(validator.power) };
}

function describe(lastValidators: ValidatorSet | undefined, block: Block) {
  return {
    txs: [...block.txs],
    hash: blockHash(block),
    height: BigInt(block.header.height),
    time: time(block.header.time),
    nextValidatorsHash: block.header.nextValidatorsHash,
    proposerAddress: block.header.proposerAddress,
    lastCommit: commitInfo(block.lastCommit, lastValidators),
  };
}

/** `lastValidators` is the set that signed the block before. */
export function processRequest(lastValidators: ValidatorSet | undefined, block: Block): RequestProcessProposal {
  const { lastCommit, ...rest } = describe(lastValidators, block);
  return RequestProcessProposal.fromPartial({ ...rest, proposedLastCommit: lastCommit });
}

/** `lastValidators` is the set that signed the block before. */
export function finalizeRequest(lastValidators: ValidatorSet | undefined, block: Block): RequestFinalizeBlock {
  const { lastCommit, ...rest } = describe(lastValidators, block);
  return RequestFinalizeBlock.fromPartial({ ...rest, decidedLastCommit: lastCommit });
}
