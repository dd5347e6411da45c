import { parseAmount } from "../../chain/app/coins.ts";
import type { Params } from "../../proto/gen/openledger/inference/v1.ts";
import { errors } from "./errors.ts";

/** Genesis defaults; the bond in uopen. */
export const DEFAULT_PARAMS: Params = {
  hostBond: "1000000",
  maxExpiryBlocks: 1_000n,
  maxPendingPerAccount: 512,
  maxOutputBytes: 16_384,
  maxExpiriesPerBlock: 64,
};

/** Throws inference/12 for parameters outside the rails. */
export function checkParams(params: Params): void {
  parseAmount(params.hostBond);
  const blocks = params.maxExpiryBlocks;
  demand(blocks >= 1n && blocks <= 1_000_000n, "max_expiry_blocks is 1 to 1000000");
  demand(params.maxPendingPerAccount >= 1, "max_pending_per_account is at least 1");
  demand(params.maxOutputBytes >= 1 && params.maxOutputBytes <= 1_048_576, "max_output_bytes is 1 to 1048576");
  demand(params.maxExpiriesPerBlock >= 1 && params.maxExpiriesPerBlock <= 4_096, "max_expiries_per_block is 1 to 4096");
}

function demand(condition: boolean, message: string): void {
  if (!condition) throw errors.genesis(message);
}
