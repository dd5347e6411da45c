import { item, map, numberValue, protoValue, rawStringKey } from "../../chain/store/collections.ts";
import {
  Accrued,
  Bounty,
  ContributionRewards,
  CuratorShares,
  FeeSplit,
  Params,
  Settlement,
} from "../../proto/gen/openledger/rewards/v1.ts";

/** Module, store and module account: it holds what is accrued and the bounties. */
export const REWARDS = "rewards";

/** Module account that receives the treasury's share. */
export const TREASURY = "treasury";

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
};
