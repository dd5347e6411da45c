import { item, map, pair, protoValue, rawStringKey, stringKey } from "../../chain/store/collections.ts";
import { CurationVerdict, Curator, Panel, Params, Progress } from "../../proto/gen/openledger/curation/v1.ts";

/** Module, store and module account. */
export const CURATION = "curation";

const verdictKey = pair(stringKey, rawStringKey);

export const tables = {
  params: item(0, protoValue(Params)),
  /** By address. */
  curators: map(1, rawStringKey, protoValue(Curator)),
  /** By contribution. */
  panels: map(2, rawStringKey, protoValue(Panel)),
  /** By contribution and curator. */
  verdicts: map(3, verdictKey, protoValue(CurationVerdict)),
  /** By DataNet; absent while none of its panels is open. */
  progress: map(4, rawStringKey, protoValue(Progress)),
};

/** Prefix bytes of one contribution's verdicts. */
export function verdictsOf(contribution: string): Uint8Array {
  return verdictKey.prefix(contribution);
}
