import { describe, expect, test } from "vitest";
import {
  ContributionStatus,
  MsgAdvanceWindow,
  MsgCreateDataNet,
  MsgRevealContribution,
  Params,
  WindowPhase,
} from "../../proto/gen/openledger/datanet/v1.ts";
import { bondAt } from "./bond.ts";
import { MAX_WORK_PER_BLOCK } from "./limits.ts";
import { DEFAULT_PARAMS } from "./params.ts";
import {
  advance,
  bitmap,
  commit,
  commitVerdict,
  contribute,
  createNet,
  NET,
  net,
  registerCurators,
  revealOf,
  revealVerdict,
} from "./testing/story.ts";
import { account, FUNDS, json, World } from "./testing/world.ts";

const { WINDOW_PHASE_SUBMIT, WINDOW_PHASE_REVIEW, WINDOW_PHASE_REVEAL, WINDOW_PHASE_CLOSED } = WindowPhase;

describe("creation", () => {
  test("takes the bond and opens window 1", () => {
    const world = new World();
    createNet(world);
    expect(net(world)).toMatchObject({
      ...{ window: 1, phase: WINDOW_PHASE_SUBMIT, phaseStart: 1n, phaseEnd: 11n, bond: "10000000", nextSeq: 0 },
    });
    expect(world.balance("ann")).toBe(FUNDS - 10_000_000n);
    expect(world.broken()).toEqual([]);
  });

  test.each([
    ["id", { id: "no" }, "3 to 32 of a-z"],
    ["upper case", { id: "Bank" }, "3 to 32 of a-z"],
    ["leading digit", { id: "1bank" }, "3 to 32 of a-z"],
    ["title", { title: "" }, "the title has 0 bytes"],
    ["line break", { title: "a\nb" }, "the title holds characters that it may not"],
    ["outer space", { topic: " a" }, "the topic holds characters that it may not"],
    ["no label", { labels: [] }, "0 labels, allowed are 1 to 1024"],
    ["label twice", { labels: ["a", "a"] }, "a label is listed twice"],
    ["long label", { labels: ["x".repeat(129)] }, "a label has 129 bytes"],
    [
      "labels together",
      { labels: Array.from({ length: 300 }, (_, i) => `${i}`.padEnd(120, "x")) },
      "36000 bytes together",
    ],
    ["phase", { revealBlocks: 0n }, "a phase lasts at least 1 block"],
    ["long phase", { submitBlocks: 1_000_001n }, "a phase of 1000001 blocks, at most 1000000"],
    ["address", { creator: "open1x" }, "not an address of this chain"],
  ])("refuses a bad %s", (_name, changes, message) => {
    const world = new World();
    expect(() => createNet(world, changes)).toThrow(message);
    expect(world.datanet.keeper.datanet(world.context(), NET)).toBeUndefined();
  });

  test("refuses an id that is taken and a creator without funds", () => {
    const world = new World({ datanet: { params: json(Params, { ...DEFAULT_PARAMS, createBond: "600000000" }) } });
    createNet(world);
    expect(() => createNet(world, { creator: account("bob") })).toThrow("DataNet bank-questions exists already");
    const again = { creator: account("ann"), id: "second", title: "x", labels: ["a"] };
    const blocks = { submitBlocks: 1n, reviewBlocks: 1n, revealBlocks: 1n };
    expect(() => world.send(MsgCreateDataNet, { ...again, ...blocks })).toThrow("lacks");
  });
});

