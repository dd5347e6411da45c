/** Consensus parameters in CometBFT's shape. Durations in nanoseconds, sizes in bytes. */
export interface ConsensusParams {
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
