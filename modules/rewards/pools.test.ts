import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ONE } from "../../chain/math/fixed.ts";
import { Msg, Params, Pool, Query } from "../../proto/gen/openledger/rewards/v1.ts";
import { toJson } from "../../proto/runtime.ts";
import { TestChain } from "../attribution/testing/chain.ts";
import { account, CONTRIBUTIONS, validatorKeys } from "../attribution/testing/fixtures.ts";
import { INFERENCE } from "../inference/index.ts";
import { checkParams, DEFAULT_PARAMS } from "./params.ts";
import { NO_VECTOR } from "./pay-pool.ts";
import { poolSplit } from "./pools.ts";
import type { PaidRequest, PaidVector } from "./types.ts";

const SNAPSHOT = "greetings/1";
const HELD_OUT = new Map([
  [account("contributor 0"), 3],
  [account("contributor 1"), 1],
  [account("contributor 2"), 3],
]);

function world(heldOut: ReadonlyMap<string, number> = HELD_OUT): TestChain {
  return new TestChain({ validators: [validatorKeys("val", 10)], accounts: ["ann"], heldOut });
}

/** A vector that gives percents to items of contributions, the rest unattributed. */
function vector(...shares: readonly (readonly [contribution: number, percent: bigint])[]): PaidVector {
  const entries = shares.map(([index, percent], item) => ({
    contribution: CONTRIBUTIONS[index]?.contribution as string,
    contributor: CONTRIBUTIONS[index]?.contributor as string,
    item,
    weight: (ONE * percent) / 100n,
  }));
  const unattributed = ONE - entries.reduce((total, { weight }) => total + weight, 0n);
  return { entries, unattributed, capExcess: 0n, eligibleClusters: 12 };
}

let requests = 0;

function settle(chain: TestChain, changes: Partial<PaidRequest> & { readonly fidelity?: bigint } = {}): string {
  const { fidelity = ONE, ...rest } = changes;
  const request = `request ${requests++}`;
  const paid: PaidRequest = {
    ...{ request, host: account("host"), fee: 1_000_000n, from: INFERENCE },
    model: { id: "greeter", owner: account("owner"), snapshots: [SNAPSHOT], fidelity },
    attesters: [{ operator: account("val"), power: 1n }],
    influence: vector([0, 100n]),
    ...rest,
  };
  const ctx = chain.context("block");
  chain.bank.sendToModule(ctx, account("ann"), INFERENCE, paid.fee);
  chain.rewards.keeper.settle(ctx, paid);
  ctx.write();
  return request;
}

const settlementOf = (chain: TestChain, request: string) => chain.query(Query.Settlement, { request }).settlement!;
const claimable = (chain: TestChain, name: string) =>
  BigInt(chain.query(Query.Claimable, { address: account(name) }).accrued!.amount);
const ownBroken = (chain: TestChain) => chain.broken().filter((text) => text.startsWith("rewards/"));
const heldOut = (chain: TestChain) => chain.query(Query.HeldOut, { snapshot: SNAPSHOT });

function claim(chain: TestChain, name: string, snapshots: string[]): bigint {
  const ctx = chain.context("deliver");
  const { amount } = chain.send(ctx, Msg.ClaimRewards, { claimant: account(name), snapshots });
  ctx.write();
  return BigInt(amount);
}

describe("pools of the contributors' part", () => {
  test("sum to it whichever there are; what is lacking stays with influence", () => {
    const shares = fc.record({ tokenPool: fc.nat({ max: 2_500 }), heldOut: fc.nat({ max: 2_500 }) });
    const kinds = fc.record({ tokens: fc.boolean(), heldOut: fc.boolean() });
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 24n }), shares, kinds, (part, params, has) => {
        const { influence, tokens, heldOut: flat } = poolSplit(part, params, has);
        expect(influence + tokens + flat).toBe(part);
        expect(influence >= part / 2n).toBe(true);
        if (!has.tokens) expect(tokens).toBe(0n);
        if (!has.heldOut) expect(flat).toBe(0n);
        for (const [got, bps] of [
          [tokens, has.tokens ? params.tokenPool : 0],
          [flat, has.heldOut ? params.heldOut : 0],
        ] as const) {
          const off = got * 10_000n - part * BigInt(bps);
          expect(off > -10_000n && off < 10_000n).toBe(true);
        }
      }),
    );
  });

  test("are 30 % by tokens and 5 % flat of a generator's, 5 % flat of a classifier's", () => {
    const generator = { tokens: true, heldOut: true };
    expect(poolSplit(1_000n, DEFAULT_PARAMS, generator)).toEqual({ influence: 650n, tokens: 300n, heldOut: 50n });
    expect(poolSplit(1_000n, DEFAULT_PARAMS, { ...generator, tokens: false })).toEqual({
      influence: 950n,
      tokens: 0n,
      heldOut: 50n,
    });
  });

  test("leave influence at least half", () => {
    expect(() => checkParams({ ...DEFAULT_PARAMS, tokenPool: 4_500 })).not.toThrow();
    expect(() => checkParams({ ...DEFAULT_PARAMS, tokenPool: 4_501 })).toThrow("at most 5000 together, got 5001");
  });
});

