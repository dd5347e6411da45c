import {
  fixedBytesKey,
  item,
  keySet,
  map,
  numberKey,
  numberValue,
  pair,
  protoValue,
} from "../../chain/store/collections.ts";
import { Dispute, Params } from "../../proto/gen/openledger/dispute/v1.ts";

/** Module, store and module account. */
export const DISPUTE = "dispute";

const hash = fixedBytesKey(32);

/** Claim and dispute. */
export const claimDisputeKey = pair(hash, hash);

export const tables = {
  params: item(0, protoValue(Params)),
  disputes: map(1, hash, protoValue(Dispute)),
  /** (deadline, id) of disputes in which a move or a step claim is due. */
  due: keySet(2, pair(numberKey, hash)),
  /** (claim, id) of disputes that are not over. */
  open: keySet(3, claimDisputeKey),
  openCount: item(4, numberValue),
  /** Claim to number of its disputes so far. */
  numbers: map(5, hash, numberValue),
};
