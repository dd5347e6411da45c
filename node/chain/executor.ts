import { RequestInfo, RequestPrepareProposal, ResponseFinalizeBlock } from "cosmjs-types/tendermint/abci/types";
import { encodeCommit, encodeExtendedCommit } from "../../chain/codec/commit.ts";
import { blockIdFromWire, blockIdToWire } from "../../chain/codec/primitives.ts";
import { equalBytes, toHex } from "../../chain/crypto/bytes.ts";
import {
  type ChainState,
  decodeChainState,
  encodeChainState,
  genesisState,
} from "../../chain/execution/chain-state.ts";
import { ExecutionError } from "../../chain/execution/errors.ts";
import { makeBlock, nextBlockTime, type PackedBlock, packBlock } from "../../chain/execution/make-block.ts";
import { nextState, toValidatorChanges } from "../../chain/execution/next-state.ts";
import { validateBlock } from "../../chain/execution/validate-block.ts";
import { type Block, blockHash, decodeBlock } from "../../chain/types/block.ts";
import type { BlockId } from "../../chain/types/block-id.ts";
import { type ExtendedCommit, toCommit } from "../../chain/types/commit.ts";
import type { GenesisDoc } from "../../chain/types/genesis.ts";
import { encodeConsensusParams } from "../../chain/types/params.ts";
import { ValidatorSet } from "../../chain/types/validator-set.ts";
import { initChainRequest } from "../../genesis/init-request.ts";
import { BlockID } from "../../proto/gen/tendermint/types.ts";
import { decodeStrict, encodeBytes } from "../../proto/runtime.ts";
import { type AppClient, AppHostError } from "../app/client.ts";
import type { LevelBlocks } from "../disk/level-blocks.ts";
import { NodeError } from "../errors.ts";
import { extendedCommitInfo, finalizeRequest, processRequest } from "./requests.ts";

/** PrepareProposal's part of a block: header, last commit and their signatures take the rest. */
const BLOCK_OVERHEAD_BYTES = 4096;
const COMMIT_SIG_BYTES = 160;

export interface ExecutorPorts {
  readonly app: AppClient;
  readonly blocks: LevelBlocks;
  readonly genesis: GenesisDoc;
  /** sha256 of genesis.json. */
  readonly genesisHash: Uint8Array;
  /** The application is about to commit a block. */
  readonly beforeCommit: () => void;
}

export interface CommittedBlock {
  readonly block: Block;
  readonly blockId: BlockId;
  readonly response: ResponseFinalizeBlock;
  /** State after the block. */
  readonly state: ChainState;
}

export interface Proposal {
  readonly proposerAddress: Uint8Array;
  /** Extended commit of the last block; undefined for the first. */
  readonly lastCommit: ExtendedCommit | undefined;
  /** Candidate for transaction 0 first, if there is one, then the mempool's, in order. */
  readonly txs: readonly Uint8Array[];
}

/** Keeps application, block store and chain state in step: makes, checks and applies blocks, and replays after a crash. */
export class Executor {
  readonly #ports: ExecutorPorts;
  #state: ChainState;

  private constructor(ports: ExecutorPorts, state: ChainState) {
    this.#ports = ports;
    this.#state = state;
  }

  /**
   * Brings the application up to the block store's head, whatever a crash left undone.
   * @throws NodeError `bad_genesis`, `corrupt`, `app_hash`
   */
  static async open(ports: ExecutorPorts): Promise<Executor> {
    const info = await ports.app.info(
      RequestInfo.fromPartial({ version: "0.38.0", blockVersion: 11n, p2pVersion: 8n }),
    );
    const appHeight = Number(info.lastBlockHeight);
    // Before the first block, the state follows from genesis.json as it is now.
    const stored = ports.blocks.height() > 0 ? await ports.blocks.loadState() : undefined;
    const genesis = appHeight === 0 ? await genesisOf(ports) : undefined;
    const state = stored ? decodeChainState(stored) : await start(ports, genesis);
    if (state.chainId !== ports.genesis.chainId) {
      throw new NodeError(
        "bad_genesis",
        `the data is of chain ${state.chainId}, genesis.json of ${ports.genesis.chainId}`,
        "use the genesis file of this chain, or another --home",
      );
    }
    await checkGenesis(ports);
    if (appHeight > ports.blocks.height()) {
      throw new NodeError(
        "corrupt",
        `the application is at height ${appHeight}, blocks end at ${ports.blocks.height()}`,
        "restore data/ from one copy, or remove data/ except the sign state and sync again",
      );
    }
    const executor = new Executor(ports, state);
    await executor.#replay(appHeight);
    await executor.#checkAppHash();
    return executor;
  }

