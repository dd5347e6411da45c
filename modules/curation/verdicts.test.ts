import { describe, expect, test } from "vitest";
import {
  MsgCommitVerdict,
  MsgRegisterCurator,
  MsgRevealVerdict,
  MsgUnregisterCurator,
  Params,
  Query,
  VerdictStatus,
} from "../../proto/gen/openledger/curation/v1.ts";
import { WindowPhase } from "../../proto/gen/openledger/datanet/v1.ts";
import {
  advance,
  bitmap,
  commit,
  commitVerdict,
  contribute,
  createNet,
  hashOf,
  net,
  registerCurators,
  revealVerdict,
  SALT,
} from "../datanet/testing/story.ts";
import { account, FUNDS, json, World } from "../datanet/testing/world.ts";
import { DEFAULT_PARAMS } from "./params.ts";

const GOOD = bitmap(10, [0, 1, 2]);

function inReview(bond?: string): { world: World; id: string } {
  const world = new World();
  createNet(world);
  registerCurators(world, ["fay", "gus", "hal"], bond);
  const id = contribute(world, "bob", "one");
  advance(world);
  return { world, id };
}

const curator = (world: World, name: string) => world.curation.keeper.requireCurator(world.context(), account(name));

describe("curators", () => {
  test("put up a bond, add to it and get it back", () => {
    const world = new World();
    registerCurators(world, ["fay"]);
    registerCurators(world, ["fay"], "5");
    expect(curator(world, "fay")).toMatchObject({ bond: "10000005", locked: "0", seats: 0 });
    expect(world.balance("fay")).toBe(FUNDS - 10_000_005n);
    expect(world.broken()).toEqual([]);
    world.send(MsgUnregisterCurator, { curator: account("fay") });
    expect(world.balance("fay")).toBe(FUNDS);
    expect(world.query(Query.Curators, {}).curators).toEqual([]);
    expect(world.broken()).toEqual([]);
  });

  test("with too little, beyond the number, unknown or seated are refused", () => {
    const world = new World({ curation: { params: json(Params, { ...DEFAULT_PARAMS, maxCurators: 1 }) } });
    expect(() => registerCurators(world, ["fay"], "9999999")).toThrow(
      "a curator's bond is at least 10000000, got 9999999",
    );
    expect(() => registerCurators(world, ["fay"], "0")).toThrow("bond must be above zero");
    expect(() => registerCurators(world, ["fay"], "1.5")).toThrow("not an amount");
    registerCurators(world, ["fay"]);
    expect(() => registerCurators(world, ["gus"])).toThrow("there are 1 curators already");
    registerCurators(world, ["fay"], "1");
    const leave = (name: string) => world.send(MsgUnregisterCurator, { curator: account(name) });
    expect(() => leave("gus")).toThrow("is not a curator");
    createNet(world);
    contribute(world, "bob", "one");
    advance(world);
    expect(() => leave("fay")).toThrow("sits on 1 open panels");
  });
});

