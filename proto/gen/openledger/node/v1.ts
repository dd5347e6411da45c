// Generated from the .proto files by `npm run proto`. Do not edit.
import { message, type MessageCodec } from "../../../runtime.ts";

/** What a node keeps of the chain besides blocks and application state: enough to make, check and apply the next block. */
export interface ChainState {
  readonly chainId: string;
  readonly initialHeight: bigint;
  /** 0 before the first block. */
  readonly lastHeight: bigint;
  /** Encoded tendermint.types.BlockID. */
  readonly lastBlockId: Uint8Array;
  readonly lastTimeSeconds: bigint;
  readonly lastTimeNanos: number;
  /** Encoded tendermint.types.ValidatorSet of last_height (empty before the first block), of the next height and of the one after. */
  readonly lastValidators: Uint8Array;
  readonly validators: Uint8Array;
  readonly nextValidators: Uint8Array;
  /** Encoded tendermint.types.ConsensusParams of the next height. */
  readonly params: Uint8Array;
  readonly appHash: Uint8Array;
  readonly lastResultsHash: Uint8Array;
}
export const ChainState: MessageCodec<ChainState> = message<ChainState>("openledger.node.v1.ChainState", () => [
  { no: 1, name: "chainId", json: "chain_id", type: "string" },
  { no: 2, name: "initialHeight", json: "initial_height", type: "uint64" },
  { no: 3, name: "lastHeight", json: "last_height", type: "uint64" },
  { no: 4, name: "lastBlockId", json: "last_block_id", type: "bytes" },
  { no: 5, name: "lastTimeSeconds", json: "last_time_seconds", type: "int64" },
  { no: 6, name: "lastTimeNanos", json: "last_time_nanos", type: "uint32" },
  { no: 7, name: "lastValidators", json: "last_validators", type: "bytes" },
  { no: 8, name: "validators", json: "validators", type: "bytes" },
  { no: 9, name: "nextValidators", json: "next_validators", type: "bytes" },
  { no: 10, name: "params", json: "params", type: "bytes" },
  { no: 11, name: "appHash", json: "app_hash", type: "bytes" },
  { no: 12, name: "lastResultsHash", json: "last_results_hash", type: "bytes" },
]);
