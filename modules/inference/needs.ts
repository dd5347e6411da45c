import type { Context } from "../../chain/app/context.ts";
import type { ContributionStatus } from "../../proto/gen/openledger/datanet/v1.ts";
import type { Model } from "../../proto/gen/openledger/modelregistry/v1.ts";
import type { ClaimEngine, InfluenceLedger } from "../attribution/types.ts";
import type { RewardsKeeperView } from "../rewards/types.ts";

/** Coins; the part of the bank that this module uses. */
export interface BankNeeds {
  moduleBalance(ctx: Context, module: string): bigint;
  sendToModule(ctx: Context, from: string, module: string, amount: bigint): void;
  sendFromModule(ctx: Context, module: string, to: string, amount: bigint): void;
}

export interface ModelNeeds {
  model(ctx: Context, id: string): Model | undefined;
}

export interface SnapshotView {
  readonly datanet: string;
  /** In commit order: what an entry's `contribution` counts in. */
  readonly contributions: readonly { readonly contribution: string; readonly contributor: string }[];
}

export interface DatanetNeeds {
  snapshot(ctx: Context, id: string): SnapshotView | undefined;
  contribution(
    ctx: Context,
    id: string,
  ): { readonly contributor: string; readonly status: ContributionStatus } | undefined;
  /** True for an accepted item of a contribution that is not withdrawn. */
  isAccepted(ctx: Context, contribution: string, item: number): boolean;
}

export interface InferenceNeeds {
  readonly bank: BankNeeds;
  readonly models: ModelNeeds;
  readonly datanets: DatanetNeeds;
  readonly claims: ClaimEngine;
  readonly influence: InfluenceLedger;
  /** Bound late: rewards is composed after this module. */
  readonly rewards: RewardsKeeperView;
}
