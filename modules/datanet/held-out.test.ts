import { describe, expect, test } from "vitest";
import type { Context } from "../../chain/app/context.ts";
import { sha256 } from "../../chain/crypto/hash.ts";
import { u32be } from "../../chain/crypto/tagged.ts";
import { Query } from "../../proto/gen/openledger/datanet/v1.ts";
import { drawDue, heldOutCount, heldOutCounts } from "./held-out.ts";
import { HELD_OUT_DELAY } from "./limits.ts";
import { createNet, curatedWindow, NET, postSnapshot, registerCurators } from "./testing/story.ts";
import { account, beaconOf, World } from "./testing/world.ts";

const ID = `${NET}/1`;
const NO_SEED = new Uint8Array(0);
const seedOf = (n: number) => sha256(u32be(n));

/** A closed window of two contributions of bob with five accepted items each. */
function closed(): World {
  const world = new World();
  createNet(world);
  registerCurators(world, ["fay", "gus", "hal"]);
  curatedWindow(world, ["one", "two"]);
  return world;
}

const snapshot = (world: World) => world.datanet.keeper.snapshot(world.context(), ID)!;

describe("the number of held-out items", () => {
  test("is a tenth, up or down to the next integer, and a tenth on average whatever the size of the account", () => {
    for (const items of [0, 1, 9, 10, 25, 1_000]) {
      const counts = Array.from({ length: 4_000 }, (_, n) => heldOutCount(seedOf(n), "open1somebody", items));
      expect(new Set(counts).size).toBe(items % 10 === 0 ? 1 : 2);
      expect(Math.min(...counts)).toBe(Math.floor(items / 10));
      expect(Math.max(...counts)).toBe(Math.ceil(items / 10));
      const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
      expect(Math.abs(mean - items / 10)).toBeLessThan(0.03);
    }
  });

  test("is of a contributor, not of its contributions", () => {
    const of = (owners: readonly number[], contributors: readonly string[]) =>
      heldOutCounts({
        owners: [...owners],
        contributions: contributors.map((contributor, i) => ({ contribution: `c${i}`, contributor, accepted: 100 })),
        heldOutSeed: seedOf(1),
      });
    expect(of([15, 25, 60], ["ann", "ann", "bob"])).toEqual(of([40, 60, 0], ["ann", "bob", "cat"]));
    expect([...of([100, 0, 200], ["ann", "bob", "cat"])]).toEqual([
      ["ann", 10],
      ["cat", 20],
    ]);
  });

  test("is nothing before the draw", () => {
    const drawn = { owners: [50], contributions: [{ contribution: "c", contributor: "ann", accepted: 50 }] };
    expect(heldOutCounts({ ...drawn, heldOutSeed: NO_SEED }).size).toBe(0);
  });
});

describe("the draw", () => {
  test("comes from the beacon three blocks after the acceptance, once", () => {
    const world = closed();
    const claim = postSnapshot(world, 10, { clusters: 10, owners: [5, 5] });
    world.endBlocks(4);
    expect(snapshot(world)).toMatchObject({ heldOutHeight: 0n, heldOutSeed: NO_SEED, owners: [5, 5] });
    world.decide(claim, "onAccepted", ID);
    const height = world.height + HELD_OUT_DELAY;
    for (; world.height < height; world.endBlocks()) {
      expect(snapshot(world)).toMatchObject({ heldOutHeight: BigInt(height), heldOutSeed: NO_SEED, heldOut: 0 });
      expect(world.query(Query.HeldOut, { snapshot: ID })).toMatchObject({ counts: [], items: 0 });
    }
    world.endBlocks();
    expect(snapshot(world)).toMatchObject({ heldOutSeed: beaconOf(height), heldOut: 1 });
    const counts = [{ contributor: account("bob"), items: 1 }];
    expect(world.query(Query.HeldOut, { snapshot: ID })).toEqual({
      ...{ counts, items: 1, seed: beaconOf(height), height: BigInt(height) },
    });
    world.endBlocks(3);
    expect(world.events("draw_held_out").length).toBe(1);
    expect(world.broken()).toEqual([]);
  });

  test("does not take place without owners, nor for what is not accepted", () => {
    const world = closed();
    world.decide(postSnapshot(world, 10, { clusters: 10, owners: [5, 5] }), "onRejected", ID);
    world.endBlocks(5);
    world.decide(postSnapshot(world, 10), "onAccepted", ID);
    world.endBlocks(5);
    expect(snapshot(world)).toMatchObject({ heldOutHeight: 0n, heldOutSeed: NO_SEED, heldOut: 0, owners: [] });
    expect(world.broken()).toEqual([]);
  });

  test("waits for a beacon that is made later in its block, and takes the newest where the old one is gone", () => {
    const world = closed();
    world.decide(postSnapshot(world, 10, { clusters: 10, owners: [5, 5] }), "onAccepted", ID);
    const { keeper } = world.datanet;
    const height = world.height + HELD_OUT_DELAY;
    const drawAt = (at: number, beaconAt: (ctx: Context, height: number) => Uint8Array | undefined) => {
      world.height = at;
      const ctx = world.context("block");
      drawDue(ctx, keeper, { beaconAt, beacon: () => ({ beacon: seedOf(99) }) });
      return keeper.snapshot(ctx, ID)?.heldOutSeed;
    };
    expect(drawAt(height, () => undefined)).toEqual(NO_SEED);
    expect(drawAt(height + 1, (_, of) => (of === height ? seedOf(5) : undefined))).toEqual(seedOf(5));
    expect(drawAt(height + 1, () => undefined)).toEqual(seedOf(99));
  });

  test("outlives an export in between", () => {
    const world = closed();
    world.decide(postSnapshot(world, 10, { clusters: 10, owners: [5, 5] }), "onAccepted", ID);
    world.endBlocks();
    const copy = new World(world.export(), world.funds());
    copy.height = world.height;
    for (const each of [world, copy]) each.endBlocks(5);
    expect(snapshot(copy).heldOutSeed.length).toBe(32);
    expect(copy.export()).toEqual(world.export());
  });

  test("of an import that was drawn otherwise is refused", () => {
    const world = closed();
    world.decide(postSnapshot(world, 10, { clusters: 10, owners: [5, 5] }), "onAccepted", ID);
    world.endBlocks(5);
    const state = world.export() as { datanet: { snapshots: object[] } };
    const imported = (changes: object) => {
      const snapshots = state.datanet.snapshots.map((each) => ({ ...each, ...changes }));
      return () => new World({ ...state, datanet: { ...state.datanet, snapshots } }, world.funds());
    };
    expect(imported({})).not.toThrow();
    expect(imported({ held_out: 2 })).toThrow("holds out 2 items, its seed 1");
    expect(imported({ held_out_height: "0" })).toThrow("has a draw at height 0");
    expect(imported({ owners: [5, 4] })).toThrow("has 9 cluster owners, not 10");
  });
});

describe("owners of a posted snapshot", () => {
  test.each([
    [[5], "owners of 1 contributions, the window has 2"],
    [[6, 4], "contribution 0 owns more clusters than it has items"],
    [[5, 4], "contributions own 9 clusters, not 10"],
  ])("%j are refused", (owners, message) => {
    const world = closed();
    expect(() => postSnapshot(world, 10, { clusters: 10, owners })).toThrow(message);
  });

  test("are part of what the poster is bound to", () => {
    const posted = (owners: number[]) => {
      const world = closed();
      return postSnapshot(world, 10, { clusters: 8, owners });
    };
    expect(posted([5, 3])).not.toEqual(posted([4, 4]));
    expect(posted([5, 3])).not.toEqual(posted([]));
  });
});
