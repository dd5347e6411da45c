import { describe, expect, test } from "vitest";
import {
  Contribution,
  type DataNet,
  GenesisState,
  MsgRevealContribution,
  Query,
  WindowPhase,
} from "../../proto/gen/openledger/datanet/v1.ts";
import { fromJson } from "../../proto/runtime.ts";
import { DEFAULT_PARAMS } from "./params.ts";
import {
  advance,
  bitmap,
  commit,
  commitVerdict,
  contribute,
  createNet,
  curatedWindow,
  NET,
  net,
  postSnapshot,
  registerCurators,
  revealOf,
} from "./testing/story.ts";
import { json, World } from "./testing/world.ts";

/** Two windows: one with a pending snapshot, one under review, with every kind of contribution. */
function busy(): World {
  const world = new World();
  createNet(world);
  createNet(world, { id: "other" });
  registerCurators(world, ["fay", "gus", "hal"]);
  curatedWindow(world, ["one", "two"]);
  postSnapshot(world, 10);
  advance(world);
  const open = contribute(world, "cat", "three");
  commit(world, "dan", "late");
  world.endBlocks(12);
  commitVerdict(world, "fay", open, bitmap(10, [1]));
  return world;
}

test("export, import and export again give the same bytes, and the copy goes on like the original", () => {
  const world = busy();
  const state = world.export();
  expect(world.broken()).toEqual([]);
  const copy = new World(state, world.funds());
  expect(JSON.stringify(copy.export())).toBe(JSON.stringify(state));
  copy.height = world.height;
  for (const each of [world, copy]) each.endBlocks(25);
  expect(copy.export()).toEqual(world.export());
  expect(net(copy)).toMatchObject({ phase: WindowPhase.WINDOW_PHASE_CLOSED, window: 2, pending: 0 });
  expect(copy.query(Query.Contributions, { datanet: NET, window: 2 }).contributions.map(({ seq }) => seq)).toEqual([
    2, 3,
  ]);
});

test("without a state there are defaults", () => {
  const world = new World();
  expect(world.query(Query.Params, {}).params).toEqual(DEFAULT_PARAMS);
  expect(world.broken()).toEqual([]);
});

describe("a genesis that contradicts itself is refused", () => {
  const good = () => {
    const world = busy();
    return { state: fromJson(GenesisState, world.export().datanet), world };
  };
  const load = (world: World, state: GenesisState) => () =>
    new World({ ...world.export(), datanet: json(GenesisState, state) }, world.funds());
  const first = <T>(list: readonly T[], change: (entry: T) => T) =>
    list.map((entry, i) => (i === 0 ? change(entry) : entry));

  test.each([
    ["a bond that nobody paid", (net: DataNet) => ({ ...net, bond: "1" }), "datanet/ledger"],
    ["a sequence that skips", (net: DataNet) => ({ ...net, nextSeq: net.nextSeq + 1 }), "datanet/windows"],
    ["a wrong count of commitments", (net: DataNet) => ({ ...net, unrevealed: 7 }), "datanet/windows"],
  ])("%s", (_name, change, message) => {
    const { state, world } = good();
    expect(load(world, { ...state, datanets: first(state.datanets, change) })).toThrow(message);
  });

  test.each([
    [
      "a count that the bitmap does not give",
      (c: Contribution) => ({ ...c, acceptedCount: 4 }),
      "datanet/contributions",
    ],
    ["a parent that does not exist", (c: Contribution) => ({ ...c, parents: ["x"] }), "datanet/lineage"],
    ["a DataNet that does not exist", (c: Contribution) => ({ ...c, datanet: "none" }), 'no DataNet "none"'],
  ])("%s", (_name, change, message) => {
    const { state, world } = good();
    expect(load(world, { ...state, contributions: first(state.contributions, change) })).toThrow(message);
  });

  test("repetition, unknown keys and parameters outside the rails", () => {
    const { state, world } = good();
    expect(load(world, { ...state, datanets: [...state.datanets, state.datanets[0]!] })).toThrow("is listed twice");
    expect(
      load(world, {
        ...state,
        contributions: [...state.contributions, Contribution.fromPartial(state.contributions[0]!)],
      }),
    ).toThrow("is listed twice");
    expect(() => new World({ datanet: { parameters: {} } })).toThrow(
      'app_state.datanet: openledger.datanet.v1.GenesisState: unknown key "parameters"',
    );
    const params = (change: object) => load(world, { ...state, params: { ...DEFAULT_PARAMS, ...change } });
    expect(params({ maxItems: 1_025 })).toThrow("max_items is 1 to 1024");
    expect(params({ contributionBond: "0" })).toThrow("contribution_bond must be above zero");
    expect(params({ queueTarget: 0 })).toThrow("queue_target is 1 to 1024");
    expect(params({ queueTarget: 1_025 })).toThrow("queue_target is 1 to 1024");
    expect(params({ noQuorumBurnBps: 5_001 })).toThrow("no_quorum_burn_bps is at most 5000");
    expect(params({ reviewFee: "-1" })).toThrow("not an amount");
  });
});

describe("queries", () => {
  test("page through DataNets and contributions, by window or over all", () => {
    const world = busy();
    const page = (request: object) => world.query(Query.DataNets, request).datanets.map(({ id }) => id);
    expect(page({})).toEqual([NET, "other"]);
    expect(page({ startAfter: NET })).toEqual(["other"]);
    expect(page({ limit: 1 })).toEqual([NET]);
    const seqs = (request: object) =>
      world.query(Query.Contributions, { datanet: NET, ...request }).contributions.map(({ seq }) => seq);
    expect(seqs({})).toEqual([0, 1, 2, 3]);
    expect(seqs({ window: 1 })).toEqual([0, 1]);
    expect(seqs({ window: 2, startSeq: 3 })).toEqual([3]);
    expect(seqs({ startSeq: 1, limit: 2 })).toEqual([1, 2]);
    expect(seqs({ window: 9 })).toEqual([]);
  });

  test("answer what exists and say what does not", () => {
    const world = busy();
    const { snapshots } = world.query(Query.Snapshots, { datanet: NET });
    expect(snapshots.map(({ id }) => id)).toEqual([`${NET}/1`]);
    expect(world.query(Query.Snapshots, { datanet: "other" }).snapshots).toEqual([]);
    expect(world.query(Query.Snapshot, { id: `${NET}/1` }).snapshot).toEqual(snapshots[0]);
    expect(world.query(Query.DataNet, { id: NET }).datanet?.window).toBe(2);
    expect(() => world.query(Query.Snapshot, { id: `${NET}/3` })).toThrow('no snapshot "bank-questions/3"');
    expect(() => world.query(Query.Contribution, { id: "x" })).toThrow('no contribution "x"');
    expect(() => world.query(Query.Contributions, { datanet: "x" })).toThrow('no DataNet "x"');
  });
});

test("a reveal after an import still matches its commitment", () => {
  const world = new World();
  createNet(world);
  const id = commit(world, "bob", "one");
  const copy = new World(world.export(), world.funds());
  copy.height = world.height + 1;
  copy.send(MsgRevealContribution, revealOf(id, "bob", "one"));
  expect(net(copy).unrevealed).toBe(0);
  expect(copy.broken()).toEqual([]);
});
