import { item, map, protoValue, rawStringKey } from "../../chain/store/collections.ts";
import { Model, Params } from "../../proto/gen/openledger/modelregistry/v1.ts";

/** Module and store. It has no account: the bonds of claims are with the claim engine. */
export const MODELREGISTRY = "modelregistry";

export const tables = {
  params: item(0, protoValue(Params)),
  models: map(1, rawStringKey, protoValue(Model)),
};
