import type { Params } from "../../proto/gen/openledger/curation/v1.ts";
import { demand, positiveAmountOf } from "../datanet/types.ts";
import { MAX_CURATORS, MAX_PANEL_SIZE } from "./limits.ts";

/** Genesis defaults; amounts in the smallest unit of the coin. */
export const DEFAULT_PARAMS: Params = {
  curatorBond: "10000000",
  panelSize: 7,
  liability: "100000",
  maxCurators: 128,
};

/** Throws sdk/10 or sdk/18 for parameters outside the rails. */
export function checkParams(params: Params): void {
  const bond = positiveAmountOf(params.curatorBond, "curator_bond");
  const liability = positiveAmountOf(params.liability, "liability");
  demand(liability <= bond, "liability is at most curator_bond");
  demand(params.panelSize >= 1 && params.panelSize <= MAX_PANEL_SIZE, `panel_size is 1 to ${MAX_PANEL_SIZE}`);
  demand(params.maxCurators >= 1 && params.maxCurators <= MAX_CURATORS, `max_curators is 1 to ${MAX_CURATORS}`);
}
