import { item, map, numberValue, pair, protoValue, rawStringKey, stringKey } from "../../chain/store/collections.ts";
import {
  Accrued,
  Bounty,
  ContributionRewards,
  CuratorShares,
  FeeSplit,
  HeldOutClaim,
  HeldOutLedger,
  Params,
  Settlement,
} from "../../proto/gen/openledger/rewards/v1.ts";

/** Module, store and module account: it holds what is accrued and the bounties. */
export const REWARDS = "rewards";

/** Module account that receives the treasury's share. */
export const TREASURY = "treasury";

const heldOutKey = pair(stringKey, rawStringKey);

export const tables = {
  params: item(0, protoValue(Params)),
  /** Sums over all settled fees. */
  totals: item(1, protoValue(FeeSplit)),
  settled: item(2, numberValue),
  /** By account. */
  accrued: map(3, rawStringKey, protoValue(Accrued)),
  /** By DataNet. */
  bounties: map(4, rawStringKey, protoValue(Bounty)),
  /** By contribution. */
  contributions: map(5, rawStringKey, protoValue(ContributionRewards)),
  /** By request. */
  settlements: map(6, rawStringKey, protoValue(Settlement)),
  /** By snapshot: counted once, when the first request of one of its models settles. */
  curatorShares: map(7, rawStringKey, protoValue(CuratorShares)),
  /** By snapshot. */
  heldOut: map(8, rawStringKey, protoValue(HeldOutLedger)),
  heldOutClaims: map(9, heldOutKey, protoValue(HeldOutClaim)),
};
