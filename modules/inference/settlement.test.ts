import { expect, test } from "vitest";
import { utf8Bytes } from "../../chain/crypto/tagged.ts";
import { RequestStatus } from "../../proto/gen/openledger/inference/v1.ts";
import { openingHash } from "../attribution/ids.ts";
import { type Behaviour, Network } from "../attribution/testing/agents.ts";
import { account, FUNDS } from "../attribution/testing/fixtures.ts";
import { request, resultOpening, serve, stored, submit } from "./testing/flow.ts";

const FEE = 1_000n + 7n * 21n;

function network(...behaviours: Behaviour[]): Network {
  return new Network(behaviours.map((behaviour, i) => ({ name: `val-${i}`, power: 10, behaviour })));
}

function claimable(net: Network, name: string): bigint {
  return BigInt(net.chain.rewards.ledger.accrued(net.chain.context(), account(name)).amount);
}

test("one validator abstains, one guesses: the result settles, only those who worked are paid, the parts sum to the fee", () => {
  for (const guess of ["zeros", "previous", "copy"] as const) {
    const net = network("honest", "honest", "abstain", guess);
    serve(net);
    net.blocks(11);
    const before = claimable(net, "val-0") + claimable(net, "val-1");
    const id = serve(net);
    net.blocks(10);
    expect(stored(net, id)).toMatchObject({ status: RequestStatus.REQUEST_STATUS_SETTLED, fee: FEE.toString() });
    const ctx = net.chain.context();
    const settlement = net.chain.rewards.ledger.settlement(ctx, id);
    expect(settlement?.split).toEqual({
      fee: "1147",
      host: "229",
      burn: "69",
      treasury: "69",
      model: "234",
      attestors: "117",
      contributors: "195",
      curation: "39",
      bounty: "195",
      heldOut: "0",
    });
    expect(claimable(net, "val-0") + claimable(net, "val-1") - before).toBe(117n);
    expect([claimable(net, "val-2"), claimable(net, "val-3")]).toEqual([0n, 0n]);
    expect(net.chain.balance("ann")).toBe(FUNDS - 2n * FEE);
    expect(net.chain.balance("host")).toBe(FUNDS);
    expect(net.chain.minted - net.chain.bank.supply(ctx)).toBe(2n * 69n);
  }
});

test("validators reject: the fee goes back, half of the bond to the rejecters, half to the DataNet's bounty", () => {
  const behaviours = ["honest", "honest", "honest", "abstain"] as const;
  const net = new Network(
    behaviours.map((behaviour, i) => ({ name: `val-${i}`, power: 10, behaviour })),
    { truth: () => false },
  );
  const id = serve(net);
  net.blocks(10);
  expect(stored(net, id)).toMatchObject({ status: RequestStatus.REQUEST_STATUS_REJECTED, fee: "0" });
  expect(net.chain.balance("ann")).toBe(FUNDS);
  expect(net.chain.balance("host")).toBe(FUNDS - 1_000_000n);
  const rejecters = ["val-0", "val-1", "val-2"].map((name) => claimable(net, name));
  expect(rejecters.reduce((a, b) => a + b)).toBe(500_000n);
  expect(claimable(net, "val-3")).toBe(0n);
  expect(net.chain.rewards.ledger.bounty(net.chain.context(), "greetings").amount).toBe("500000");
});

test("a host that never opens its hash loses the bond, whatever the validators say", () => {
  const net = network("honest", "honest", "honest", "honest");
  const opening = resultOpening();
  const id = serve(net, opening);
  const { chain } = net;
  for (let i = 0; i < 10; i++) {
    net.block(undefined, { candidates: new Uint8Array(0) });
  }
  expect(stored(net, id).status).toBe(RequestStatus.REQUEST_STATUS_REJECTED);
  expect(chain.balance("host")).toBe(FUNDS - 1_000_000n);
  expect(chain.rewards.ledger.bounty(chain.context(), "greetings").amount).toBe("1000000");
});

test("a hash copied from another host's message cannot be opened by the copier, not even with the published opening", () => {
  const net = network("honest", "honest", "honest", "honest");
  const opening = resultOpening();
  let id = "";
  net.block((ctx) => {
    id = request(net, ctx);
  });
  const own = openingHash({ subject: utf8Bytes(id), poster: account("host") }, opening);
  net.block((ctx) => {
    const changes = { host: account("owner"), openingHash: own };
    net.publish(submit(net, ctx, { request: id, opening, changes }), opening);
  });
  net.blocks(10);
  expect(stored(net, id)).toMatchObject({ status: RequestStatus.REQUEST_STATUS_REJECTED, host: account("owner") });
  expect(net.chain.balance("owner")).toBe(FUNDS - 1_000_000n);
  expect(net.chain.balance("ann")).toBe(FUNDS);
});

test("no quorum: fee and bond go back and nobody is paid", () => {
  const net = network("honest", "abstain", "silent", "abstain");
  const id = serve(net);
  net.blocks(10);
  expect(stored(net, id)).toMatchObject({ status: RequestStatus.REQUEST_STATUS_REFUNDED, fee: "0" });
  expect([net.chain.balance("ann"), net.chain.balance("host")]).toEqual([FUNDS, FUNDS]);
  expect(claimable(net, "val-0")).toBe(0n);
});

test("an unanswered request is refunded when it expires, not a block earlier", () => {
  const net = network("honest");
  let id = "";
  net.block((ctx) => {
    id = request(net, ctx);
  });
  net.blocks(19);
  expect(stored(net, id).status).toBe(RequestStatus.REQUEST_STATUS_PENDING);
  net.block();
  expect(stored(net, id).status).toBe(RequestStatus.REQUEST_STATUS_REFUNDED);
  expect(net.chain.balance("ann")).toBe(FUNDS);
});
