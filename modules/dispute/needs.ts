import type { Context } from "../../chain/app/context.ts";
import type { Claim } from "../../proto/gen/openledger/attribution/v1.ts";
import type { ClaimPost, Overturned } from "../attribution/types.ts";

/** Coins; the part of the bank that this module uses. */
export interface BankNeeds {
  moduleBalance(ctx: Context, module: string): bigint;
  sendToModule(ctx: Context, from: string, module: string, amount: bigint): void;
  sendFromModule(ctx: Context, module: string, to: string, amount: bigint): void;
  burn(ctx: Context, module: string, amount: bigint): void;
}

/** Claims; the part of attribution's engine that this module uses. */
export interface ClaimNeeds {
  post(ctx: Context, post: ClaimPost): Uint8Array;
  claim(ctx: Context, id: Uint8Array): Claim | undefined;
  isDisputable(ctx: Context, id: Uint8Array): boolean;
  beginDispute(ctx: Context, id: Uint8Array): Claim;
  endDispute(ctx: Context, id: Uint8Array, graceBlocks: number): void;
  overturn(ctx: Context, id: Uint8Array, to: string): Overturned;
}

/** An account to be paid, with its power in a committee. */
export interface Payee {
  readonly operator: string;
  readonly power: bigint;
}

/** Takes what is left of a lost bond: half to the payees by power, the rest to the DataNets' bounties, else the treasury. */
export interface ForfeitNeeds {
  takeForfeit(
    ctx: Context,
    forfeit: {
      readonly from: string;
      readonly amount: bigint;
      readonly rejecters: readonly Payee[];
      readonly datanets: readonly string[];
    },
  ): void;
}

export interface DisputeNeeds {
  readonly bank: BankNeeds;
  readonly claims: ClaimNeeds;
  readonly forfeits: ForfeitNeeds;
}
