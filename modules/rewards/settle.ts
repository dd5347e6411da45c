import type { Context } from "../../chain/app/context.ts";
import { assertInvariant } from "../../chain/app/invariant.ts";
import { splitLargestRemainder } from "../../chain/math/fixed.ts";
import { sum } from "../../chain/math/int.ts";
import type { CuratorVerdicts, Payout } from "../../proto/gen/openledger/rewards/v1.ts";
import type { RewardsLedger } from "./keeper.ts";
import { REWARDS, TREASURY } from "./keys.ts";
import type { RewardsNeeds } from "./needs.ts";
import { contributorSplit, grossSplit } from "./split.ts";
import { isWhole, toFeeSplit } from "./totals.ts";
import type { ForfeitedBond, PaidRequest, Payee, RewardsKeeperView } from "./types.ts";

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
    const weights = paid.entries.map(({ weight }) => weight);
    const half = contributorSplit(gross.contributors, paid.model.fidelity, { ...paid, entries: weights });
    const payouts = this.#payContributors(ctx, paid, half.entries);
    const contributors = sum(payouts.map(({ amount }) => BigInt(amount)));
    const unpaid = gross.attestors - attestors + gross.curation - curation + (sum(half.entries) - contributors);
    const bounty = half.bounty + unpaid;
    const treasury = gross.treasury + half.treasury;
    const parts = { ...gross, attestors, curation, contributors, bounty, treasury };
    const split = toFeeSplit(paid.fee, parts);
    assertInvariant(isWhole(split), "rewards/fee-split", `the parts of fee ${paid.fee} do not sum to it`);
    bank.burn(ctx, REWARDS, gross.burn);
    bank.moduleToModule(ctx, REWARDS, TREASURY, treasury);
    this.#fundBounties(ctx, this.#datanets(ctx, paid.model.snapshots), bounty);
    const { id: model, snapshots, fidelity } = paid.model;
    const height = BigInt(ctx.height);
    const pools = undefined;
    this.#ledger.book(ctx, { request: paid.request, model, snapshots, split, payouts, fidelity, height, pools }, split);
    ctx.events.emit("settlement", [
      ["request", paid.request],
      ["model", model],
      ["fee", split.fee],
      ["contributors", split.contributors],
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

  #payContributors(ctx: Context, paid: PaidRequest, amounts: readonly bigint[]): Payout[] {
    const payouts = paid.entries.flatMap(({ contribution, item, contributor, weight }, i): Payout[] => {
      const amount = (amounts[i] as bigint).toString();
      return contributor === undefined ? [] : [{ contribution, item, contributor, weight, amount, pool: 0 }];
    });
    for (const payout of payouts) this.#payContribution(ctx, payout);
    return payouts;
  }

  #payContribution(ctx: Context, { contribution, contributor, amount }: Payout): void {
    this.#ledger.accrue(ctx, contributor, BigInt(amount));
    const old = this.#ledger.contribution(ctx, contribution) ?? {
      contribution,
      contributor,
      paid: "0",
      payouts: 0n,
      tokens: "0",
    };
    const paid = (BigInt(old.paid) + BigInt(amount)).toString();
    this.#ledger.saveContribution(ctx, { ...old, paid, payouts: old.payouts + 1n });
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
