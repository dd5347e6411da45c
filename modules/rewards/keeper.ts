import type { Context } from "../../chain/app/context.ts";
import type { KvStore } from "../../chain/store/kv.ts";
import type {
  Accrued,
  Bounty,
  ContributionRewards,
  CuratorShares,
  FeeSplit,
  HeldOutClaim,
  HeldOutLedger,
  Params,
  Settlement,
} from "../../proto/gen/openledger/rewards/v1.ts";
import { REWARDS, tables } from "./keys.ts";
import { addSplits, NO_FEES } from "./totals.ts";

/** The only reader and writer of the module's keys. Rules are in the files beside it. */
export class RewardsLedger {
  #kv(ctx: Context): KvStore {
    return ctx.kv(REWARDS);
  }

  params(ctx: Context): Params {
    return tables.params.require(this.#kv(ctx));
  }

  setParams(ctx: Context, params: Params): void {
    tables.params.set(this.#kv(ctx), params);
  }

  totals(ctx: Context): FeeSplit {
    return tables.totals.get(this.#kv(ctx)) ?? NO_FEES;
  }

  settled(ctx: Context): number {
    return tables.settled.get(this.#kv(ctx)) ?? 0;
  }

  setTotals(ctx: Context, totals: FeeSplit, settled: number): void {
    tables.totals.set(this.#kv(ctx), totals);
    tables.settled.set(this.#kv(ctx), settled);
  }

  accrued(ctx: Context, address: string): Accrued {
    return tables.accrued.get(this.#kv(ctx), address) ?? { address, amount: "0", claimed: "0" };
  }

  saveAccrued(ctx: Context, accrued: Accrued): void {
    tables.accrued.set(this.#kv(ctx), accrued.address, accrued);
  }

  *allAccrued(ctx: Context): Generator<Accrued> {
    for (const [, accrued] of tables.accrued.iterate(this.#kv(ctx))) yield accrued;
  }

  /** Makes `amount` claimable; 0 leaves no trace. */
  accrue(ctx: Context, address: string, amount: bigint): void {
    if (amount === 0n) return;
    const old = this.accrued(ctx, address);
    this.saveAccrued(ctx, { ...old, amount: (BigInt(old.amount) + amount).toString() });
  }

  bounty(ctx: Context, datanet: string): Bounty {
    return tables.bounties.get(this.#kv(ctx), datanet) ?? { datanet, amount: "0" };
  }

  saveBounty(ctx: Context, bounty: Bounty): void {
    tables.bounties.set(this.#kv(ctx), bounty.datanet, bounty);
  }

  *bounties(ctx: Context): Generator<Bounty> {
    for (const [, bounty] of tables.bounties.iterate(this.#kv(ctx))) yield bounty;
  }

  addBounty(ctx: Context, datanet: string, amount: bigint): void {
    if (amount === 0n) return;
    const old = this.bounty(ctx, datanet);
    this.saveBounty(ctx, { datanet, amount: (BigInt(old.amount) + amount).toString() });
  }

  contribution(ctx: Context, contribution: string): ContributionRewards | undefined {
    return tables.contributions.get(this.#kv(ctx), contribution);
  }

  saveContribution(ctx: Context, rewards: ContributionRewards): void {
    tables.contributions.set(this.#kv(ctx), rewards.contribution, rewards);
  }

  /** By id ascending, from after `startAfter`. */
  *contributions(ctx: Context, startAfter = ""): Generator<ContributionRewards> {
    for (const [id, rewards] of tables.contributions.iterate(this.#kv(ctx), { from: startAfter })) {
      if (id !== startAfter) yield rewards;
    }
  }

  settlement(ctx: Context, request: string): Settlement | undefined {
    return tables.settlements.get(this.#kv(ctx), request);
  }

  *settlements(ctx: Context): Generator<Settlement> {
    for (const [, settlement] of tables.settlements.iterate(this.#kv(ctx))) yield settlement;
  }

  saveSettlement(ctx: Context, settlement: Settlement): void {
    tables.settlements.set(this.#kv(ctx), settlement.request, settlement);
  }

  /** Keeps the settlement and adds its parts to the totals. */
  book(ctx: Context, settlement: Settlement, split: FeeSplit): void {
    this.saveSettlement(ctx, settlement);
    this.setTotals(ctx, addSplits(this.totals(ctx), split), this.settled(ctx) + 1);
  }

  curatorShares(ctx: Context, snapshot: string): CuratorShares | undefined {
    return tables.curatorShares.get(this.#kv(ctx), snapshot);
  }

  saveCuratorShares(ctx: Context, shares: CuratorShares): void {
    tables.curatorShares.set(this.#kv(ctx), shares.snapshot, shares);
  }

  *allCuratorShares(ctx: Context): Generator<CuratorShares> {
    for (const [, shares] of tables.curatorShares.iterate(this.#kv(ctx))) yield shares;
  }

  heldOut(ctx: Context, snapshot: string): HeldOutLedger {
    return tables.heldOut.get(this.#kv(ctx), snapshot) ?? { snapshot, accrued: "0", claimed: "0" };
  }

  saveHeldOut(ctx: Context, ledger: HeldOutLedger): void {
    tables.heldOut.set(this.#kv(ctx), ledger.snapshot, ledger);
  }

  *allHeldOut(ctx: Context): Generator<HeldOutLedger> {
    for (const [, ledger] of tables.heldOut.iterate(this.#kv(ctx))) yield ledger;
  }

  heldOutClaim(ctx: Context, snapshot: string, contributor: string): HeldOutClaim {
    const none = { snapshot, contributor, claimed: "0" };
    return tables.heldOutClaims.get(this.#kv(ctx), [snapshot, contributor]) ?? none;
  }

  saveHeldOutClaim(ctx: Context, claim: HeldOutClaim): void {
    tables.heldOutClaims.set(this.#kv(ctx), [claim.snapshot, claim.contributor], claim);
  }

  *allHeldOutClaims(ctx: Context): Generator<HeldOutClaim> {
    for (const [, claim] of tables.heldOutClaims.iterate(this.#kv(ctx))) yield claim;
  }
}
