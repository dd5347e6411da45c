import type { AnteAccounts } from "../../chain/app/ante/needs.ts";
import type { Context } from "../../chain/app/context.ts";

/** Accounts as other modules need them. */
export interface AccountKeeper extends AnteAccounts {
  /** Creates an account without a key unless the address has one. */
  ensure(ctx: Context, address: string): void;
  /** Address of a module account, created when it does not exist. Throws auth/2 for an unknown module. */
  ensureModule(ctx: Context, module: string): string;
  /** The module that owns an address. */
  moduleOf(address: string): string | undefined;
}
