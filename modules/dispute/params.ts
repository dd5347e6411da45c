import { parseAmount } from "../../chain/app/coins.ts";
import type { Params } from "../../proto/gen/openledger/dispute/v1.ts";
import { errors } from "./errors.ts";
import { MAX_GRACE_BLOCKS, MAX_MOVE_BLOCKS, MAX_WINNER_BPS, MOST_OPEN_DISPUTES, MOST_STEPS } from "./limits.ts";

/** Genesis defaults; the bond in uopen. */
export const DEFAULT_PARAMS: Params = {
  challengeBond: "2000000",
  moveBlocks: 600n,
  maxOpenDisputes: 256,
  maxEndsPerBlock: 16,
  maxSteps: 1_000_000n,
  winnerBps: 5_000,
  graceBlocks: 1_200n,
};

/** Throws dispute/11 for parameters outside the rails. */
export function checkParams(params: Params): void {
  const { challengeBond, moveBlocks, maxOpenDisputes, maxEndsPerBlock, maxSteps, winnerBps, graceBlocks } = params;
  demand(parseAmount(challengeBond) > 0n, "challenge_bond is above 0");
  demand(moveBlocks >= 2n && moveBlocks <= BigInt(MAX_MOVE_BLOCKS), `move_blocks is 2 to ${MAX_MOVE_BLOCKS}`);
  demand(
    maxOpenDisputes >= 1 && maxOpenDisputes <= MOST_OPEN_DISPUTES,
    `max_open_disputes is 1 to ${MOST_OPEN_DISPUTES}`,
  );
  demand(maxEndsPerBlock >= 1 && maxEndsPerBlock <= 256, "max_ends_per_block is 1 to 256");
  demand(maxSteps >= 1n && maxSteps <= BigInt(MOST_STEPS), `max_steps is 1 to ${MOST_STEPS}`);
  demand(winnerBps <= MAX_WINNER_BPS, `winner_bps is at most ${MAX_WINNER_BPS}`);
  demand(graceBlocks <= BigInt(MAX_GRACE_BLOCKS), `grace_blocks is at most ${MAX_GRACE_BLOCKS}`);
}

function demand(condition: boolean, message: string): void {
  if (!condition) throw errors.genesis(message);
}