  get state(): ChainState {
    return this.#state;
  }

  /** A block of the mempool's transactions; throws ExecutionError or what the application's host throws. */
  async prepare(proposal: Proposal): Promise<PackedBlock> {
    const state = this.#state;
    const commit = proposal.lastCommit && toCommit(proposal.lastCommit);
    const signers = state.lastValidators?.validators.length ?? 0;
    const response = await this.#ports.app.prepareProposal(
      RequestPrepareProposal.fromPartial({
        maxTxBytes: BigInt(state.params.block.maxBytes - BLOCK_OVERHEAD_BYTES - signers * COMMIT_SIG_BYTES),
        txs: [...proposal.txs],
        localLastCommit: extendedCommitInfo(proposal.lastCommit, state.lastValidators),
        height: BigInt(state.lastHeight + 1),
        time: nextBlockTime(state, commit),
        nextValidatorsHash: state.nextValidators.hash(),
        proposerAddress: proposal.proposerAddress,
      }),
    );
    return packBlock(
      makeBlock(state, {
        txs: response.txs,
        evidence: [],
        lastCommit: commit,
        proposerAddress: proposal.proposerAddress,
      }),
    );
  }

  /** Whether the bytes are the block with this id, follow the chain, and the application accepts them. */
  async process(bytes: Uint8Array, blockId: BlockId): Promise<string | undefined> {
    const state = this.#state;
    try {
      const block = this.#decode(bytes, blockId);
      validateBlock(state, block);
      const { status } = await this.#ports.app.processProposal(processRequest(state.lastValidators, block));
      return status === 1 ? undefined : "the application refuses the block";
    } catch (error) {
      if (error instanceof ExecutionError) return `${error.code}: ${error.message}`;
      throw error;
    }
  }

  /**
   * Stores a decided block, executes and commits it. The block must follow the chain: what fails here was signed by
   * more than 2/3 of the power, so the caller stops.
   */
  async apply(bytes: Uint8Array, blockId: BlockId, commit: ExtendedCommit): Promise<CommittedBlock> {
    const block = this.#decode(bytes, blockId);
    validateBlock(this.#state, block);
    const height = block.header.height;
    await this.#ports.blocks.saveBlock({
      height,
      hash: blockId.hash,
      block: bytes,
      meta: encodeBytes(BlockID, blockIdToWire(blockId)),
      seenCommit: encodeCommit(toCommit(commit)),
      extendedCommit: encodeExtendedCommit(commit),
    });
    return this.#execute(block, blockId);
  }

  #decode(bytes: Uint8Array, blockId: BlockId): Block {
    let block: Block;
    try {
      block = decodeBlock(bytes, this.#state.params.block.maxBytes);
    } catch (error) {
      throw new ExecutionError("wrong_header", `not a block: ${(error as Error).message}`);
    }
    if (!equalBytes(blockHash(block), blockId.hash)) {
      throw new ExecutionError("wrong_header", "the block does not hash to its id");
    }
    return block;
  }

  async #execute(block: Block, blockId: BlockId): Promise<CommittedBlock> {
    const { app, blocks, beforeCommit } = this.#ports;
    const { height } = block.header;
    const response = await app.finalizeBlock(finalizeRequest(this.#state.lastValidators, block));
    const state = nextState(this.#state, block, blockId, response);
    await blocks.saveResponse(height, ResponseFinalizeBlock.encode(response).finish());
    beforeCommit();
    await app.commit();
    await this.#save(state);
    this.#state = state;
    return { block, blockId, response, state };
  }

  /** Blocks that the state does not include yet: executed again, or taken from stored results when the application has them. */
  async #replay(appHeight: number): Promise<void> {
    const { blocks } = this.#ports;
    for (let height = Math.min(this.#state.lastHeight, appHeight) + 1; height <= blocks.height(); height++) {
      const [bytes, meta] = await Promise.all([blocks.loadBlock(height), blocks.loadMeta(height)]);
      if (!bytes || !meta) throw this.#corrupt(`block ${height} is missing`);
      const block = decodeBlock(bytes);
      const blockId = blockIdFromMeta(meta);
      if (height <= this.#state.lastHeight) await this.#reexecute(block, height);
      else if (height <= appHeight) await this.#adopt(block, blockId, height);
      else await this.#execute(block, blockId);
    }
  }

  /** The application lost blocks that the state includes (restored or rolled back): it executes them again. */
  async #reexecute(block: Block, height: number): Promise<void> {
    const { app, blocks } = this.#ports;
    const signers = height > this.#state.initialHeight ? await blocks.loadValidators(height - 1) : undefined;
    const response = await app.finalizeBlock(finalizeRequest(signers && ValidatorSet.decode(signers), block));
    const kept = await blocks.loadResponse(height);
    if (kept && !equalBytes(ResponseFinalizeBlock.decode(kept).appHash, response.appHash)) {
      throw this.#corruptHash(height, response.appHash, ResponseFinalizeBlock.decode(kept).appHash);
    }
    await app.commit();
  }

  async #adopt(block: Block, blockId: BlockId, height: number): Promise<void> {
    const kept = await this.#ports.blocks.loadResponse(height);
    if (!kept) throw this.#corrupt(`results of block ${height} are missing`);
    this.#state = nextState(this.#state, block, blockId, ResponseFinalizeBlock.decode(kept));
    await this.#save(this.#state);
  }

  async #save(state: ChainState): Promise<void> {
    const validators = { height: state.lastHeight + 2, set: state.nextValidators.encode() };
    await this.#ports.blocks.saveState({ state: encodeChainState(state), validators });
  }

  async #checkAppHash(): Promise<void> {
    const info = await this.#ports.app.info(RequestInfo.fromPartial({}));
    const { lastHeight, initialHeight, appHash } = this.#state;
    if (lastHeight >= initialHeight && !equalBytes(info.lastBlockAppHash, appHash)) {
      throw this.#corruptHash(lastHeight, info.lastBlockAppHash, appHash);
    }
  }

  #corrupt(message: string): NodeError {
    return new NodeError("corrupt", message, "remove data/ except the sign state and sync again");
  }

  #corruptHash(height: number, got: Uint8Array, expected: Uint8Array): NodeError {
    const message = `application hash of height ${height} is ${toHex(got)}, the chain has ${toHex(expected)}`;
    return new NodeError(
      "app_hash",
      message,
      "check that this binary is the network's version; then remove data/app and replay",
    );
  }
}

