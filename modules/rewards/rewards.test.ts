import { describe, expect, test } from "vitest";
import { ONE } from "../../chain/math/fixed.ts";
import { Msg, Query } from "../../proto/gen/openledger/rewards/v1.ts";
import { TestChain } from "../attribution/testing/chain.ts";
import { account, CONTRIBUTIONS, FUNDS, validatorKeys } from "../attribution/testing/fixtures.ts";
import { INFERENCE } from "../inference/index.ts";
import { NO_VECTOR } from "./pay-pool.ts";
import type { PaidRequest } from "./types.ts";

const FEE = 10_000n;

function world(): TestChain {
  return new TestChain({ validators: [validatorKeys("val", 10)], accounts: ["ann"] });
}

function paid(changes: Partial<PaidRequest> = {}): PaidRequest {
  const entries = [0, 5].map((index, i) => ({
    contribution: CONTRIBUTIONS[index]?.contribution as string,
    contributor: CONTRIBUTIONS[index]?.contributor as string,
    item: i,
    weight: ONE / 4n,
  }));
  return {
    request: "request 1",
    host: account("host"),
    fee: FEE,
    from: INFERENCE,
    model: { id: "greeter", owner: account("owner"), snapshots: ["greetings/1"], fidelity: ONE },
    attesters: [
      { operator: account("val-a"), power: 30n },
      { operator: account("val-b"), power: 10n },
    ],
    influence: { entries, unattributed: ONE / 2n, capExcess: 0n, eligibleClusters: 12 },
    ...changes,
  };
}

/** Settles on a fresh chain whose escrow holds the fee of one open request. */
function settle(chain: TestChain, request: PaidRequest): void {
  const ctx = chain.context("block");
  chain.bank.sendToModule(ctx, account("ann"), INFERENCE, request.fee);
  chain.rewards.keeper.settle(ctx, request);
  ctx.write();
}

const claimable = (chain: TestChain, name: string) =>
  chain.query(Query.Claimable, { address: account(name) }).accrued?.amount;
const ownBroken = (chain: TestChain) => chain.broken().filter((text) => text.startsWith("rewards/"));

describe("settlement", () => {
  test("pays everybody, burns, and books what it paid", () => {
    const chain = world();
    settle(chain, paid());
    const names = ["host", "owner", "val-a", "val-b", "curator 1", "curator 2", "contributor 0", "contributor 2"];
    expect(names.map((name) => claimable(chain, name))).toEqual([
      "2000",
      "2040",
      "765",
      "255",
      "240",
      "100",
      "850",
      "850",
    ]);
    const { settlement } = chain.query(Query.Settlement, { request: "request 1" });
    expect(settlement?.split).toEqual({
      fee: "10000",
      host: "2000",
      burn: "600",
      treasury: "600",
      model: "2040",
      attestors: "1020",
      contributors: "1700",
      curation: "340",
      bounty: "1700",
      heldOut: "0",
    });
    expect(settlement?.payouts.map(({ contribution, amount }) => [contribution, amount])).toEqual([
      ["c00", "850"],
      ["c05", "850"],
    ]);
    expect(chain.query(Query.Bounty, { datanet: "greetings" }).bounty?.amount).toBe("1700");
    expect(chain.query(Query.Contribution, { contribution: "c05" }).rewards).toMatchObject({
      paid: "850",
      payouts: 1n,
    });
    expect(chain.bank.moduleBalance(chain.context(), "treasury")).toBe(600n);
    expect(chain.minted - chain.bank.supply(chain.context())).toBe(600n);
    expect(ownBroken(chain)).toEqual([]);
  });

  test("nobody to pay: the share goes to the bounty and the parts still sum to the fee", () => {
    const chain = world();
    chain.catalogue.curators = [];
    settle(chain, paid({ attesters: [], influence: NO_VECTOR }));
    const { split } = chain.query(Query.Settlement, { request: "request 1" }).settlement ?? {};
    expect(split).toMatchObject({
      attestors: "0",
      curation: "0",
      contributors: "0",
      bounty: String(1_020 + 340 + 3_400),
    });
    expect(ownBroken(chain)).toEqual([]);
  });

  test("an item that may not earn any more leaves its amount to the bounty (I13)", () => {
    const chain = world();
    const request = paid();
    const { influence } = request;
    const entries = influence.entries.map((entry, i) => (i === 0 ? { ...entry, contributor: undefined } : entry));
    settle(chain, { ...request, influence: { ...influence, entries } });
    const { settlement } = chain.query(Query.Settlement, { request: "request 1" });
    expect(settlement?.split).toMatchObject({ contributors: "850", bounty: "2550" });
    expect(settlement?.payouts).toHaveLength(1);
    expect(ownBroken(chain)).toEqual([]);
  });

  test("a fee of one unit goes to one part", () => {
    const chain = world();
    settle(chain, paid({ fee: 1n }));
    const { split } = chain.query(Query.Settlement, { request: "request 1" }).settlement ?? {};
    expect([split?.fee, split?.contributors, split?.bounty]).toEqual(["1", "0", "1"]);
    expect(ownBroken(chain)).toEqual([]);
  });

  test("totals are the sums of all settlements", () => {
    const chain = world();
    for (const i of [1, 2, 3]) settle(chain, paid({ request: `request ${i}`, fee: FEE + BigInt(i) }));
    const { totals, settled } = chain.query(Query.Totals, {});
    expect([totals?.fee, settled]).toEqual(["30006", 3n]);
    expect(ownBroken(chain)).toEqual([]);
  });
});

