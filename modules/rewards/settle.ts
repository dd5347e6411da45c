import type { Context } from "../../chain/app/context.ts";
import { assertInvariant } from "../../chain/app/invariant.ts";
import { ONE, splitLargestRemainder } from "../../chain/math/fixed.ts";
import { sum } from "../../chain/math/int.ts";
import { type CuratorVerdicts, type Payout, Pool, type PoolSplit } from "../../proto/gen/openledger/rewards/v1.ts";
import { accrueHeldOut, judgedSnapshots } from "./held-out.ts";
import type { RewardsLedger } from "./keeper.ts";
import { REWARDS, TREASURY } from "./keys.ts";
import type { RewardsNeeds } from "./needs.ts";
import { NO_VECTOR, payPool } from "./pay-pool.ts";
import { poolSplit } from "./pools.ts";
import { grossSplit } from "./split.ts";
import { isWhole, toFeeSplit } from "./totals.ts";
import type { ForfeitedBond, PaidRequest, Payee, RewardsKeeperView } from "./types.ts";

/** What became of the contributors' part of one fee. */
interface ContributorsPart {
  readonly pools: PoolSplit;
  readonly payouts: Payout[];
  readonly contributors: bigint;
  readonly heldOut: bigint;
  readonly bounty: bigint;
  readonly treasury: bigint;
}

/** Divides fees and forfeited bonds. What nobody qualifies for goes to the bounty of the DataNets concerned. */
export class Settlements implements RewardsKeeperView {
  readonly #ledger: RewardsLedger;
  readonly #needs: RewardsNeeds;

  constructor(ledger: RewardsLedger, needs: RewardsNeeds) {
    this.#ledger = ledger;
    this.#needs = needs;
  }

  settle(ctx: Context, paid: PaidRequest): void {
    const { bank } = this.#needs;
    bank.moduleToModule(ctx, paid.from, REWARDS, paid.fee);
    const gross = grossSplit(paid.fee, this.#ledger.params(ctx));
    this.#ledger.accrue(ctx, paid.host, gross.host);
    this.#ledger.accrue(ctx, paid.model.owner, gross.model);
    const attestors = this.#payWeighted(ctx, gross.attestors, paid.attesters);
    const curation = this.#payWeighted(ctx, gross.curation, this.#curators(ctx, paid.model.snapshots));
    const half = this.#payContributors(ctx, paid, gross.contributors);
    const bounty = half.bounty + gross.attestors - attestors + gross.curation - curation;
    const treasury = gross.treasury + half.treasury;
    const { contributors, heldOut } = half;
    const split = toFeeSplit(paid.fee, { ...gross, attestors, curation, contributors, heldOut, bounty, treasury });
    assertInvariant(isWhole(split), "rewards/fee-split", `the parts of fee ${paid.fee} do not sum to it`);
    bank.burn(ctx, REWARDS, gross.burn);
    bank.moduleToModule(ctx, REWARDS, TREASURY, treasury);
    this.#fundBounties(ctx, this.#datanets(ctx, paid.model.snapshots), bounty);
    const { id: model, snapshots, fidelity } = paid.model;
    const { pools, payouts } = half;
    const facts = { request: paid.request, model, snapshots, fidelity, height: BigInt(ctx.height) };
    this.#ledger.book(ctx, { ...facts, split, payouts, pools }, split);
    ctx.events.emit("settlement", [
      ["request", paid.request],
      ["model", model],
      ["fee", split.fee],
      ["contributors", split.contributors],
      ["held_out", split.heldOut],
      ["bounty", split.bounty],
    ]);
  }

  /**
   * Half of a forfeited bond goes to the rejecting attesters by power (a reporter gets at most half of a slash,
   * ECONOMY.md attack 17), the rest to the bounty of the DataNets, or to the treasury where there are none.
   */
  takeForfeit(ctx: Context, bond: ForfeitedBond): void {
    this.#needs.bank.moduleToModule(ctx, bond.from, REWARDS, bond.amount);
    const paid = this.#payWeighted(ctx, bond.amount / 2n, bond.rejecters);
    this.#fundBounties(ctx, bond.datanets, bond.amount - paid);
    ctx.events.emit("bond_forfeited", [
      ["amount", bond.amount.toString()],
      ["attesters", paid.toString()],
    ]);
  }

  /** Returns what was paid: all of `amount`, or nothing when nobody has weight. */
  #payWeighted(ctx: Context, amount: bigint, payees: readonly Payee[]): bigint {
    const parts = splitLargestRemainder(
      amount,
      payees.map(({ power }) => power),
    );
    for (const [i, { operator }] of payees.entries()) this.#ledger.accrue(ctx, operator, parts[i] as bigint);
    return sum(parts);
  }

