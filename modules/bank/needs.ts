import type { Context } from "../../chain/app/context.ts";

/** Accounts, as the bank needs them. */
export interface BankAccounts {
  /** Creates an account unless the address has one. */
  ensure(ctx: Context, address: string): void;
  /** Address of a module account. Throws for an unknown module. */
  ensureModule(ctx: Context, module: string): string;
  /** The module that owns an address. */
  moduleOf(address: string): string | undefined;
}

export interface BankNeeds {
  readonly accounts: BankAccounts;
}
