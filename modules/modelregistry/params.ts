import { ONE } from "../../chain/math/fixed.ts";
import type { Params } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { demand, MAX_LABELS, positiveAmountOf } from "../datanet/types.ts";
import { MAX_SNAPSHOTS } from "./limits.ts";

/** Genesis defaults; amounts in the smallest unit of the coin, fidelity in units of 10^-18. */
export const DEFAULT_PARAMS: Params = {
  claimBond: "1000000",
  maxSnapshots: 16,
  maxLabels: MAX_LABELS,
  defaultFidelity: ONE,
};

/** Throws sdk/10 or sdk/18 for parameters outside the rails. */
export function checkParams(params: Params): void {
  positiveAmountOf(params.claimBond, "claim_bond");
  demand(params.maxSnapshots >= 1 && params.maxSnapshots <= MAX_SNAPSHOTS, `max_snapshots is 1 to ${MAX_SNAPSHOTS}`);
  demand(params.maxLabels >= 1 && params.maxLabels <= MAX_LABELS, `max_labels is 1 to ${MAX_LABELS}`);
  demand(params.defaultFidelity <= ONE, "default_fidelity is at most 10^18");
}
