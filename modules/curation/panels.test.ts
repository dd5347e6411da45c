import { describe, expect, test } from "vitest";
import { sha256Truncated } from "../../chain/crypto/hash.ts";
import { utf8Bytes } from "../../chain/crypto/tagged.ts";
import { PanelStatus, Params, Query } from "../../proto/gen/openledger/curation/v1.ts";
import {
  advance,
  bitmap,
  commitVerdict,
  contribute,
  createNet,
  curatedWindow,
  registerCurators,
  revealVerdict,
} from "../datanet/testing/story.ts";
import { ACCOUNTS, account, FUNDS, json, World } from "../datanet/testing/world.ts";
import { lowestRanks, majority } from "./panels.ts";
import { DEFAULT_PARAMS } from "./params.ts";

const bonded = 10_000_000n;
const panel = (world: World, contribution: string) => world.query(Query.Panel, { contribution }).panel!;

describe("draw", () => {
  test("all curators but the contributor sit when they fit", () => {
    const world = new World();
    createNet(world);
    registerCurators(world, ["bob", "fay", "gus"]);
    const [mine, other] = [contribute(world, "bob", "one"), contribute(world, "cat", "two")];
    expect(panel(world, mine)).toMatchObject({ status: PanelStatus.PANEL_STATUS_WAITING, fee: "100000", curators: [] });
    advance(world);
    const sorted = (...names: string[]) => names.map(account).sort();
    expect(panel(world, mine)).toMatchObject({
      status: PanelStatus.PANEL_STATUS_DRAWN,
      curators: sorted("fay", "gus"),
    });
    expect(panel(world, other).curators).toEqual(sorted("bob", "fay", "gus"));
    expect(world.broken()).toEqual([]);
  });

  test("panel_size of them sit when they do not, others for each contribution", () => {
    const world = new World({ curation: { params: json(Params, { ...DEFAULT_PARAMS, panelSize: 3 }) } });
    createNet(world);
    registerCurators(world, ACCOUNTS.slice(2));
    const ids = ["one", "two", "three", "four"].map((root) => contribute(world, "bob", root));
    advance(world);
    const panels = ids.map((id) => panel(world, id).curators);
    for (const curators of panels) expect(curators.length).toBe(3);
    expect(new Set(panels.map((curators) => curators.join())).size).toBeGreaterThan(1);
    expect(world.broken()).toEqual([]);
  });

  test("every curator sits about as often as any other", () => {
    const curators = Array.from({ length: 12 }, (_, i) => account(`curator ${i}`)).sort();
    const seats = new Map(curators.map((curator) => [curator, 0]));
    for (let i = 0; i < 1_200; i++) {
      const contribution = { id: `c${i}`, datanet: "net", window: 1, contributor: "x", items: 1 };
      for (const curator of lowestRanks(contribution, curators, 3)) seats.set(curator, seats.get(curator)! + 1);
    }
    for (const count of seats.values()) expect(Math.abs(count - 300)).toBeLessThan(75);
  });

  test("does not depend on the order of registration", () => {
    const contribution = { id: "c", datanet: "net", window: 1, contributor: "x", items: 1 };
    const names = Array.from({ length: 9 }, (_, i) => `curator ${sha256Truncated(utf8Bytes(`${i}`)).join("")}`);
    const drawn = lowestRanks(contribution, names, 4);
    expect([...lowestRanks(contribution, [...names].reverse(), 4)].sort()).toEqual([...drawn].sort());
  });
});

describe("majority", () => {
  test.each([
    [1, [true], true],
    [1, [false], false],
    [2, [true, false], false],
    [3, [true, true, false], true],
    [3, [true, false, false], false],
    [4, [true, true, false, false], false],
    [5, [true, true, true, false, false], true],
  ])("of %i revealed verdicts %j gives %s", (_n, votes, accepted) => {
    const finding = majority(
      9,
      votes.map((yes) => bitmap(9, yes ? [8] : [])),
    );
    expect(finding).toEqual({ accepted: bitmap(9, accepted ? [8] : []), count: accepted ? 1 : 0 });
  });

  test("nobody revealed, nothing accepted", () => {
    expect(majority(10, [])).toEqual({ accepted: new Uint8Array(2), count: 0 });
  });

  test("items are decided one by one", () => {
    expect(majority(4, [bitmap(4, [0, 1]), bitmap(4, [1, 2]), bitmap(4, [1, 3])])).toEqual({
      accepted: bitmap(4, [1]),
      count: 1,
    });
  });
});

