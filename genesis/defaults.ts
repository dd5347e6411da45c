import { type ConsensusParams, DEFAULT_CONSENSUS_PARAMS } from "../chain/types/params.ts";

export const DEFAULT_PREFIX = "open";
export const DEFAULT_DENOM = "uopen";

/** 4 MiB: blocks travel as 64 parts, and an extended commit with a block's openings fits with room to spare. */
export const MAX_BLOCK_BYTES = 4 * 1_024 * 1_024;

/** Some five thousand transfers, a few seconds of execution on one core; one large message may use it all. */
export const MAX_BLOCK_GAS = 200_000_000;

/** Consensus parameters of a new chain; vote extensions are there from the first block. */
export const GENESIS_PARAMS: ConsensusParams = {
  ...DEFAULT_CONSENSUS_PARAMS,
  block: { maxBytes: MAX_BLOCK_BYTES, maxGas: MAX_BLOCK_GAS },
  version: { app: 1n },
};
