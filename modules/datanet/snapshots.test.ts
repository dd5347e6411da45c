import { describe, expect, test } from "vitest";
import { MsgPostSnapshot, Params, SnapshotStatus } from "../../proto/gen/openledger/datanet/v1.ts";
import { DEFAULT_PARAMS } from "./params.ts";
import { advance, createNet, curatedWindow, NET, postSnapshot, registerCurators, snapshotOf } from "./testing/story.ts";
import { account, FUNDS, json, World } from "./testing/world.ts";

const ID = `${NET}/1`;

function closed(): { world: World; ids: string[] } {
  const world = new World();
  createNet(world);
  registerCurators(world, ["fay", "gus", "hal"]);
  return { world, ids: curatedWindow(world, ["one", "two"]) };
}

const status = (world: World) => world.datanet.keeper.snapshot(world.context(), ID)?.status;

describe("posting", () => {
  test("lists every curated contribution in commit order and posts an attested claim with a bond", () => {
    const { world, ids } = closed();
    const claimId = postSnapshot(world, 10, { clusters: 9 });
    expect(world.datanet.keeper.snapshot(world.context(), ID)).toMatchObject({
      ...{ id: ID, datanet: NET, window: 1, poster: account("joe"), items: 10, clusters: 9, attempt: 1, claimId },
      status: SnapshotStatus.SNAPSHOT_STATUS_PENDING,
      contributions: ids.map((contribution) => ({ contribution, contributor: account("bob"), accepted: 5 })),
    });
    expect(world.balance("joe")).toBe(FUNDS - 1_000_000n);
    expect(world.broken()).toEqual([]);
  });

  test("before the window is counted, of an unknown window or with other counts is refused", () => {
    const early = new World();
    createNet(early);
    expect(() => postSnapshot(early, 1)).toThrow("window 1 of bank-questions is not closed and counted yet");
    const { world } = closed();
    expect(() => postSnapshot(world, 10, { window: 2 })).toThrow("bank-questions has no window 2");
    expect(() => postSnapshot(world, 9)).toThrow("has 10 accepted items; claimed are 9 in 1 clusters");
    expect(() => postSnapshot(world, 10, { clusters: 11 })).toThrow("claimed are 10 in 11 clusters");
    expect(() => postSnapshot(world, 0)).toThrow("at least one item");
    expect(status(world)).toBeUndefined();
    expect(world.balance("joe")).toBe(FUNDS);
  });

  test("of an earlier window works while a later one is open", () => {
    const { world } = closed();
    advance(world);
    postSnapshot(world, 10);
    expect(() => postSnapshot(world, 1, { window: 2 })).toThrow("window 2 of bank-questions is not closed");
  });
});

describe("outcome", () => {
  test("one snapshot a window: pending and accepted ones stand", () => {
    const { world } = closed();
    const claim = postSnapshot(world, 10);
    expect(() => postSnapshot(world, 10)).toThrow("snapshot bank-questions/1 is pending or accepted already");
    world.decide(claim, "onAccepted", ID);
    expect(status(world)).toBe(SnapshotStatus.SNAPSHOT_STATUS_ACCEPTED);
    expect(() => postSnapshot(world, 10)).toThrow("is pending or accepted already");
    expect(() => world.decide(claim, "onAccepted", ID)).toThrow("belongs to no pending snapshot");
    expect(world.broken()).toEqual([]);
  });

  test.each([
    ["onRejected", SnapshotStatus.SNAPSHOT_STATUS_REJECTED],
    ["onNoQuorum", SnapshotStatus.SNAPSHOT_STATUS_NO_QUORUM],
  ] as const)("after %s the same snapshot may be posted again, as another claim", (outcome, expected) => {
    const { world } = closed();
    const first = postSnapshot(world, 10);
    world.decide(first, outcome, ID);
    expect(status(world)).toBe(expected);
    const second = postSnapshot(world, 10);
    expect(second).not.toEqual(first);
    expect(world.datanet.keeper.snapshot(world.context(), ID)?.attempt).toBe(2);
    expect(() => world.decide(first, "onAccepted", ID)).toThrow("belongs to no pending snapshot");
    expect(world.broken()).toEqual([]);
  });

  test("a forfeited bond goes to the DataNet's bounty", () => {
    const { world } = closed();
    const claim = { id: new Uint8Array(32), subject: new TextEncoder().encode(ID) };
    expect(world.datanet.claimHandlers.forfeitTo(world.context(), claim)).toEqual([NET]);
  });

  test("without quorum the share that burns is the parameter's", () => {
    const burn = (params: object) => {
      const world = new World({ datanet: { params: json(Params, { ...DEFAULT_PARAMS, ...params }) } });
      return world.datanet.claimHandlers.noQuorumBurnBps(world.context());
    };
    expect([burn({}), burn({ noQuorumBurnBps: 5_000 }), burn({ noQuorumBurnBps: 0 })]).toEqual([1_000, 5_000, 0]);
  });
});

test("a message that is refused leaves nothing behind", () => {
  const { world } = closed();
  const before = world.export();
  expect(() => world.send(MsgPostSnapshot, snapshotOf(11))).toThrow();
  expect(() => world.send(MsgPostSnapshot, { ...snapshotOf(10), poster: account("nobody") })).toThrow("lacks");
  expect(world.export()).toEqual(before);
});
