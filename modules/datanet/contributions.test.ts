import { describe, expect, test } from "vitest";
import {
  type Contribution,
  ContributionStatus,
  MsgCommitContribution,
  MsgRevealContribution,
  MsgWithdrawContribution,
  Params,
} from "../../proto/gen/openledger/datanet/v1.ts";
import { DEFAULT_PARAMS } from "./params.ts";
import {
  advance,
  commit,
  contribute,
  createNet,
  curatedWindow,
  hashOf,
  NET,
  net,
  postSnapshot,
  registerCurators,
  revealOf,
} from "./testing/story.ts";
import { account, FUNDS, json, World } from "./testing/world.ts";

function started(params: Partial<Params> = {}): World {
  const world = new World({ datanet: { params: json(Params, { ...DEFAULT_PARAMS, ...params }) } });
  createNet(world);
  return world;
}

function read(world: World, id: string): Contribution {
  return world.datanet.keeper.requireContribution(world.context(), id);
}

describe("commit", () => {
  test("takes bond and review fee and numbers contributions in commit order", () => {
    const world = started();
    const ids = [commit(world, "bob", "one"), commit(world, "cat", "one"), commit(world, "bob", "two")];
    expect(new Set(ids).size).toBe(3);
    expect(ids.map((id) => read(world, id).seq)).toEqual([0, 1, 2]);
    expect(read(world, ids[0]!)).toMatchObject({
      status: ContributionStatus.CONTRIBUTION_STATUS_COMMITTED,
      bond: "1000000",
      reviewFee: "100000",
      commitTime: 1_700_000_000n,
    });
    expect(world.balance("cat")).toBe(FUNDS - 1_131_494n);
    expect(net(world)).toMatchObject({ contributions: 3, unrevealed: 3, nextSeq: 3 });
    expect(world.broken()).toEqual([]);
  });

  test("takes a bond that grows with the window's queue, whoever fills it, and starts anew with the next window", () => {
    const world = started({ queueTarget: 2 });
    const bonds = ["one", "two", "three"].map((root) => read(world, commit(world, "bob", root)).bond);
    expect(bonds).toEqual(["1000000", "2250000", "4000000"]);
    expect(world.broken()).toEqual([]);
    world.endBlocks(11);
    for (let phase = 0; phase < 3; phase++) advance(world);
    expect(net(world)).toMatchObject({ window: 2, contributions: 0 });
    expect(world.burnt()).toBe(7_250_000n + 300_000n);
    expect(read(world, commit(world, "cat", "one")).bond).toBe("1000000");
    expect(world.broken()).toEqual([]);
  });

  test("is refused when the bond of this queue is not covered, though the base would be", () => {
    const world = started({ contributionBond: "300000000", queueTarget: 1 });
    commit(world, "bob", "one");
    expect(() => commit(world, "cat", "one")).toThrow("lacks");
    expect(net(world)).toMatchObject({ contributions: 1, unrevealed: 1 });
    expect(world.balance("cat")).toBe(FUNDS);
  });

  test("is refused twice, in a full window, without funds, outside submission, in no DataNet", () => {
    const world = started({ maxContributionsPerWindow: 1, contributionBond: "900000000", reviewFee: "0" });
    const contributor = account("bob");
    const send = (changes: object) =>
      world.send(MsgCommitContribution, { contributor, datanet: NET, commitment: hashOf("c"), ...changes });
    expect(() => send({ datanet: "nowhere" })).toThrow('no DataNet "nowhere"');
    send({});
    expect(() => send({ commitment: hashOf("d") })).toThrow("window 1 of bank-questions has its 1 contributions");
    world.endBlocks(11);
    expect(() => send({})).toThrow("window 1 of bank-questions is not open for submission");

    const poor = started({ contributionBond: "1000000001" });
    expect(() => commit(poor, "bob", "one")).toThrow("lacks");
    expect(net(poor).nextSeq).toBe(0);

    const twice = started();
    commit(twice, "bob", "one");
    expect(() => commit(twice, "bob", "one")).toThrow("is committed already");
  });
});

