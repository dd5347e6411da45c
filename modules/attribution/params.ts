import { parseAmount } from "../../chain/app/coins.ts";
import type { Params } from "../../proto/gen/openledger/attribution/v1.ts";
import { errors } from "./errors.ts";
import { MAX_CLAIM_OPENING_BYTES, MAX_OPENING_BYTES } from "./limits.ts";

/** Genesis defaults (DESIGN.md section 5); the bond in uopen. */
export const DEFAULT_PARAMS: Params = {
  seedDelay: 3n,
  commitBlocks: 4n,
  openBlocks: 3n,
  maxOpeningBytes: 1_048_576,
  maxTalliesPerBlock: 128,
  maxOpenClaims: 1_024,
  minClaimBond: "1000000",
};

/** Longest window in blocks: the staking ring and the stored roots must reach back over commit and open together. */
const MAX_WINDOW = 24n;

/** A block must have room for one opening of each kind. */
const MIN_OPENING_BYTES = 32_768;
/** With the votes of a large set these still fit the longest transaction 0. */
const MOST_OPENING_BYTES = 2 * 1_024 * 1_024;

/** Throws attribution/19 for parameters outside the rails. */
export function checkParams(params: Params): void {
  demand(within(params.seedDelay, 1n, MAX_WINDOW), `seed_delay is 1 to ${MAX_WINDOW}`);
  demand(within(params.commitBlocks, 2n, MAX_WINDOW), `commit_blocks is 2 to ${MAX_WINDOW}`);
  demand(within(params.openBlocks, 1n, MAX_WINDOW), `open_blocks is 1 to ${MAX_WINDOW}`);
  const bytes = params.maxOpeningBytes;
  demand(
    bytes >= MIN_OPENING_BYTES && bytes <= MOST_OPENING_BYTES,
    `max_opening_bytes is ${MIN_OPENING_BYTES} to ${MOST_OPENING_BYTES}`,
  );
  demand(params.maxTalliesPerBlock >= 1 && params.maxTalliesPerBlock <= 4_096, "max_tallies_per_block is 1 to 4096");
  demand(params.maxOpenClaims >= 1 && params.maxOpenClaims <= 4_096, "max_open_claims is 1 to 4096");
  parseAmount(params.minClaimBond);
}

/**
 * Claims that one block may post: what one later block can open of them in the worst case. Windows of successive blocks
 * overlap, so each brings one block's worth; that a window has several blocks is left for proposers that leave openings out.
 */
export function claimsPerBlock(params: Params, committee: number): number {
  const largest = MAX_CLAIM_OPENING_BYTES + committee * MAX_OPENING_BYTES;
  return Math.max(1, Math.floor((params.maxOpeningBytes - MAX_CLAIM_OPENING_BYTES) / largest));
}

function within(value: bigint, low: bigint, high: bigint): boolean {
  return value >= low && value <= high;
}

function demand(condition: boolean, message: string): void {
  if (!condition) throw errors.genesis(message);
}
