import type { ResponseFinalizeBlock, ValidatorUpdate } from "cosmjs-types/tendermint/abci/types";
import type { Block } from "../types/block.ts";
import type { BlockId } from "../types/block-id.ts";
import { resultsHash } from "../types/result.ts";
import type { ValidatorChange } from "../types/validator-set.ts";
import type { ChainState } from "./chain-state.ts";
import { ExecutionError } from "./errors.ts";

/** ABCI validator updates as changes of the set. Throws ExecutionError `bad_updates`. */
export function toValidatorChanges(updates: readonly ValidatorUpdate[]): ValidatorChange[] {
  return updates.map(({ pubKey, power }) => {
    if (!pubKey.ed25519) throw new ExecutionError("bad_updates", "a validator update without an ed25519 key");
    if (power < 0n || power > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw new ExecutionError("bad_updates", `validator power ${power} is out of range`);
    }
    return { pubKey: pubKey.ed25519, power: Number(power) };
  });
}

/**
 * State after the application executed `block`. Updates returned at height H act at H + 2.
 * Throws ExecutionError `bad_updates` for updates that would leave no valid set.
 */
export function nextState(
  state: ChainState,
  block: Block,
  blockId: BlockId,
  response: ResponseFinalizeBlock,
): ChainState {
  if (response.txResults.length !== block.txs.length) {
    throw new ExecutionError(
      "bad_updates",
      `${response.txResults.length} results for ${block.txs.length} transactions`,
    );
  }
  let next = state.nextValidators;
  try {
    next = next.update(toValidatorChanges(response.validatorUpdates));
  } catch (error) {
    throw new ExecutionError("bad_updates", (error as Error).message);
  }
  return {
    chainId: state.chainId,
    initialHeight: state.initialHeight,
    lastHeight: block.header.height,
    lastBlockId: blockId,
    lastTime: block.header.time,
    lastValidators: state.validators,
    validators: state.nextValidators,
    nextValidators: next.incrementPriority(1),
    params: state.params,
    appHash: response.appHash,
    lastResultsHash: resultsHash(response.txResults),
  };
}