describe("claiming", () => {
  test("pays out all of it, once", () => {
    const chain = world();
    settle(chain, paid());
    const ctx = chain.context("deliver");
    expect(chain.send(ctx, Msg.ClaimRewards, { claimant: account("host") }).amount).toBe("2000");
    expect(() => chain.send(ctx, Msg.ClaimRewards, { claimant: account("host") })).toThrow("nothing is claimable");
    ctx.write();
    expect(chain.balance("host")).toBe(2_000n);
    expect(chain.query(Query.Claimable, { address: account("host") }).accrued).toMatchObject({
      amount: "0",
      claimed: "2000",
    });
    expect(ownBroken(chain)).toEqual([]);
  });

  test("an account that earned nothing is told so", () => {
    const chain = world();
    const ctx = chain.context("deliver");
    expect(() => chain.send(ctx, Msg.ClaimRewards, { claimant: account("ann") })).toThrow("nothing is claimable");
    expect(() => chain.send(ctx, Msg.ClaimRewards, { claimant: "nobody" })).toThrow("not an address");
    expect(chain.balance("ann")).toBe(FUNDS);
  });
});

describe("forfeited bonds", () => {
  function forfeit(rejecters: PaidRequest["attesters"], datanets: readonly string[]): TestChain {
    const chain = world();
    const ctx = chain.context("block");
    chain.bank.sendToModule(ctx, account("ann"), "attribution", 1_001n);
    chain.rewards.keeper.takeForfeit(ctx, { from: "attribution", amount: 1_001n, rejecters, datanets });
    ctx.write();
    expect(ownBroken(chain)).toEqual([]);
    return chain;
  }

  test("half to the rejecting attesters by power, the rest to the DataNets' bounties", () => {
    const chain = forfeit(paid().attesters, ["greetings", "greetings", "farewells"]);
    expect(["val-a", "val-b"].map((name) => claimable(chain, name))).toEqual(["375", "125"]);
    const bounty = (datanet: string) => chain.query(Query.Bounty, { datanet }).bounty?.amount;
    expect([bounty("greetings"), bounty("farewells")]).toEqual(["251", "250"]);
  });

  test("nobody rejected: all of it to the bounty; no DataNet either: the treasury", () => {
    expect(forfeit([], ["greetings"]).query(Query.Bounty, { datanet: "greetings" }).bounty?.amount).toBe("1001");
    const chain = forfeit([], []);
    expect(chain.bank.moduleBalance(chain.context(), "treasury")).toBe(1_001n);
  });
});