describe("a settlement of a generator", () => {
  test("pays both pools and names them, and scales only influence by fidelity", () => {
    const chain = world();
    const request = settle(chain, {
      fidelity: ONE / 2n,
      influence: vector([0, 50n], [4, 50n]),
      tokens: vector([4, 25n], [5, 25n]),
    });
    const { pools, payouts, split } = settlementOf(chain, request);
    expect(pools).toEqual({ influence: "221000", tokens: "102000", heldOut: "17000" });
    expect(payouts.map(({ contribution, amount, pool }) => [contribution, amount, pool])).toEqual([
      ["c00", "55250", Pool.POOL_INFLUENCE],
      ["c04", "55250", Pool.POOL_INFLUENCE],
      ["c04", "25500", Pool.POOL_TOKENS],
      ["c05", "25500", Pool.POOL_TOKENS],
    ]);
    expect(split).toMatchObject({ contributors: "161500", heldOut: "17000", bounty: String(110_500 + 51_000) });
    expect(chain.query(Query.Contribution, { contribution: "c04" }).rewards).toMatchObject({
      ...{ paid: "80750", tokens: "25500", payouts: 2n },
    });
    expect(ownBroken(chain)).toEqual([]);
  });

  test("whose answer repeats nothing leaves the token pool to the bounty, its cap's excess as that of influence", () => {
    const chain = world(new Map());
    const whole = settlementOf(chain, settle(chain, { tokens: NO_VECTOR }));
    expect(whole.split).toMatchObject({ contributors: "238000", heldOut: "0", bounty: "102000", treasury: "60000" });
    const capped = { ...vector([0, 20n]), unattributed: 0n, capExcess: (ONE * 80n) / 100n, eligibleClusters: 1 };
    const small = settlementOf(chain, settle(chain, { tokens: capped }));
    expect(small.split).toMatchObject({ contributors: "258400", bounty: "0", treasury: String(60_000 + 81_600) });
    expect(ownBroken(chain)).toEqual([]);
  });
});

