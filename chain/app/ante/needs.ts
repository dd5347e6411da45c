import type { Amount } from "../coins.ts";
import type { Context } from "../context.ts";

/** What the ante handler reads of an account. */
export interface AnteAccount {
  readonly address: string;
  /** Compressed secp256k1 key, once the account has signed. */
  readonly pubKey: Uint8Array | undefined;
  readonly accountNumber: number;
  readonly sequence: number;
}

/** Limits and prices of transactions (x/auth's Params). */
export interface AnteParams {
  readonly maxMemoCharacters: number;
  readonly txSigLimit: number;
  readonly txSizeCostPerByte: number;
  readonly sigVerifyCostSecp256k1: number;
}

/** Accounts, served by the auth module. */
export interface AnteAccounts {
  params(ctx: Context): AnteParams;
  get(ctx: Context, address: string): AnteAccount | undefined;
  setPubKey(ctx: Context, address: string, pubKey: Uint8Array): void;
  incrementSequence(ctx: Context, address: string): void;
}

/** Fees, served by the bank module. */
export interface AnteFees {
  /** Moves the coins to the fee collector. Throws sdk/5 (insufficient funds). */
  collect(ctx: Context, payer: string, fee: readonly Amount[]): void;
}

export interface AnteNeeds {
  readonly accounts: AnteAccounts;
  readonly fees: AnteFees;
}
