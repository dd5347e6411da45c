import { equalBytes, toHex } from "../crypto/bytes.ts";
import { type Block, contentHashes } from "../types/block.ts";
import { sameBlockId } from "../types/block-id.ts";
import { type VerifySignature, verifyCommit } from "../types/commit.ts";
import { consensusHash } from "../types/params.ts";
import { compareTime, toRfc3339 } from "../types/time.ts";
import type { ChainState } from "./chain-state.ts";
import { ExecutionError } from "./errors.ts";
import { BLOCK_PROTOCOL, nextBlockTime } from "./make-block.ts";

/**
 * Checks that a decoded block follows `state`: header fields, content hashes, BFT time, last commit with every
 * signature (CometBFT state.validateBlock). Says nothing about its transactions. Throws ExecutionError.
 */
export function validateBlock(state: ChainState, block: Block, verify?: VerifySignature): void {
  checkPlace(state, block);
  checkHashes(state, block);
  checkLastCommit(state, block, verify);
  const expected = nextBlockTime(state, block.lastCommit);
  if (compareTime(block.header.time, expected) !== 0) {
    const [got, want] = [toRfc3339(block.header.time), toRfc3339(expected)];
    throw new ExecutionError("wrong_time", `block time ${got}, expected ${want}`);
  }
  if (state.lastHeight >= state.initialHeight && compareTime(block.header.time, state.lastTime) <= 0) {
    throw new ExecutionError("wrong_time", "block time is not after that of the block before");
  }
  if (state.validators.indexOf(block.header.proposerAddress) < 0) {
    const proposer = toHex(block.header.proposerAddress);
    throw new ExecutionError("wrong_proposer", `proposer ${proposer} is not a validator`);
  }
  if (block.evidence.length > 0) {
    throw new ExecutionError("bad_evidence", "blocks of this network carry no evidence");
  }
}

function checkPlace(state: ChainState, { header }: Block): void {
  if (header.chainId !== state.chainId) {
    throw new ExecutionError("wrong_chain", `block of chain ${header.chainId}, this is ${state.chainId}`);
  }
  if (header.height !== state.lastHeight + 1) {
    throw new ExecutionError("wrong_height", `block ${header.height}, expected ${state.lastHeight + 1}`);
  }
  if (!sameBlockId(header.lastBlockId, state.lastBlockId)) {
    throw new ExecutionError("wrong_parent", `block follows ${toHex(header.lastBlockId.hash)}`);
  }
}

function checkHashes(state: ChainState, block: Block): void {
  const { header } = block;
  const content = contentHashes(block);
  const fields: readonly (readonly [string, Uint8Array, Uint8Array])[] = [
    ["last_commit_hash", header.lastCommitHash, content.lastCommitHash],
    ["data_hash", header.dataHash, content.dataHash],
    ["evidence_hash", header.evidenceHash, content.evidenceHash],
    ["validators_hash", header.validatorsHash, state.validators.hash()],
    ["next_validators_hash", header.nextValidatorsHash, state.nextValidators.hash()],
    ["consensus_hash", header.consensusHash, consensusHash(state.params)],
    ["app_hash", header.appHash, state.appHash],
    ["last_results_hash", header.lastResultsHash, state.lastResultsHash],
  ];
  for (const [name, got, expected] of fields) {
    if (!equalBytes(got, expected)) {
      throw new ExecutionError("wrong_header", `${name} is ${toHex(got)}, expected ${toHex(expected)}`);
    }
  }
  if (header.version.block !== BLOCK_PROTOCOL || header.version.app !== state.params.version.app) {
    throw new ExecutionError("wrong_header", `version ${header.version.block}.${header.version.app}`);
  }
}

function checkLastCommit(state: ChainState, block: Block, verify?: VerifySignature): void {
  if (!state.lastValidators) {
    if (block.lastCommit && block.lastCommit.signatures.length > 0) {
      throw new ExecutionError("bad_commit", "the first block has no last commit");
    }
    return;
  }
  if (!block.lastCommit) throw new ExecutionError("bad_commit", "the last commit is missing");
  try {
    verifyCommit(state.chainId, state.lastValidators, state.lastBlockId, state.lastHeight, block.lastCommit, verify);
  } catch (error) {
    throw new ExecutionError("bad_commit", (error as Error).message);
  }
}
