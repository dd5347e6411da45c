import { HashedParams, ConsensusParams as WireParams } from "../../proto/gen/tendermint/types.ts";
import { encodeBytes } from "../../proto/runtime.ts";
import type { ConsensusParams } from "../types/params.ts";
import { fromNanos, toNanos } from "../types/time.ts";
import { decodeCanonical, requirePresent, safeInteger } from "./checks.ts";

/** Parameters take some 100 bytes; key type names are the only text. */
const MAX_PARAMS_BYTES = 4096;

export function paramsToWire(params: ConsensusParams): WireParams {
  return {
    block: { maxBytes: BigInt(params.block.maxBytes), maxGas: BigInt(params.block.maxGas) },
    evidence: {
      maxAgeNumBlocks: BigInt(params.evidence.maxAgeNumBlocks),
      maxAgeDuration: fromNanos(params.evidence.maxAgeDurationNs),
      maxBytes: BigInt(params.evidence.maxBytes),
    },
    validator: { pubKeyTypes: params.validator.pubKeyTypes },
    version: { app: params.version.app },
    abci: { voteExtensionsEnableHeight: BigInt(params.abci.voteExtensionsEnableHeight) },
  };
}

/** tendermint.types.ConsensusParams. */
export function encodeConsensusParams(params: ConsensusParams): Uint8Array {
  return encodeBytes(WireParams, paramsToWire(params));
}

/** Throws CodecError for malformed bytes; {@link ../types/params.ts} says whether the values make sense. */
export function decodeConsensusParams(bytes: Uint8Array): ConsensusParams {
  const wire = decodeCanonical(WireParams, bytes, MAX_PARAMS_BYTES);
  const block = requirePresent(wire.block, "params.block");
  const evidence = requirePresent(wire.evidence, "params.evidence");
  const abci = requirePresent(wire.abci, "params.abci");
  return {
    block: {
      maxBytes: safeInteger(block.maxBytes, "params.block.max_bytes", -1),
      maxGas: safeInteger(block.maxGas, "params.block.max_gas", -1),
    },
    evidence: {
      maxAgeNumBlocks: safeInteger(evidence.maxAgeNumBlocks, "params.evidence.max_age_num_blocks"),
      maxAgeDurationNs: toNanos(requirePresent(evidence.maxAgeDuration, "params.evidence.max_age_duration")),
      maxBytes: safeInteger(evidence.maxBytes, "params.evidence.max_bytes"),
    },
    validator: { pubKeyTypes: requirePresent(wire.validator, "params.validator").pubKeyTypes },
    version: { app: requirePresent(wire.version, "params.version").app },
    abci: {
      voteExtensionsEnableHeight: safeInteger(
        abci.voteExtensionsEnableHeight,
        "params.abci.vote_extensions_enable_height",
      ),
    },
  };
}

/** What the consensus hash is taken of. */
export function encodeHashedParams(params: ConsensusParams): Uint8Array {
  return encodeBytes(HashedParams, {
    blockMaxBytes: BigInt(params.block.maxBytes),
    blockMaxGas: BigInt(params.block.maxGas),
  });
}
