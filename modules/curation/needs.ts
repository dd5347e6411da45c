import type { Context } from "../../chain/app/context.ts";

/** Coins; the part of the bank that this module uses. */
export interface BankNeeds {
  moduleBalance(ctx: Context, module: string): bigint;
  sendToModule(ctx: Context, from: string, module: string, amount: bigint): void;
  sendFromModule(ctx: Context, module: string, to: string, amount: bigint): void;
}

/** The part of a contribution that a panel needs. */
export interface ReviewedContribution {
  readonly id: string;
  readonly datanet: string;
  readonly window: number;
  readonly contributor: string;
  readonly items: number;
}

/** Where contributions come from, and the phase that decides when verdicts are taken. */
export interface DatanetNeeds {
  contribution(ctx: Context, id: string): ReviewedContribution | undefined;
  datanet(ctx: Context, id: string): { readonly window: number; readonly phase: number } | undefined;
}

export interface CurationNeeds {
  readonly bank: BankNeeds;
  readonly datanet: DatanetNeeds;
}
