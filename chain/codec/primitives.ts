import type { Timestamp as WireTimestamp } from "../../proto/gen/google/protobuf.ts";
import type { BlockID as WireBlockId, PartSetHeader as WirePartSetHeader } from "../../proto/gen/tendermint/types.ts";
import { type BlockId, isComplete, isNil, type PartSetHeader } from "../types/block-id.ts";
import { MAX_SECONDS, type Timestamp, ZERO_TIME } from "../types/time.ts";
import { bytesOfLength, requirePresent, smallInteger } from "./checks.ts";
import { CodecError } from "./errors.ts";

/** Most parts of one block: 100 MiB, CometBFT's largest, in parts of 64 KiB, and one more. */
export const MAX_PARTS = 1601;

export function timeToWire(time: Timestamp): WireTimestamp {
  return { seconds: time.seconds, nanos: time.nanos };
}

/** An instant between the years 1 and 9999, with nanoseconds in 0..999,999,999 (google.protobuf.Timestamp). */
export function timeFromWire(wire: WireTimestamp | undefined, path: string): Timestamp {
  const { seconds, nanos } = requirePresent(wire, path);
  if (seconds < ZERO_TIME.seconds || seconds > MAX_SECONDS) {
    throw new CodecError("out_of_range", path, `${seconds} seconds is not between the years 1 and 9999`);
  }
  return { seconds, nanos: smallInteger(nanos, `${path}.nanos`, 0, 999_999_999) };
}

export function partSetHeaderFromWire(wire: WirePartSetHeader | undefined, path: string): PartSetHeader {
  const { total, hash } = requirePresent(wire, path);
  return {
    total: smallInteger(total, `${path}.total`, 0, MAX_PARTS),
    hash: bytesOfLength(hash, `${path}.hash`, 0, 32),
  };
}

export function blockIdToWire(id: BlockId): WireBlockId {
  return { hash: id.hash, partSetHeader: { total: id.parts.total, hash: id.parts.hash } };
}

/** A complete id or nil: anything between identifies no block. */
export function blockIdFromWire(wire: WireBlockId | undefined, path: string): BlockId {
  const { hash, partSetHeader } = requirePresent(wire, path);
  const id = {
    hash: bytesOfLength(hash, `${path}.hash`, 0, 32),
    parts: partSetHeaderFromWire(partSetHeader, `${path}.part_set_header`),
  };
  const empty = isNil(id) && id.parts.total === 0 && id.parts.hash.length === 0;
  if (!empty && !isComplete(id)) throw new CodecError("bad_value", path, "is neither nil nor complete");
  return id;
}
