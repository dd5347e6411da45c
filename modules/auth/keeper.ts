import type { AnteParams } from "../../chain/app/ante/needs.ts";
import type { Context } from "../../chain/app/context.ts";
import { sdkErrors } from "../../chain/app/errors.ts";
import type { ChainOptions } from "../../chain/app/options.ts";
import { type Account, decodeAccount, encodeAccount } from "./account.ts";
import { authErrors } from "./errors.ts";
import { AUTH, accountNumbers, accounts, params } from "./keys.ts";
import type { AccountKeeper } from "./types.ts";

export interface AuthOptions extends ChainOptions {
  /** Names of all module accounts of the application; nobody else can send to their addresses. */
  readonly moduleAccounts: readonly string[];
}

/** The only writer of the auth store. */
export class AuthKeeper implements AccountKeeper {
  readonly options: AuthOptions;
  readonly #modules: ReadonlyMap<string, string>;
  readonly #moduleByAddress: ReadonlyMap<string, string>;

  constructor(options: AuthOptions) {
    this.options = options;
    this.#modules = new Map(options.moduleAccounts.map((name) => [name, options.addresses.ofModule(name)]));
    this.#moduleByAddress = new Map([...this.#modules].map(([name, address]) => [address, name]));
  }

  params(ctx: Context): AnteParams {
    const stored = params.require(ctx.kv(AUTH));
    return {
      maxMemoCharacters: Number(stored.maxMemoCharacters),
      txSigLimit: Number(stored.txSigLimit),
      txSizeCostPerByte: Number(stored.txSizeCostPerByte),
      sigVerifyCostSecp256k1: Number(stored.sigVerifyCostSecp256k1),
    };
  }

  get(ctx: Context, address: string): Account | undefined {
    const stored = accounts.get(ctx.kv(AUTH), this.options.addresses.fromText(address));
    return stored && decodeAccount(stored);
  }

  /** All accounts in order of address bytes. */
  *all(ctx: Context): Iterable<Account> {
    for (const [, stored] of accounts.iterate(ctx.kv(AUTH))) yield decodeAccount(stored);
  }

  ensure(ctx: Context, address: string): void {
    if (accounts.has(ctx.kv(AUTH), this.options.addresses.fromText(address))) return;
    this.put(ctx, this.#fresh(ctx, address));
  }

  ensureModule(ctx: Context, module: string): string {
    const address = this.#modules.get(module);
    if (address === undefined) throw authErrors.notAModuleAccount(`no module account is named ${module}`);
    this.ensure(ctx, address);
    return address;
  }

  moduleOf(address: string): string | undefined {
    return this.#moduleByAddress.get(address);
  }

  setPubKey(ctx: Context, address: string, pubKey: Uint8Array): void {
    this.put(ctx, { ...this.#require(ctx, address), pubKey });
  }

  incrementSequence(ctx: Context, address: string): void {
    const account = this.#require(ctx, address);
    this.put(ctx, { ...account, sequence: account.sequence + 1 });
  }

  /** Writes an account as it is. */
  put(ctx: Context, account: Account): void {
    accounts.set(ctx.kv(AUTH), this.options.addresses.fromText(account.address), encodeAccount(account));
  }

  #require(ctx: Context, address: string): Account {
    const account = this.get(ctx, address);
    if (!account) throw sdkErrors.unknownAddress(`account ${address} does not exist: unknown address`);
    return account;
  }

  #fresh(ctx: Context, address: string): Account {
    const accountNumber = accountNumbers.next(ctx.kv(AUTH));
    return { address, pubKey: undefined, accountNumber, sequence: 0, module: this.moduleOf(address) };
  }
}
