import { parseAmount } from "../../chain/app/coins.ts";
import type { Params } from "../../proto/gen/openledger/attribution/v1.ts";
import { errors } from "./errors.ts";

/** Genesis defaults (DESIGN.md section 5); the bond in uopen. */
export const DEFAULT_PARAMS: Params = {
  seedDelay: 3n,
  commitBlocks: 4n,
  openBlocks: 3n,
  maxOpeningBytes: 524_288,
  maxTalliesPerBlock: 64,
  maxOpenClaims: 1_024,
  minClaimBond: "1000000",
};

/** Longest window in blocks: the staking ring and the stored roots must reach back over commit and open together. */
const MAX_WINDOW = 24n;

/** A block must have room for one opening of each kind. */
const MIN_OPENING_BYTES = 32_768;
const MAX_OPENING_BYTES = 16 * 1_024 * 1_024;

/** Throws attribution/19 for parameters outside the rails. */
export function checkParams(params: Params): void {
  demand(within(params.seedDelay, 1n, MAX_WINDOW), `seed_delay is 1 to ${MAX_WINDOW}`);
  demand(within(params.commitBlocks, 2n, MAX_WINDOW), `commit_blocks is 2 to ${MAX_WINDOW}`);
  demand(within(params.openBlocks, 1n, MAX_WINDOW), `open_blocks is 1 to ${MAX_WINDOW}`);
  const bytes = params.maxOpeningBytes;
  demand(
    bytes >= MIN_OPENING_BYTES && bytes <= MAX_OPENING_BYTES,
    `max_opening_bytes is at least ${MIN_OPENING_BYTES}`,
  );
  demand(params.maxTalliesPerBlock >= 1 && params.maxTalliesPerBlock <= 4_096, "max_tallies_per_block is 1 to 4096");
  demand(params.maxOpenClaims >= 1 && params.maxOpenClaims <= 4_096, "max_open_claims is 1 to 4096");
  parseAmount(params.minClaimBond);
}

function within(value: bigint, low: bigint, high: bigint): boolean {
  return value >= low && value <= high;
}

function demand(condition: boolean, message: string): void {
  if (!condition) throw errors.genesis(message);
}