describe("reveal", () => {
  test("stores what was committed and moves the review fee to curation", () => {
    const world = started();
    const id = contribute(world, "bob", "one", { synthetic: true });
    expect(read(world, id)).toMatchObject({
      status: ContributionStatus.CONTRIBUTION_STATUS_REVEALED,
      root: hashOf("one"),
      items: 10,
      synthetic: true,
      reviewFee: "0",
      bond: "1000000",
      revealHeight: 2n,
    });
    expect(world.bank.moduleBalance(world.context(), "curation")).toBe(100_000n);
    expect(net(world).unrevealed).toBe(0);
    expect(world.broken()).toEqual([]);
  });

  test("by another id, of another root, with another salt or twice is refused", () => {
    const world = started();
    const id = commit(world, "bob", "one");
    world.endBlocks();
    const reveal = (name: string, root: string, changes = {}) =>
      world.send(MsgRevealContribution, revealOf(id, name, root, changes));
    expect(() => reveal("cat", "one")).toThrow(`belongs to ${account("bob")}`);
    expect(() => reveal("bob", "two")).toThrow("root and salt do not give the commitment");
    expect(() => reveal("bob", "one", { salt: new Uint8Array(16) })).toThrow(
      "root and salt do not give the commitment",
    );
    reveal("bob", "one");
    expect(() => reveal("bob", "one")).toThrow("does not wait for a reveal");
  });

  test("copying a commitment gives the copier nothing to reveal", () => {
    const world = started();
    const original = read(world, commit(world, "bob", "one"));
    const copy = { contributor: account("eve"), datanet: NET, commitment: original.commitment };
    world.send(MsgCommitContribution, copy);
    world.endBlocks();
    const [, stolen] = [...world.datanet.keeper.contributions(world.context(), NET, 0, 2)];
    const reveal = revealOf(stolen!.id, "eve", "one");
    expect(() => world.send(MsgRevealContribution, reveal)).toThrow("root and salt do not give the commitment");
  });

  test("in the commitment's own block is refused, and a simulation at that height says what the next block will", () => {
    const world = started();
    const id = commit(world, "bob", "one");
    const send = (mode: "deliver" | "simulate") => world.send(MsgRevealContribution, revealOf(id, "bob", "one"), mode);
    expect(() => send("deliver")).toThrow("a commitment is revealed in a later block than its own");
    expect(() => send("simulate")).not.toThrow();
  });

  test("beyond the window, the limits or the licence is refused", () => {
    const world = started({ maxItems: 20, maxBytes: 1_000n });
    const id = commit(world, "bob", "one");
    world.endBlocks();
    const reveal = (changes: object) => world.send(MsgRevealContribution, revealOf(id, "bob", "one", changes));
    expect(() => reveal({ items: 21 })).toThrow("21 items, at most 20");
    expect(() => reveal({ items: 0 })).toThrow("a contribution has 1 to 1024 items");
    expect(() => reveal({ items: 1_025 })).toThrow("a contribution has 1 to 1024 items");
    expect(() => reveal({ byteSize: 1_001n })).toThrow("1001 bytes, at most 1000");
    expect(() => reveal({ licence: "MIT" })).toThrow("bank-questions takes contributions under CC-BY-4.0 only");
    expect(() => reveal({ source: "" })).toThrow("the source has 0 bytes");
    expect(() => reveal({ root: new Uint8Array(31) })).toThrow("a hash has 32");
    world.endBlocks(10);
    expect(() => reveal({})).toThrow("does not wait for a reveal");
  });

  test("in a later window is refused, though that window takes submissions", () => {
    const world = started();
    const id = commit(world, "bob", "one");
    world.endBlocks(11);
    advance(world);
    advance(world);
    advance(world);
    expect(net(world).window).toBe(2);
    expect(() => world.send(MsgRevealContribution, revealOf(id, "bob", "one"))).toThrow("does not wait for a reveal");
  });
});

describe("withdraw", () => {
  const withdraw = (world: World, contribution: string, name = "bob") =>
    world.send(MsgWithdrawContribution, { contributor: account(name), contribution });

  test("before review returns bond and fee when the window is counted, and nothing is accepted", () => {
    const world = started();
    registerCurators(world, ["fay"]);
    const id = contribute(world, "bob", "one");
    withdraw(world, id);
    for (let phase = 0; phase < 3; phase++) advance(world);
    expect(read(world, id)).toMatchObject({ status: ContributionStatus.CONTRIBUTION_STATUS_WITHDRAWN, bond: "0" });
    expect(world.balance("bob")).toBe(FUNDS);
    expect(world.datanet.keeper.isAccepted(world.context(), id, 0)).toBe(false);
    expect(world.broken()).toEqual([]);
  });

  test("after curation an item counts no more, unless a snapshot holds it", () => {
    const world = started();
    registerCurators(world, ["fay", "gus", "hal"]);
    const [first, second] = curatedWindow(world, ["one", "two"]) as [string, string];
    const accepted = (id: string, item: number) => world.datanet.keeper.isAccepted(world.context(), id, item);
    expect([accepted(first, 0), accepted(first, 1), accepted(first, 10)]).toEqual([true, false, false]);
    expect(() => withdraw(world, first, "cat")).toThrow("belongs to");
    withdraw(world, first);
    expect(accepted(first, 0)).toBe(false);
    postSnapshot(world, 5);
    expect(() => withdraw(world, second)).toThrow("it is part of a snapshot");
    expect(world.broken()).toEqual([]);
  });

  test("of a mere commitment, or of a contribution without an accepted item, is refused", () => {
    const world = started();
    const open = commit(world, "bob", "one");
    expect(() => withdraw(world, open)).toThrow("only a revealed contribution can be withdrawn");
    world.endBlocks();
    world.send(MsgRevealContribution, revealOf(open, "bob", "one"));
    for (let phase = 0; phase < 3; phase++) advance(world);
    expect(() => withdraw(world, open)).toThrow("no item of it was accepted");
  });
});
