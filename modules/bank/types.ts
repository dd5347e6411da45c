import type { Context } from "../../chain/app/context.ts";

/** Reads coins. Amounts are in the smallest unit; `denom` is the chain's fee denom when left out. */
export interface BankViewKeeper {
  balance(ctx: Context, address: string, denom?: string): bigint;
  moduleBalance(ctx: Context, module: string, denom?: string): bigint;
  supply(ctx: Context, denom?: string): bigint;
}

/**
 * Moves coins. Every amount is positive; a transfer of 0 is a no-op, a negative amount throws sdk/10 (invalid coins) and
 * a missing amount sdk/5 (insufficient funds). Addresses are bech32 texts; modules are named.
 */
export interface BankKeeper extends BankViewKeeper {
  send(ctx: Context, from: string, to: string, amount: bigint, denom?: string): void;
  sendToModule(ctx: Context, from: string, module: string, amount: bigint, denom?: string): void;
  sendFromModule(ctx: Context, module: string, to: string, amount: bigint, denom?: string): void;
  moduleToModule(ctx: Context, from: string, to: string, amount: bigint, denom?: string): void;
  /** Destroys coins of a module account; the supply falls by exactly the amount. */
  burn(ctx: Context, module: string, amount: bigint, denom?: string): void;
}