/** Block id of a stored block's meta record. */
export function blockIdFromMeta(meta: Uint8Array): BlockId {
  return blockIdFromWire(decodeStrict(BlockID, meta), "meta");
}

/** The blocks must be of this genesis.json: replayed with another one, they would give another state. */
async function checkGenesis({ blocks, genesisHash }: ExecutorPorts): Promise<void> {
  const made = await blocks.loadGenesisHash();
  if (!made || equalBytes(made, genesisHash)) return;
  throw new NodeError(
    "bad_genesis",
    `genesis.json was changed: the data was made with ${toHex(made)}, the file is ${toHex(genesisHash)}`,
    "put the network's file back, or start on an empty --home",
  );
}

async function start(ports: ExecutorPorts, genesis: ChainState | undefined): Promise<ChainState> {
  if (!genesis) {
    throw new NodeError(
      "corrupt",
      "the application has state but the chain has none",
      "restore data/blocks, or remove data/ except the sign state",
    );
  }
  const { initialHeight, validators, nextValidators, params } = genesis;
  await ports.blocks.saveState({
    state: encodeChainState(genesis),
    validators: { height: initialHeight, set: validators.encode() },
    params: { height: initialHeight, value: encodeConsensusParams(params) },
  });
  await ports.blocks.saveState({
    state: encodeChainState(genesis),
    validators: { height: initialHeight + 1, set: nextValidators.encode() },
  });
  await ports.blocks.saveGenesisHash(ports.genesisHash);
  return genesis;
}

/** InitChain, and the state before the first block. Safe to repeat while the application has no block. */
async function genesisOf({ app, genesis }: ExecutorPorts): Promise<ChainState> {
  const response = await app.initChain(initChainRequest(genesis)).catch(explainGenesis);
  const updates = toValidatorChanges(response.validators);
  const validators = updates.length > 0 ? updates : genesis.validators;
  if (validators.length === 0) {
    throw new NodeError("bad_genesis", "genesis has no validators", "add one with `openledgerd genesis add-validator`");
  }
  return genesisState({
    chainId: genesis.chainId,
    initialHeight: genesis.initialHeight,
    time: genesis.genesisTime,
    params: genesis.consensusParams,
    validators,
    appHash: response.appHash,
  });
}

/** A genesis that the application refuses is the operator's to mend. */
function explainGenesis(error: unknown): never {
  if (!(error instanceof AppHostError) || error.code !== "genesis") throw error;
  const hint = "mend config/genesis.json with `openledgerd genesis`, or copy the network's file";
  throw new NodeError("bad_genesis", error.message, hint, { cause: error });
}
