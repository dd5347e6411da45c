import { parseAmount } from "../../chain/app/coins.ts";
import type { Params } from "../../proto/gen/openledger/datanet/v1.ts";
import { MAX_ITEMS, MAX_NO_QUORUM_BURN_BPS, MAX_WINDOW_CONTRIBUTIONS, MIN_PHASE_BLOCKS } from "./limits.ts";
import { demand, positiveAmountOf } from "./types.ts";

/** Genesis defaults; amounts in the smallest unit of the coin. */
export const DEFAULT_PARAMS: Params = {
  createBond: "10000000",
  contributionBond: "1000000",
  reviewFee: "100000",
  maxItems: MAX_ITEMS,
  maxBytes: 4_194_304n,
  maxContributionsPerWindow: 256,
  maxPhaseBlocks: 1_000_000n,
  snapshotBond: "1000000",
  queueTarget: 64,
  noQuorumBurnBps: 1_000,
};

/** Throws sdk/10 or sdk/18 for parameters outside the rails. */
export function checkParams(params: Params): void {
  positiveAmountOf(params.createBond, "create_bond");
  positiveAmountOf(params.contributionBond, "contribution_bond");
  parseAmount(params.reviewFee);
  positiveAmountOf(params.snapshotBond, "snapshot_bond");
  demand(params.maxItems >= 1 && params.maxItems <= MAX_ITEMS, `max_items is 1 to ${MAX_ITEMS}`);
  demand(params.maxBytes >= 1n && params.maxBytes < 2n ** 32n, "max_bytes is 1 to 2^32 - 1");
  const window = params.maxContributionsPerWindow;
  demand(
    window >= 1 && window <= MAX_WINDOW_CONTRIBUTIONS,
    `max_contributions_per_window is 1 to ${MAX_WINDOW_CONTRIBUTIONS}`,
  );
  const target = params.queueTarget;
  demand(target >= 1 && target <= MAX_WINDOW_CONTRIBUTIONS, `queue_target is 1 to ${MAX_WINDOW_CONTRIBUTIONS}`);
  demand(params.noQuorumBurnBps <= MAX_NO_QUORUM_BURN_BPS, `no_quorum_burn_bps is at most ${MAX_NO_QUORUM_BURN_BPS}`);
  const blocks = params.maxPhaseBlocks;
  demand(blocks >= BigInt(MIN_PHASE_BLOCKS) && blocks < 2n ** 40n, "max_phase_blocks is 1 to 2^40 - 1");
}
