import { describe, expect, test } from "vitest";
import { Query } from "../../proto/gen/openledger/attribution/v1.ts";
import { request, resultOpening, serve } from "../inference/testing/flow.ts";
import { Network } from "./testing/agents.ts";
import { TestChain } from "./testing/chain.ts";

function busy(): Network {
  const behaviours = ["honest", "honest", "abstain", "wrong"] as const;
  const net = new Network(behaviours.map((behaviour, i) => ({ name: `val-${i}`, power: 10, behaviour })));
  serve(net);
  net.blocks(11);
  serve(net, resultOpening([], 20n));
  net.blocks(2);
  net.block((ctx) => void request(net, ctx));
  net.blocks(5);
  return net;
}

describe("genesis", () => {
  test("export, import, export gives the same bytes, with claims, roots and openings under way (I14)", () => {
    const net = busy();
    const exported = net.chain.export();
    expect(JSON.stringify(exported.attribution)).toContain("root");
    const validators = net.agents.map(({ keys }) => keys);
    const again = new TestChain({ validators, accounts: [], state: exported, height: net.chain.height });
    expect(again.export()).toEqual(exported);
    expect(again.broken()).toEqual([]);
  });

  test("a state that contradicts itself is refused, with the reason", () => {
    const net = busy();
    const exported = net.chain.export() as Record<string, Record<string, unknown[]>>;
    const validators = net.agents.map(({ keys }) => keys);
    const load = (module: string, part: Record<string, unknown>) => () =>
      new TestChain({
        validators,
        accounts: [],
        state: { ...exported, [module]: { ...exported[module], ...part } },
        height: net.chain.height,
      });
    expect(load("attribution", { claims: [] })).toThrow("attribution/escrow");
    expect(load("attribution", { misspelt: 1 })).toThrow("app_state.attribution");
    expect(load("inference", { requests: [] })).toThrow("inference/escrow");
    expect(load("rewards", { bounties: [] })).toThrow("rewards/account");
    expect(load("rewards", { settlements: [] })).toThrow("rewards/fees");
    const params = {
      host: 2_000,
      burn: 600,
      treasury: 600,
      model: 3_000,
      attestors: 1_500,
      contributors: 5_000,
      curation: 499,
    };
    expect(load("rewards", { params })).toThrow("sum to 10000, got 9999");
    expect(load("attribution", { params: { commit_blocks: "1" } })).toThrow("seed_delay");
  });
});

describe("queries", () => {
  test("show claims with their openings, roots, the beacon, records and scores", () => {
    const { chain } = busy();
    const { claims } = chain.query(Query.OpenClaims, { limit: 1 });
    expect(claims).toHaveLength(1);
    const { roots } = chain.query(Query.Roots, { fromHeight: 0n });
    expect(roots.length).toBeGreaterThan(2);
    expect(chain.query(Query.Roots, { fromHeight: roots[2]?.height ?? 0n }).roots.length).toBeLessThan(
      roots.length + 1,
    );
    const { height, beacon, chains } = chain.query(Query.Beacon, { height: 0n });
    expect([Number(height), chains.length]).toEqual([chain.height, 4]);
    expect(chain.query(Query.Beacon, { height: BigInt(chain.height) }).beacon).toEqual(beacon);
    expect(() => chain.query(Query.Beacon, { height: 2n ** 60n })).toThrow("no block");
    expect(
      chain
        .query(Query.Records, {})
        .records.map(({ voided }) => voided)
        .sort(),
    ).toEqual([0n, 0n, 0n, 1n]);
    const score = (part: object) => chain.query(Query.Influence, part).score;
    expect(score({ model: "greeter" })).toEqual({ key: "greeter", score: (5n * 10n ** 17n).toString(), queries: 1n });
    expect(score({ datanet: "greetings" })?.score).toBe((5n * 10n ** 17n).toString());
    expect(score({ contribution: "c05" })).toEqual({ key: "c05", score: (15n * 10n ** 16n).toString(), queries: 1n });
    expect(score({ contribution: "nobody" })).toEqual({ key: "nobody", score: "0", queries: 0n });
    expect(() => score({ contribution: "c05", model: "greeter" })).toThrow("exactly one");
  });
});
