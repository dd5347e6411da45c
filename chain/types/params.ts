import { MAX_BLOCK_BYTES } from "../codec/block.ts";
import { encodeHashedParams } from "../codec/params.ts";
import { sha256 } from "../crypto/hash.ts";

export { decodeConsensusParams, encodeConsensusParams } from "../codec/params.ts";

/** Consensus parameters in CometBFT's shape. Durations in nanoseconds, sizes in bytes. */
export interface ConsensusParams {
  /** `maxGas` -1 for no limit. */
  readonly block: { readonly maxBytes: number; readonly maxGas: number };
  readonly evidence: {
    readonly maxAgeNumBlocks: number;
    readonly maxAgeDurationNs: bigint;
    readonly maxBytes: number;
  };
  readonly validator: { readonly pubKeyTypes: readonly string[] };
  readonly version: { readonly app: bigint };
  /** First height whose precommits carry extensions; 0 for never. */
  readonly abci: { readonly voteExtensionsEnableHeight: number };
}

/** CometBFT's defaults, with vote extensions from the first height: attestations travel in them. */
export const DEFAULT_CONSENSUS_PARAMS: ConsensusParams = {
  block: { maxBytes: 22_020_096, maxGas: -1 },
  evidence: { maxAgeNumBlocks: 100_000, maxAgeDurationNs: 48n * 3600n * 1_000_000_000n, maxBytes: 1_048_576 },
  validator: { pubKeyTypes: ["ed25519"] },
  version: { app: 0n },
  abci: { voteExtensionsEnableHeight: 1 },
};

/**
 * Which parameter makes no sense.
 *
 * - `bad_block`: max_bytes not in 1..the codec's limit, or max_gas below -1
 * - `bad_evidence`: an age that is not positive, or more bytes than a block
 * - `bad_validator`: key types other than exactly ed25519
 * - `bad_abci`: a vote extension height below 0, or moved back or away once it is reached
 */
export type ParamsErrorCode = "bad_block" | "bad_evidence" | "bad_validator" | "bad_abci";

export class ParamsError extends Error {
  readonly code: ParamsErrorCode;
  constructor(code: ParamsErrorCode, message: string) {
    super(message);
    this.name = "ParamsError";
    this.code = code;
  }
}

/** Throws ParamsError unless the chain can run under these parameters. */
export function validateParams(params: ConsensusParams): void {
  const { block, evidence, validator, abci } = params;
  if (block.maxBytes < 1 || block.maxBytes > MAX_BLOCK_BYTES) {
    throw new ParamsError("bad_block", `block.max_bytes ${block.maxBytes} must be in 1..${MAX_BLOCK_BYTES}`);
  }
  if (block.maxGas < -1) throw new ParamsError("bad_block", `block.max_gas ${block.maxGas} must be -1 or more`);
  if (evidence.maxAgeNumBlocks <= 0 || evidence.maxAgeDurationNs <= 0n) {
    throw new ParamsError("bad_evidence", "evidence.max_age_num_blocks and max_age_duration must be positive");
  }
  if (evidence.maxBytes < 0 || evidence.maxBytes > block.maxBytes) {
    throw new ParamsError("bad_evidence", `evidence.max_bytes ${evidence.maxBytes} must be in 0..block.max_bytes`);
  }
  if (validator.pubKeyTypes.length !== 1 || validator.pubKeyTypes[0] !== "ed25519") {
    throw new ParamsError("bad_validator", 'validator.pub_key_types must be exactly ["ed25519"]');
  }
  if (abci.voteExtensionsEnableHeight < 0) {
    throw new ParamsError("bad_abci", "abci.vote_extensions_enable_height must be 0 (never) or a height");
  }
}

/**
 * Checks a change that the application asks for at `height`: vote extensions start at a later height than this one,
 * and never stop or move once they were reached. Throws ParamsError.
 */
export function validateParamsUpdate(current: ConsensusParams, next: ConsensusParams, height: number): void {
  validateParams(next);
  const [before, after] = [current.abci.voteExtensionsEnableHeight, next.abci.voteExtensionsEnableHeight];
  if (before === after) return;
  if (before !== 0 && height >= before) {
    throw new ParamsError("bad_abci", `vote extensions are enabled since height ${before} and stay so`);
  }
  if (after !== 0 && after <= height) {
    throw new ParamsError("bad_abci", `vote extensions cannot start at ${after}: height ${height} is past`);
  }
}

/** Height from which precommits carry extensions has been reached. */
export function extensionsEnabled(params: ConsensusParams, height: number): boolean {
  const from = params.abci.voteExtensionsEnableHeight;
  return from > 0 && height >= from;
}

/** The header's consensus_hash: block limits only, so that the rest may change without a new hash. */
export function consensusHash(params: ConsensusParams): Uint8Array {
  return sha256(encodeHashedParams(params));
}
