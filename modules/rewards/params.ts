import type { Params } from "../../proto/gen/openledger/rewards/v1.ts";
import { errors } from "./errors.ts";
import { MAX_BESIDE_INFLUENCE } from "./limits.ts";
import { BASIS_POINTS } from "./split.ts";

/** ECONOMY.md "Fee split": of the fee, then of the net, then of the contributors' part. */
export const DEFAULT_PARAMS: Params = {
  host: 2_000,
  burn: 600,
  treasury: 600,
  model: 3_000,
  attestors: 1_500,
  contributors: 5_000,
  curation: 500,
  tokenPool: 3_000,
  heldOut: 500,
};

/** Throws rewards/4 unless the outer shares leave a net, the inner ones make up all of it, and half is left to influence. */
export function checkParams(params: Params): void {
  const whole = Number(BASIS_POINTS);
  const outer = params.host + params.burn + params.treasury;
  const inner = params.model + params.attestors + params.contributors + params.curation;
  if (outer >= whole) throw errors.genesis(`host, burn and treasury are below ${whole} together, got ${outer}`);
  const beside = params.tokenPool + params.heldOut;
  if (beside > MAX_BESIDE_INFLUENCE) {
    throw errors.genesis(`token_pool and held_out are at most ${MAX_BESIDE_INFLUENCE} together, got ${beside}`);
  }
  if (inner !== whole) throw errors.genesis(`the shares of the net sum to ${whole}, got ${inner}`);
}
