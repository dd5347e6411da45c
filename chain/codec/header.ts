import { BytesValue, Int64Value, StringValue, Timestamp as WireTimestamp } from "../../proto/gen/google/protobuf.ts";
import { BlockID as WireBlockId, Header as WireHeader } from "../../proto/gen/tendermint/types.ts";
import { Consensus } from "../../proto/gen/tendermint/version.ts";
import { encodeBytes } from "../../proto/runtime.ts";
import type { Header } from "../types/header.ts";
import { bytesAtMost, bytesOfLength, chainIdOf, decodeCanonical, requirePresent, safeInteger } from "./checks.ts";
import { blockIdFromWire, blockIdToWire, timeFromWire, timeToWire } from "./primitives.ts";

/** CometBFT's MaxHeaderBytes is 626; an application hash of another length than 32 bytes gets some room. */
export const MAX_HEADER_BYTES = 1024;

/** The application chooses its hash; every known one has 8 to 32 bytes. */
const MAX_APP_HASH_BYTES = 64;

export function headerToWire(header: Header): WireHeader {
  return {
    ...header,
    height: BigInt(header.height),
    time: timeToWire(header.time),
    lastBlockId: blockIdToWire(header.lastBlockId),
  };
}

export function headerFromWire(wire: WireHeader, path: string): Header {
  const hash = (field: string, value: Uint8Array, ...lengths: number[]): Uint8Array =>
    bytesOfLength(value, `${path}.${field}`, ...lengths);
  const version = requirePresent(wire.version, `${path}.version`);
  return {
    version: { block: version.block, app: version.app },
    chainId: chainIdOf(wire.chainId, `${path}.chain_id`),
    height: safeInteger(wire.height, `${path}.height`, 1),
    time: timeFromWire(wire.time, `${path}.time`),
    lastBlockId: blockIdFromWire(wire.lastBlockId, `${path}.last_block_id`),
    lastCommitHash: hash("last_commit_hash", wire.lastCommitHash, 0, 32),
    dataHash: hash("data_hash", wire.dataHash, 0, 32),
    validatorsHash: hash("validators_hash", wire.validatorsHash, 32),
    nextValidatorsHash: hash("next_validators_hash", wire.nextValidatorsHash, 32),
    consensusHash: hash("consensus_hash", wire.consensusHash, 32),
    appHash: bytesAtMost(wire.appHash, `${path}.app_hash`, MAX_APP_HASH_BYTES),
    lastResultsHash: hash("last_results_hash", wire.lastResultsHash, 0, 32),
    evidenceHash: hash("evidence_hash", wire.evidenceHash, 0, 32),
    proposerAddress: hash("proposer_address", wire.proposerAddress, 20),
  };
}

/** tendermint.types.Header. */
export function encodeHeader(header: Header): Uint8Array {
  return encodeBytes(WireHeader, headerToWire(header));
}

/** Throws CodecError for anything but the canonical bytes of a header within all limits. */
export function decodeHeader(bytes: Uint8Array): Header {
  return headerFromWire(decodeCanonical(WireHeader, bytes, MAX_HEADER_BYTES), "header");
}

// A default value is an empty leaf, not an encoding of it: that is what protobuf makes of it anyway.
const bytesLeaf = (value: Uint8Array): Uint8Array => encodeBytes(BytesValue, { value });

/** The 14 leaves of the header hash, in field order (CometBFT types/block.go, Header.Hash). */
export function headerLeaves(header: Header): Uint8Array[] {
  return [
    encodeBytes(Consensus, { block: header.version.block, app: header.version.app }),
    encodeBytes(StringValue, { value: header.chainId }),
    encodeBytes(Int64Value, { value: BigInt(header.height) }),
    encodeBytes(WireTimestamp, timeToWire(header.time)),
    encodeBytes(WireBlockId, blockIdToWire(header.lastBlockId)),
    bytesLeaf(header.lastCommitHash),
    bytesLeaf(header.dataHash),
    bytesLeaf(header.validatorsHash),
    bytesLeaf(header.nextValidatorsHash),
    bytesLeaf(header.consensusHash),
    bytesLeaf(header.appHash),
    bytesLeaf(header.lastResultsHash),
    bytesLeaf(header.evidenceHash),
    bytesLeaf(header.proposerAddress),
  ];
}
