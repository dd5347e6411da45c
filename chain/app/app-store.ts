import { Timestamp as WireTime } from "cosmjs-types/google/protobuf/timestamp";
import { bytesValue, item, protoValue } from "../store/collections.ts";
import type { KvReader, KvStore } from "../store/kv.ts";
import { type ConsensusParams, decodeConsensusParams, encodeConsensusParams } from "../types/params.ts";
import type { Timestamp } from "../types/time.ts";

/** Name of the store that belongs to the application itself. */
export const APP_STORE = "app";

const lastTime = item(0, protoValue(WireTime));
const consensusParams = item(1, bytesValue);

/** Time of the block that made this version. */
export function readTime(store: KvReader): Timestamp {
  return lastTime.require(store);
}

export function writeTime(store: KvStore, { seconds, nanos }: Timestamp): void {
  lastTime.set(store, { seconds, nanos });
}

/** Consensus parameters as of this version. */
export function readParams(store: KvReader): ConsensusParams {
  return decodeConsensusParams(consensusParams.require(store));
}

export function writeParams(store: KvStore, params: ConsensusParams): void {
  consensusParams.set(store, encodeConsensusParams(params));
}