describe("the flat share of held-out items", () => {
  test("accrues to the snapshot, and each contributor takes its part by its number of items", () => {
    const chain = world();
    settle(chain);
    expect(heldOut(chain)).toEqual({
      ledger: { snapshot: SNAPSHOT, accrued: "17000", claimed: "0" },
      shares: [
        { contributor: account("contributor 0"), items: 3, claimed: "0", claimable: "7285" },
        { contributor: account("contributor 1"), items: 1, claimed: "0", claimable: "2428" },
        { contributor: account("contributor 2"), items: 3, claimed: "0", claimable: "7285" },
      ],
    });
    expect(claim(chain, "contributor 1", [SNAPSHOT])).toBe(2_428n);
    expect(chain.balance("contributor 1")).toBe(2_428n);
    expect(() => claim(chain, "contributor 1", [SNAPSHOT])).toThrow("nothing is claimable");
    const byInfluence = claimable(chain, "contributor 0");
    expect(claim(chain, "contributor 0", [SNAPSHOT])).toBe(byInfluence + 7_285n);
    expect(heldOut(chain).ledger).toMatchObject({ accrued: "17000", claimed: "9713" });
    expect(ownBroken(chain)).toEqual([]);
  });

  test("loses no unit: whenever they claim, all have the floor of their share of everything", () => {
    const fees = fc.array(fc.bigInt({ min: 1n, max: 5_000n }), { minLength: 1, maxLength: 8 });
    const counts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fees, counts, fc.array(fc.nat({ max: 4 }), { maxLength: 8 }), (amounts, items, claims) => {
        const names = items.map((_, i) => `contributor ${i}`);
        const chain = world(new Map(items.map((count, i) => [account(names[i] as string), count])));
        for (const [i, fee] of amounts.entries()) {
          settle(chain, { fee, influence: NO_VECTOR });
          const who = names[claims[i] ?? 99];
          if (
            who &&
            heldOut(chain).shares.some((each) => each.contributor === account(who) && each.claimable !== "0")
          ) {
            claim(chain, who, [SNAPSHOT]);
          }
          expect(ownBroken(chain)).toEqual([]);
        }
        const { ledger, shares } = heldOut(chain);
        const whole = items.reduce((a, b) => a + b, 0);
        for (const [i, share] of shares.entries()) {
          const earned = (BigInt(ledger!.accrued) * BigInt(items[i] as number)) / BigInt(whole);
          expect(BigInt(share.claimed) + BigInt(share.claimable)).toBe(earned);
        }
        const left = shares.reduce(
          (rest, each) => rest - BigInt(each.claimed) - BigInt(each.claimable),
          BigInt(ledger!.accrued),
        );
        expect(left >= 0n && left < BigInt(items.length)).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  test("is refused to who has no held-out items, and for too many or repeated snapshots", () => {
    const chain = world();
    settle(chain);
    expect(() => claim(chain, "host", [SNAPSHOT])).toThrow("has no held-out items in snapshot");
    expect(() => claim(chain, "host", ["other/1"])).toThrow("has no held-out items in snapshot");
    expect(() => claim(chain, "contributor 0", [SNAPSHOT, SNAPSHOT])).toThrow("at most 16 snapshots, each once");
    expect(() =>
      claim(
        chain,
        "contributor 0",
        Array.from({ length: 17 }, (_, i) => `s/${i}`),
      ),
    ).toThrow("at most 16");
    expect(claimable(chain, "host")).toBe(200_000n);
  });
});

test("random settlements of both kinds: every fee is divided whole, ledgers and totals agree, export is stable", () => {
  const weights = fc.array(fc.tuple(fc.nat({ max: 11 }), fc.bigInt({ min: 0n, max: 20n })), { maxLength: 5 });
  const settlements = fc.array(
    fc.record({
      fee: fc.bigInt({ min: 1n, max: 10n ** 8n }),
      fidelity: fc.bigInt({ min: 0n, max: ONE }),
      influence: weights,
      tokens: fc.option(weights, { nil: undefined }),
    }),
    { minLength: 1, maxLength: 5 },
  );
  const counts = fc.uniqueArray(fc.nat({ max: 5 }), { maxLength: 4 });
  fc.assert(
    fc.property(settlements, counts, (all, judges) => {
      const held = new Map(judges.map((i) => [account(`contributor ${i}`), i + 1]));
      const chain = world(held);
      for (const { influence, tokens, ...rest } of all) {
        const positive = (shares: typeof influence) => vector(...shares.filter(([, percent]) => percent > 0n));
        const request = settle(chain, { ...rest, influence: positive(influence), tokens: tokens && positive(tokens) });
        const { split, pools } = settlementOf(chain, request);
        const { fee, ...parts } = split!;
        expect(Object.values(parts).reduce((total, part) => total + BigInt(part), 0n)).toBe(BigInt(fee));
        if (!tokens) expect(pools?.tokens).toBe("0");
        if (judges.length === 0) expect(pools?.heldOut).toBe("0");
      }
      expect(ownBroken(chain)).toEqual([]);
      const state = chain.export();
      const copy = new TestChain({ validators: [validatorKeys("val", 10)], accounts: [], state, heldOut: held });
      expect(copy.export()).toEqual(state);
    }),
    { numRuns: 40 },
  );
});

describe("genesis", () => {
  const earned = () => {
    const chain = world();
    settle(chain, { tokens: vector([3, 40n]) });
    claim(chain, "contributor 1", [SNAPSHOT]);
    return chain;
  };

  test("export, import and export again are the same", () => {
    const chain = earned();
    const state = chain.export();
    const copy = new TestChain({ validators: [validatorKeys("val", 10)], accounts: [], state, heldOut: HELD_OUT });
    expect(JSON.stringify(copy.export())).toBe(JSON.stringify(state));
    expect(heldOut(copy)).toEqual(heldOut(chain));
  });

  test("a state that contradicts itself is refused", () => {
    const { rewards, ...others } = earned().export() as { rewards: Record<string, unknown> };
    const imported = (changes: object) => () =>
      new TestChain({
        ...{ validators: [validatorKeys("val", 10)], accounts: [], heldOut: HELD_OUT },
        state: { ...others, rewards: { ...rewards, ...changes } },
      });
    expect(imported({})).not.toThrow();
    expect(imported({ params: toJson(Params, { ...DEFAULT_PARAMS, heldOut: 9_000 }) })).toThrow(
      "at most 5000 together",
    );
    expect(imported({ held_out: [{ snapshot: SNAPSHOT, accrued: "17000", claimed: "2429" }] })).toThrow(
      "the module account holds",
    );
    expect(imported({ held_out_claims: [] })).toThrow("rewards/held-out: 0 was taken");
    const stranger = { snapshot: SNAPSHOT, contributor: account("ann"), claimed: "2428" };
    expect(imported({ held_out_claims: [stranger] })).toThrow("a stranger took a part");
  });
});
