import { ChainState as WireState } from "../../proto/gen/openledger/node/v1.ts";
import { BlockID } from "../../proto/gen/tendermint/types.ts";
import { decodeStrict, encodeBytes } from "../../proto/runtime.ts";
import { blockIdFromWire, blockIdToWire } from "../codec/primitives.ts";
import { EMPTY_HASH } from "../crypto/hash.ts";
import { type BlockId, NIL_BLOCK_ID } from "../types/block-id.ts";
import { type ConsensusParams, decodeConsensusParams, encodeConsensusParams } from "../types/params.ts";
import type { Timestamp } from "../types/time.ts";
import { ValidatorSet } from "../types/validator-set.ts";
import { ExecutionError } from "./errors.ts";

/** What is needed to make, check and apply the block at `lastHeight + 1` (CometBFT's state.State). */
export interface ChainState {
  readonly chainId: string;
  readonly initialHeight: number;
  /** Height of the last applied block; `initialHeight - 1` before the first. */
  readonly lastHeight: number;
  readonly lastBlockId: BlockId;
  /** Time of the last block; genesis time before the first. */
  readonly lastTime: Timestamp;
  /** Set that signed the last block; undefined before the first. */
  readonly lastValidators: ValidatorSet | undefined;
  /** Set of the next height, with the priorities of its round 0. */
  readonly validators: ValidatorSet;
  /** Set of the height after it. */
  readonly nextValidators: ValidatorSet;
  readonly params: ConsensusParams;
  /** Application hash and results of the last block: they stand in the next header. */
  readonly appHash: Uint8Array;
  readonly lastResultsHash: Uint8Array;
}

export interface GenesisStart {
  readonly chainId: string;
  readonly initialHeight: number;
  readonly time: Timestamp;
  readonly params: ConsensusParams;
  readonly validators: readonly { readonly pubKey: Uint8Array; readonly power: number }[];
  /** Application hash that InitChain answered. */
  readonly appHash: Uint8Array;
}

/** State before the first block. Throws ValidatorError for a set that breaks its rules. */
export function genesisState(genesis: GenesisStart): ChainState {
  const validators = ValidatorSet.of(genesis.validators);
  return {
    chainId: genesis.chainId,
    initialHeight: genesis.initialHeight,
    lastHeight: genesis.initialHeight - 1,
    lastBlockId: NIL_BLOCK_ID,
    lastTime: genesis.time,
    lastValidators: undefined,
    validators,
    nextValidators: validators.incrementPriority(1),
    params: genesis.params,
    appHash: genesis.appHash,
    lastResultsHash: EMPTY_HASH,
  };
}

export function encodeChainState(state: ChainState): Uint8Array {
  return encodeBytes(WireState, {
    chainId: state.chainId,
    initialHeight: BigInt(state.initialHeight),
    lastHeight: BigInt(state.lastHeight),
    lastBlockId: encodeBytes(BlockID, blockIdToWire(state.lastBlockId)),
    lastTimeSeconds: state.lastTime.seconds,
    lastTimeNanos: state.lastTime.nanos,
    lastValidators: state.lastValidators?.encode() ?? new Uint8Array(0),
    validators: state.validators.encode(),
    nextValidators: state.nextValidators.encode(),
    params: encodeConsensusParams(state.params),
    appHash: state.appHash,
    lastResultsHash: state.lastResultsHash,
  });
}

/** Inverse of {@link encodeChainState}. Throws ExecutionError `bad_state`. */
export function decodeChainState(bytes: Uint8Array): ChainState {
  try {
    const wire = decodeStrict(WireState, bytes);
    return {
      chainId: wire.chainId,
      initialHeight: Number(wire.initialHeight),
      lastHeight: Number(wire.lastHeight),
      lastBlockId: blockIdFromWire(decodeStrict(BlockID, wire.lastBlockId), "last_block_id"),
      lastTime: { seconds: wire.lastTimeSeconds, nanos: wire.lastTimeNanos },
      lastValidators: wire.lastValidators.length > 0 ? ValidatorSet.decode(wire.lastValidators) : undefined,
      validators: ValidatorSet.decode(wire.validators),
      nextValidators: ValidatorSet.decode(wire.nextValidators),
      params: decodeConsensusParams(wire.params),
      appHash: wire.appHash,
      lastResultsHash: wire.lastResultsHash,
    };
  } catch (error) {
    throw new ExecutionError("bad_state", `stored chain state does not decode: ${(error as Error).message}`);
  }
}