describe("finalisation", () => {
  test("pays the fee in equal parts, releases liability and counts verdicts, accept or reject alike", () => {
    const world = new World();
    createNet(world);
    registerCurators(world, ["fay", "gus", "hal"]);
    const id = contribute(world, "bob", "one");
    advance(world);
    const verdicts = { fay: bitmap(10, [0, 1]), gus: bitmap(10, []), hal: bitmap(10, [1]) };
    for (const [name, bits] of Object.entries(verdicts)) commitVerdict(world, name, id, bits);
    advance(world);
    for (const [name, bits] of Object.entries(verdicts)) revealVerdict(world, name, id, bits);
    advance(world);
    const contribution = world.datanet.keeper.requireContribution(world.context(), id);
    expect(contribution).toMatchObject({ accepted: bitmap(10, [1]), acceptedCount: 1 });
    const paid = ["fay", "gus", "hal"].map((name) => world.balance(name) - (FUNDS - bonded));
    expect([...paid].sort()).toEqual([33_333n, 33_333n, 33_334n]);
    expect(panel(world, id)).toMatchObject({ status: PanelStatus.PANEL_STATUS_FINAL, fee: "0" });
    const counts = world.curation.keeper.verdictCounts(world.context(), [id]);
    expect(counts).toEqual(["fay", "gus", "hal"].map((name) => [account(name), 1]).sort());
    expect(world.query(Query.Curators, {}).curators.every(({ locked, seats }) => locked === "0" && seats === 0)).toBe(
      true,
    );
    expect(world.broken()).toEqual([]);
  });

  test("who committed and never revealed is not paid and not punished", () => {
    const world = new World();
    createNet(world);
    registerCurators(world, ["fay", "gus"]);
    const id = contribute(world, "bob", "one");
    advance(world);
    for (const name of ["fay", "gus"]) commitVerdict(world, name, id, bitmap(10, [3]));
    advance(world);
    revealVerdict(world, "fay", id, bitmap(10, [3]));
    world.endBlocks(11);
    expect(world.balance("fay")).toBe(FUNDS - bonded + 100_000n);
    expect(world.balance("gus")).toBe(FUNDS - bonded);
    expect(world.curation.keeper.verdictCounts(world.context(), [id])).toEqual([[account("fay"), 1]]);
    expect(world.datanet.keeper.isAccepted(world.context(), id, 3)).toBe(true);
    expect(world.broken()).toEqual([]);
  });

  test("nobody revealed: the fee goes back, nothing is accepted, nobody is counted", () => {
    const world = new World();
    createNet(world);
    registerCurators(world, ["fay"]);
    const id = contribute(world, "bob", "one");
    world.endBlocks(40);
    expect(world.balance("bob")).toBe(FUNDS);
    expect(world.datanet.keeper.requireContribution(world.context(), id).acceptedCount).toBe(0);
    expect(world.curation.keeper.verdictCounts(world.context(), [id, "unknown"])).toEqual([]);
    expect(world.broken()).toEqual([]);
  });

  test("counts add up over contributions and name curators in order", () => {
    const world = new World();
    createNet(world);
    registerCurators(world, ["fay", "gus", "hal"]);
    const ids = curatedWindow(world, ["one", "two", "three"]);
    const counts = world.curation.keeper.verdictCounts(world.context(), ids);
    expect(counts.map(([, count]) => count)).toEqual([3, 3, 3]);
    expect(counts.map(([curator]) => curator)).toEqual(["fay", "gus", "hal"].map(account).sort());
  });
});
