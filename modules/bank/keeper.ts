import type { AnteFees } from "../../chain/app/ante/needs.ts";
import { type Amount, formatCoins } from "../../chain/app/coins.ts";
import type { Context } from "../../chain/app/context.ts";
import { sdkErrors } from "../../chain/app/errors.ts";
import type { ChainOptions } from "../../chain/app/options.ts";
import { BANK, balanceKey, balances, supplies } from "./keys.ts";
import type { BankNeeds } from "./needs.ts";
import type { BankKeeper } from "./types.ts";

/** Module account to which the ante handler moves fees. */
export const FEE_COLLECTOR = "fee_collector";

/** The only writer of the bank store. */
export class Bank implements BankKeeper, AnteFees {
  readonly options: ChainOptions;
  readonly #needs: BankNeeds;

  constructor(options: ChainOptions, needs: BankNeeds) {
    this.options = options;
    this.#needs = needs;
  }

  balance(ctx: Context, address: string, denom = this.options.feeDenom): bigint {
    return balances.get(ctx.kv(BANK), [this.options.addresses.fromText(address), denom]) ?? 0n;
  }

  moduleBalance(ctx: Context, module: string, denom = this.options.feeDenom): bigint {
    return this.balance(ctx, this.options.addresses.ofModule(module), denom);
  }

  supply(ctx: Context, denom = this.options.feeDenom): bigint {
    return supplies.get(ctx.kv(BANK), denom) ?? 0n;
  }

  /** All coins of an address, by denomination. */
  coins(ctx: Context, address: string): Amount[] {
    const prefix = balanceKey.prefix(this.options.addresses.fromText(address));
    const found: Amount[] = [];
    for (const [[, denom], amount] of balances.iterate(ctx.kv(BANK), { prefix })) found.push({ denom, amount });
    return found;
  }

  send(ctx: Context, from: string, to: string, amount: bigint, denom = this.options.feeDenom): void {
    this.transfer(ctx, from, to, [{ denom, amount }]);
  }

  sendToModule(ctx: Context, from: string, module: string, amount: bigint, denom?: string): void {
    this.send(ctx, from, this.#needs.accounts.ensureModule(ctx, module), amount, denom);
  }

  sendFromModule(ctx: Context, module: string, to: string, amount: bigint, denom?: string): void {
    this.send(ctx, this.#needs.accounts.ensureModule(ctx, module), to, amount, denom);
  }

  moduleToModule(ctx: Context, from: string, to: string, amount: bigint, denom?: string): void {
    this.sendFromModule(ctx, from, this.#needs.accounts.ensureModule(ctx, to), amount, denom);
  }

  burn(ctx: Context, module: string, amount: bigint, denom = this.options.feeDenom): void {
    if (!isPositive(amount)) return;
    const address = this.#needs.accounts.ensureModule(ctx, module);
    this.#subtract(ctx, address, [{ denom, amount }]);
    this.#setSupply(ctx, denom, this.supply(ctx, denom) - amount);
    ctx.events.emit("burn", [
      ["burner", address],
      ["amount", formatCoins([{ denom, amount }])],
    ]);
  }

  collect(ctx: Context, payer: string, fee: readonly Amount[]): void {
    this.transfer(ctx, payer, this.#needs.accounts.ensureModule(ctx, FEE_COLLECTOR), fee);
  }

  /** Moves coins with the events of x/bank. Coins of 0 are left out; throws sdk/5 and sdk/10. */
  transfer(ctx: Context, from: string, to: string, coins: readonly Amount[]): void {
    const moved = coins.filter(({ amount }) => isPositive(amount));
    if (moved.length === 0) return;
    this.#subtract(ctx, from, moved);
    this.#add(ctx, to, moved);
    ctx.events.emit("transfer", [
      ["recipient", to],
      ["sender", from],
      ["amount", formatCoins(moved)],
    ]);
    ctx.events.emit("message", [["sender", from]]);
  }

  /** Genesis only: gives coins that did not exist. */
  mintGenesis(ctx: Context, address: string, coins: readonly Amount[]): void {
    this.#add(ctx, address, coins);
    for (const { denom, amount } of coins) this.#setSupply(ctx, denom, this.supply(ctx, denom) + amount);
  }

  #subtract(ctx: Context, address: string, coins: readonly Amount[]): void {
    const store = ctx.kv(BANK);
    const owner = this.options.addresses.fromText(address);
    for (const { denom, amount } of coins) {
      const balance = balances.get(store, [owner, denom]) ?? 0n;
      if (balance < amount) {
        throw sdkErrors.insufficientFunds(
          `spendable balance ${balance}${denom} is smaller than ${amount}${denom}: insufficient funds`,
          { address, denom, balance, amount },
        );
      }
      if (balance === amount) balances.remove(store, [owner, denom]);
      else balances.set(store, [owner, denom], balance - amount);
    }
    ctx.events.emit("coin_spent", [
      ["spender", address],
      ["amount", formatCoins(coins)],
    ]);
  }

  #add(ctx: Context, address: string, coins: readonly Amount[]): void {
    const store = ctx.kv(BANK);
    const owner = this.options.addresses.fromText(address);
    this.#needs.accounts.ensure(ctx, address);
    for (const { denom, amount } of coins) {
      balances.set(store, [owner, denom], (balances.get(store, [owner, denom]) ?? 0n) + amount);
    }
    ctx.events.emit("coin_received", [
      ["receiver", address],
      ["amount", formatCoins(coins)],
    ]);
  }

  #setSupply(ctx: Context, denom: string, amount: bigint): void {
    if (amount === 0n) supplies.remove(ctx.kv(BANK), denom);
    else supplies.set(ctx.kv(BANK), denom, amount);
  }
}

/** False for 0. Throws sdk/10 for a negative amount. */
function isPositive(amount: bigint): boolean {
  if (amount < 0n) throw sdkErrors.invalidCoins(`an amount of ${amount} is negative: invalid coins`);
  return amount > 0n;
}
