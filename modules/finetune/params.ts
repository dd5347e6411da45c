import { parseAmount } from "../../chain/app/coins.ts";
import type { Params } from "../../proto/gen/openledger/finetune/v1.ts";
import { errors } from "./errors.ts";
import { BASIS_POINTS, MAX_SNAPSHOTS } from "./limits.ts";

/** Genesis defaults; amounts in uopen. */
export const DEFAULT_PARAMS: Params = {
  minPrice: "1000",
  minBond: "1000000",
  claimBond: "1000000",
  minDeadlineBlocks: 10n,
  maxDeadlineBlocks: 100_000n,
  disputeBlocks: 600n,
  maxDisputes: 3,
  maxCheckpoints: 1_024,
  maxOpenPerAccount: 64,
  maxEndsPerBlock: 64,
  attestersBps: 500,
  winnerBps: 5_000,
  maxSnapshots: 16,
};

/** Throws finetune/17 (genesis) for parameters outside the rails. */
export function checkParams(params: Params): void {
  const minPrice = parseAmount(params.minPrice);
  const minBond = parseAmount(params.minBond);
  const claimBond = parseAmount(params.claimBond);
  demand(minPrice >= 1n, "min_price is at least 1");
  demand(claimBond >= 1n, "claim_bond is at least 1");
  demand(minBond >= 1n, "min_bond is at least 1");
  const { minDeadlineBlocks, maxDeadlineBlocks, disputeBlocks } = params;
  demand(minDeadlineBlocks >= 1n && minDeadlineBlocks <= maxDeadlineBlocks, "min_deadline_blocks is 1 to the maximum");
  demand(maxDeadlineBlocks <= 10_000_000n, "max_deadline_blocks is at most 10000000");
  demand(disputeBlocks >= 1n && disputeBlocks <= 1_000_000n, "dispute_blocks is 1 to 1000000");
  demand(params.maxDisputes >= 1 && params.maxDisputes <= 16, "max_disputes is 1 to 16");
  demand(params.maxCheckpoints >= 1 && params.maxCheckpoints <= 65_536, "max_checkpoints is 1 to 65536");
  demand(params.maxOpenPerAccount >= 1, "max_open_per_account is at least 1");
  demand(params.maxEndsPerBlock >= 1 && params.maxEndsPerBlock <= 4_096, "max_ends_per_block is 1 to 4096");
  demand(params.attestersBps <= BASIS_POINTS / 2, "attesters_bps is at most 5000");
  // A reporter gets at most half of a slash.
  demand(params.winnerBps <= BASIS_POINTS / 2, "winner_bps is at most 5000");
  demand(params.maxSnapshots >= 1 && params.maxSnapshots <= MAX_SNAPSHOTS, `max_snapshots is 1 to ${MAX_SNAPSHOTS}`);
}

function demand(condition: boolean, message: string): void {
  if (!condition) throw errors.genesis(message);
}
