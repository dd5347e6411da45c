import type { Context } from "../../chain/app/context.ts";

/** An account and its weight in a split. */
export interface Payee {
  readonly operator: string;
  readonly power: bigint;
}

/** One entry of a settlement vector, resolved. */
export interface PaidEntry {
  readonly contribution: string;
  readonly item: number;
  /** undefined: the item may not earn any more (invariant I13), its amount goes to the bounty. */
  readonly contributor: string | undefined;
  /** Units of 10^-18. */
  readonly weight: bigint;
}

/** A settlement vector with its entries resolved; sums to 10^18. */
export interface PaidVector {
  readonly entries: readonly PaidEntry[];
  readonly unattributed: bigint;
  readonly capExcess: bigint;
  readonly eligibleClusters: number;
}

/** A settled request: everything that decides who gets which part of its fee. */
export interface PaidRequest {
  readonly request: string;
  readonly host: string;
  /** In the fee denom; held by the module account `from`. */
  readonly fee: bigint;
  readonly from: string;
  readonly model: {
    readonly id: string;
    readonly owner: string;
    readonly snapshots: readonly string[];
    /** Units of 10^-18, at most 10^18. */
    readonly fidelity: bigint;
  };
  readonly attesters: readonly Payee[];
  /** By influence. */
  readonly influence: PaidVector;
  /** By token attribution; of a generator only. */
  readonly tokens?: PaidVector | undefined;
}

/** The bond of a rejected claim. */
export interface ForfeitedBond {
  readonly from: string;
  readonly amount: bigint;
  readonly rejecters: readonly Payee[];
  readonly datanets: readonly string[];
}

/** What other modules may do here. */
export interface RewardsKeeperView {
  settle(ctx: Context, paid: PaidRequest): void;
  takeForfeit(ctx: Context, bond: ForfeitedBond): void;
}