describe("commit", () => {
  test("locks the same liability whatever the verdict says", () => {
    const { world, id } = inReview();
    commitVerdict(world, "fay", id, bitmap(10, []));
    commitVerdict(world, "gus", id, bitmap(10, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
    expect([curator(world, "fay").locked, curator(world, "gus").locked]).toEqual(["100000", "100000"]);
    expect(world.broken()).toEqual([]);
  });

  test("twice, off the panel, beyond the free bond or in another phase is refused", () => {
    const { world, id } = inReview();
    expect(() => commitVerdict(world, "eve", id, GOOD)).toThrow("is not a curator");
    registerCurators(world, ["eve"]);
    expect(() => commitVerdict(world, "eve", id, GOOD)).toThrow("is not on the panel");
    expect(() => commitVerdict(world, "fay", "0".repeat(40), GOOD)).toThrow("no contribution");
    expect(() => revealVerdict(world, "fay", id, GOOD)).toThrow("is not in that phase");
    commitVerdict(world, "fay", id, GOOD);
    expect(() => commitVerdict(world, "fay", id, GOOD)).toThrow("has committed a verdict");
    const short = { curator: account("gus"), contribution: id, commitment: new Uint8Array(31) };
    expect(() => world.send(MsgCommitVerdict, short)).toThrow("the commitment has 31 bytes");
    world.endBlocks(11);
    expect(() => commitVerdict(world, "gus", id, GOOD)).toThrow("is not in that phase");
  });

  test("needs free bond for each open verdict", () => {
    const params = { ...DEFAULT_PARAMS, curatorBond: "150000", liability: "100000" };
    const world = new World({ curation: { params: json(Params, params) } });
    createNet(world);
    registerCurators(world, ["fay"], "150000");
    const [one, two] = [commit(world, "bob", "one"), commit(world, "bob", "two")];
    expect(() => commitVerdict(world, "fay", one, GOOD)).toThrow("is not in that phase");
    const ids = [contribute(world, "cat", "three"), contribute(world, "cat", "four")] as const;
    world.endBlocks(9);
    expect(() => commitVerdict(world, "fay", two, GOOD)).toThrow("no panel for contribution");
    commitVerdict(world, "fay", ids[0], GOOD);
    expect(() => commitVerdict(world, "fay", ids[1], GOOD)).toThrow("a verdict locks 100000, the free bond is less");
    world.send(MsgRegisterCurator, { curator: account("fay"), bond: "50000" });
    commitVerdict(world, "fay", ids[1], GOOD);
    expect(world.broken()).toEqual([]);
  });
});

describe("reveal", () => {
  test("must give the committed bitmap, of the right form, once", () => {
    const { world, id } = inReview();
    commitVerdict(world, "fay", id, GOOD);
    commitVerdict(world, "gus", id, Uint8Array.of(7, 0, 0));
    commitVerdict(world, "hal", id, Uint8Array.of(7, 4));
    advance(world);
    expect(() => revealVerdict(world, "fay", id, bitmap(10, [1]))).toThrow(
      "bitmap and salt do not give the commitment",
    );
    const salted = { curator: account("fay"), contribution: id, bitmap: GOOD, salt: hashOf("other") };
    expect(() => world.send(MsgRevealVerdict, salted)).toThrow("bitmap and salt do not give the commitment");
    expect(() => world.send(MsgRevealVerdict, { ...salted, salt: SALT.slice(1) })).toThrow("the salt has 15 bytes");
    expect(() => revealVerdict(world, "gus", id, Uint8Array.of(7, 0, 0))).toThrow("ceil(items / 8) bytes");
    expect(() => revealVerdict(world, "hal", id, Uint8Array.of(7, 4))).toThrow("no bit beyond");
    expect(() => revealVerdict(world, "fay", id, new Uint8Array(129))).toThrow("a bitmap has 1 to 128 bytes");
    revealVerdict(world, "fay", id, GOOD);
    expect(() => revealVerdict(world, "fay", id, GOOD)).toThrow("no verdict on");
    expect(() => revealVerdict(world, "eve", id, GOOD)).toThrow("no verdict on");
    expect(
      world
        .query(Query.Verdicts, { contribution: id })
        .verdicts.map(({ status }) => status)
        .sort(),
    ).toEqual([
      ...[VerdictStatus.VERDICT_STATUS_COMMITTED, VerdictStatus.VERDICT_STATUS_COMMITTED],
      VerdictStatus.VERDICT_STATUS_REVEALED,
    ]);
    expect(world.broken()).toEqual([]);
  });

  test("of an earlier window's verdict is refused, though a later window takes reveals", () => {
    const { world, id } = inReview();
    for (const name of ["fay", "gus", "hal"]) commitVerdict(world, name, id, GOOD);
    advance(world);
    world.endBlocks(11);
    for (let phase = 0; phase < 3; phase++) advance(world);
    expect(net(world)).toMatchObject({ window: 2, phase: WindowPhase.WINDOW_PHASE_REVEAL });
    expect(() => revealVerdict(world, "fay", id, GOOD)).toThrow("window 1 of bank-questions is not in that phase");
    expect(world.broken()).toEqual([]);
  });

  test("copying another curator's commitment leaves nothing to reveal", () => {
    const { world, id } = inReview();
    commitVerdict(world, "fay", id, GOOD);
    const { commitment } = world.curation.keeper.verdict(world.context(), id, account("fay"))!;
    world.send(MsgCommitVerdict, { curator: account("gus"), contribution: id, commitment });
    commitVerdict(world, "hal", id, GOOD);
    advance(world);
    revealVerdict(world, "fay", id, GOOD);
    expect(() => revealVerdict(world, "gus", id, GOOD)).toThrow("bitmap and salt do not give the commitment");
  });
});
