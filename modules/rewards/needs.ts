import type { Context } from "../../chain/app/context.ts";

/** Coins; the part of the bank that this module uses. */
export interface BankNeeds {
  moduleBalance(ctx: Context, module: string): bigint;
  sendFromModule(ctx: Context, module: string, to: string, amount: bigint): void;
  moduleToModule(ctx: Context, from: string, to: string, amount: bigint): void;
  burn(ctx: Context, module: string, amount: bigint): void;
}

/** Who reviewed what. */
export interface CurationNeeds {
  /** Revealed verdicts of final panels by curator, in a fixed order. */
  verdictCounts(ctx: Context, contributions: readonly string[]): readonly (readonly [curator: string, count: number])[];
}

export interface SnapshotView {
  readonly datanet: string;
  readonly contributions: readonly { readonly contribution: string }[];
  /** Items that are held out of training. */
  readonly heldOut: number;
}

/** What a snapshot holds, and holds out. */
export interface DatanetNeeds {
  snapshot(ctx: Context, id: string): SnapshotView | undefined;
  /** Held-out items of each contributor that has any, in a fixed order; they sum to the snapshot's. */
  heldOutCounts(ctx: Context, id: string): ReadonlyMap<string, number>;
}

export interface RewardsNeeds {
  readonly bank: BankNeeds;
  readonly curation: CurationNeeds;
  readonly datanets: DatanetNeeds;
}