describe("phases", () => {
  test("end by themselves after their blocks, up to closed, which waits for the creator", () => {
    const world = new World();
    createNet(world);
    const seen: number[][] = [];
    for (let block = 0; block < 40; block++) {
      const { phase, window, phaseEnd } = net(world);
      if (seen.at(-1)?.[0] !== phase) seen.push([phase, window, world.height, Number(phaseEnd)]);
      world.endBlocks();
    }
    expect(seen).toEqual([
      [WINDOW_PHASE_SUBMIT, 1, 1, 11],
      [WINDOW_PHASE_REVIEW, 1, 12, 21],
      [WINDOW_PHASE_REVEAL, 1, 22, 31],
      [WINDOW_PHASE_CLOSED, 1, 32, 0],
    ]);
    advance(world);
    expect(net(world)).toMatchObject({ phase: WINDOW_PHASE_SUBMIT, window: 2, contributions: 0, phaseEnd: 51n });
  });

  test("only the creator advances", () => {
    const world = new World();
    createNet(world);
    const send = (name: string, datanet = NET) => world.send(MsgAdvanceWindow, { creator: account(name), datanet });
    expect(() => send("bob")).toThrow(`only ${account("ann")} advances bank-questions`);
    expect(() => send("ann", "nowhere")).toThrow("no DataNet");
  });

  test("the creator cuts nobody's turn short", () => {
    const world = new World();
    createNet(world);
    registerCurators(world, ["fay"]);
    const id = commit(world, "bob", "one");
    expect(() => advance(world)).toThrow(
      "1 turns of bank-questions are outstanding; the phase ends by itself at height 11",
    );
    world.endBlocks(11);
    expect(net(world).phase).toBe(WINDOW_PHASE_REVIEW);
    expect(world.datanet.keeper.requireContribution(world.context(), id).status).toBe(
      ContributionStatus.CONTRIBUTION_STATUS_EXPIRED,
    );
    for (let phase = 0; phase < 3; phase++) advance(world);

    const second = contribute(world, "bob", "two");
    advance(world);
    expect(() => advance(world)).toThrow("1 turns of bank-questions are outstanding");
    commitVerdict(world, "fay", second, bitmap(10, [1]));
    advance(world);
    expect(() => advance(world)).toThrow("1 turns of bank-questions are outstanding");
    revealVerdict(world, "fay", second, bitmap(10, [1]));
    advance(world);
    expect(net(world).phase).toBe(WINDOW_PHASE_CLOSED);
  });
});

describe("work of a phase", () => {
  test("an unrevealed commitment burns bond and fee, a revealed one gets its bond back when counted", () => {
    const world = new World();
    createNet(world);
    commit(world, "bob", "silent");
    contribute(world, "cat", "one");
    world.endBlocks(30);
    expect(net(world)).toMatchObject({ phase: WINDOW_PHASE_CLOSED, pending: 0, unrevealed: 0 });
    expect(world.burnt()).toBe(1_100_000n);
    expect(world.balance("bob")).toBe(FUNDS - 1_100_000n);
    // No curator: nobody reviewed, so the fee went back too.
    expect(world.balance("cat")).toBe(FUNDS);
    expect(world.broken()).toEqual([]);
  });

  test("is bounded per block, blocks nothing else, and the phase's time starts after it", () => {
    const count = 2 * MAX_WORK_PER_BLOCK + 1;
    const world = new World();
    createNet(world, { submitBlocks: 3n });
    const ids = Array.from({ length: count }, (_, i) => commit(world, "bob", `root ${i}`));
    world.endBlocks(3);
    expect(net(world)).toMatchObject({ phase: WINDOW_PHASE_SUBMIT, pending: 0 });
    const pending: number[] = [];
    for (let block = 0; block < 3; block++) {
      world.endBlocks();
      pending.push(net(world).pending);
      expect(world.broken()).toEqual([]);
      if (block > 0) continue;
      expect(() => advance(world)).toThrow("are still being processed; try again next block");
      const last = revealOf(ids[count - 1]!, "bob", `root ${count - 1}`);
      expect(() => world.send(MsgRevealContribution, last)).toThrow("is not open for submission");
    }
    expect(pending).toEqual([count - MAX_WORK_PER_BLOCK, 1, 0]);
    expect(net(world)).toMatchObject({ phase: WINDOW_PHASE_REVIEW, phaseStart: 4n, phaseEnd: 16n });
    const bonds = Array.from({ length: count }, (_, queue) => bondAt(DEFAULT_PARAMS, queue));
    expect(world.burnt()).toBe(bonds.reduce((sum, bond) => sum + bond + 100_000n, 0n));
  });

  test("goes to the oldest phase first", () => {
    const world = new World();
    createNet(world, { submitBlocks: 1n });
    for (let i = 0; i <= MAX_WORK_PER_BLOCK; i++) commit(world, "bob", `root ${i}`);
    createNet(world, { id: "aaa", submitBlocks: 2n });
    world.endBlocks(2);
    expect(net(world).pending).toBe(1);
    world.endBlocks();
    expect(net(world).pending).toBe(0);
    expect(net(world, "aaa").phase).toBe(WINDOW_PHASE_REVIEW);
  });
});