  /** The contributors' part of a fee: influence pool, token pool, and the flat share of held-out items. */
  #payContributors(ctx: Context, paid: PaidRequest, part: bigint): ContributorsPart {
    const { model, influence, tokens } = paid;
    const judged = judgedSnapshots(ctx, this.#needs.datanets, model.snapshots);
    const has = { tokens: tokens !== undefined, heldOut: judged.length > 0 };
    const pools = poolSplit(part, this.#ledger.params(ctx), has);
    accrueHeldOut(ctx, this.#ledger, { amount: pools.heldOut, judged });
    const byInfluence = payPool(ctx, this.#ledger, {
      ...{ amount: pools.influence, vector: influence, pool: Pool.POOL_INFLUENCE, fidelity: model.fidelity },
    });
    // Which tokens stand in which document is a fact, not an estimate: no fidelity scales it.
    const byTokens = payPool(ctx, this.#ledger, {
      ...{ amount: pools.tokens, vector: tokens ?? NO_VECTOR, pool: Pool.POOL_TOKENS, fidelity: ONE },
    });
    const { heldOut } = pools;
    return {
      pools: { influence: pools.influence.toString(), tokens: pools.tokens.toString(), heldOut: heldOut.toString() },
      payouts: [...byInfluence.payouts, ...byTokens.payouts],
      contributors: byInfluence.paid + byTokens.paid,
      heldOut,
      bounty: byInfluence.bounty + byTokens.bounty,
      treasury: byInfluence.treasury + byTokens.treasury,
    };
  }

  #fundBounties(ctx: Context, datanets: readonly string[], amount: bigint): void {
    const distinct = [...new Set(datanets)];
    if (distinct.length === 0) {
      this.#needs.bank.moduleToModule(ctx, REWARDS, TREASURY, amount);
      return;
    }
    const parts = splitLargestRemainder(
      amount,
      distinct.map(() => 1n),
    );
    for (const [i, datanet] of distinct.entries()) this.#ledger.addBounty(ctx, datanet, parts[i] as bigint);
  }

  #datanets(ctx: Context, snapshots: readonly string[]): string[] {
    return snapshots.flatMap((id) => this.#needs.datanets.snapshot(ctx, id)?.datanet ?? []);
  }

  /** Curators of the snapshots' contributions by number of revealed verdicts. */
  #curators(ctx: Context, snapshots: readonly string[]): Payee[] {
    const counts = new Map<string, bigint>();
    for (const snapshot of snapshots) {
      for (const { curator, verdicts } of this.#sharesOf(ctx, snapshot)) {
        counts.set(curator, (counts.get(curator) ?? 0n) + verdicts);
      }
    }
    return [...counts].map(([operator, power]) => ({ operator, power }));
  }

  #sharesOf(ctx: Context, snapshot: string): readonly CuratorVerdicts[] {
    const known = this.#ledger.curatorShares(ctx, snapshot);
    if (known) return known.curators;
    const contributions = this.#needs.datanets.snapshot(ctx, snapshot)?.contributions ?? [];
    const counts = this.#needs.curation.verdictCounts(
      ctx,
      contributions.map(({ contribution }) => contribution),
    );
    const curators = counts.map(([curator, count]) => ({ curator, verdicts: BigInt(count) }));
    this.#ledger.saveCuratorShares(ctx, { snapshot, curators });
    return curators;
  }
}
