import { describe, expect, test } from "vitest";
import { blockOf, Desk, kindsOf, nameOf, validatorsOf, votesAsked } from "./testing/fixtures.ts";
import { DEFAULT_TIMEOUTS } from "./timeouts.ts";
import { valueId } from "./value-id.ts";

const four = validatorsOf(1, 1, 1, 1);
const a = blockOf("a");
const b = blockOf("b");
/** Validators other than the one of the desk. */
const others = [1, 2, 3];
const notProposer = four.indexOf(four.proposer().address) === 0 ? 1 : 0;
const peers = [0, 1, 2, 3].filter((index) => index !== notProposer);

function desk(options: { readonly own?: number; readonly voteExtensions?: boolean } = {}): Desk {
  const made = new Desk({
    validators: four,
    own: options.own ?? notProposer,
    voteExtensions: options.voteExtensions ?? false,
  });
  made.begin();
  return made;
}

describe("a round without trouble", () => {
  test("prevotes a valid proposal once all its parts and the application's verdict are there", () => {
    const node = desk();
    expect(votesAsked(node.proposal(a))).toEqual([`prevote 0 ${nameOf(a)}`]);
  });

  test("asks the application once, with the whole block", () => {
    const node = desk();
    node.proposal(a);
    const asked = node.effects.filter((effect) => effect.kind === "process");
    expect(asked).toEqual([{ kind: "process", height: 1, round: 0, blockId: a.blockId, blockBytes: a.blockBytes }]);
  });

  test("prevotes nil for a block that the application refuses", () => {
    expect(votesAsked(desk().proposal(a, {}, false))).toEqual(["prevote 0 nil"]);
  });

  test("locks and precommits on a quorum of prevotes, and decides on a quorum of precommits", () => {
    const node = desk();
    node.proposal(a);
    expect(votesAsked(node.prevotes(peers, { blockId: a.blockId }))).toEqual([`precommit 0 ${nameOf(a)}`]);
    expect(node.state.locked).toEqual({ value: valueId(a.blockId), round: 0 });
    const effects = node.precommits(peers, { blockId: a.blockId });
    expect(effects.find((effect) => effect.kind === "decide")).toMatchObject({
      height: 1,
      round: 0,
      blockBytes: a.blockBytes,
    });
  });

  test("a precommit for a block waits for its extension; one for nil has none", () => {
    const node = desk({ voteExtensions: true });
    node.proposal(a);
    expect(kindsOf(node.prevotes(peers, { blockId: a.blockId }))).toContain("extend");
    expect(node.state.step).toBe("precommit");
    const extension = Uint8Array.of(5);
    const asked = node.send({ kind: "extended", height: 1, round: 0, blockId: a.blockId, extension });
    expect(asked.find((effect) => effect.kind === "signVote")).toMatchObject({
      vote: { extension },
      withExtension: true,
    });
    const other = desk({ voteExtensions: true });
    other.timeout("propose");
    expect(other.prevotes(peers).find((effect) => effect.kind === "signVote")).toMatchObject({ withExtension: false });
  });
});

describe("locks", () => {
  /** In round 1, locked on `a` since round 0. */
  function lockedInRoundOne(): Desk {
    const node = desk();
    node.proposal(a);
    node.prevotes(peers, { blockId: a.blockId });
    node.precommits(peers.slice(0, 2));
    node.precommits(peers.slice(2), { blockId: a.blockId });
    node.timeout("precommit");
    expect([node.state.round, node.state.locked?.round]).toEqual([1, 0]);
    return node;
  }

  test("a locked validator prevotes nil for another new block", () => {
    expect(votesAsked(lockedInRoundOne().proposal(b))).toEqual(["prevote 1 nil"]);
  });

  test("it prevotes its own locked block again", () => {
    expect(votesAsked(lockedInRoundOne().proposal(a))).toEqual([`prevote 1 ${nameOf(a)}`]);
  });

  test("L28: a newer quorum, shown with the proposal of a later round, unlocks", () => {
    const node = lockedInRoundOne();
    node.timeout("propose");
    node.timeout("prevote");
    node.precommits(peers, { round: 1 });
    node.timeout("precommit");
    expect(node.state.round).toBe(2);
    expect(votesAsked(node.proposal(b, { polRound: 1 }))).toEqual([]);
    const effects = node.prevotes(peers, { round: 1, blockId: b.blockId });
    expect(votesAsked(effects)).toEqual([`prevote 2 ${nameOf(b)}`]);
  });

  test("an older quorum does not unlock", () => {
    const node = desk();
    node.precommits(peers);
    node.timeout("precommit");
    node.proposal(a);
    node.prevotes(peers, { round: 1, blockId: a.blockId });
    node.precommits(peers, { round: 1 });
    node.timeout("precommit");
    expect([node.state.round, node.state.locked?.round]).toEqual([2, 1]);
    node.proposal(b, { polRound: 0 });
    expect(votesAsked(node.prevotes(peers, { round: 0, blockId: b.blockId }))).toEqual(["prevote 2 nil"]);
  });
});

describe("blocks known through a quorum only", () => {
  test("a block with a quorum of precommits is fetched and decided without its proposal, in any round", () => {
    const node = desk();
    node.timeout("propose");
    node.precommits(peers, { blockId: a.blockId, round: 0 });
    expect(kindsOf(node.parts(a))).toContain("decide");
  });

  test("deciding does not wait for the application's verdict", () => {
    const node = desk();
    node.precommits(peers, { blockId: a.blockId });
    const effects = node.parts(a);
    expect(kindsOf(effects)).toEqual(["decide", "scheduleTimeout"]);
  });
});

describe("bounds", () => {
  test("the first proposal of a round is kept, and none of far rounds", () => {
    const node = desk();
    node.send({ kind: "proposalReceived", peer: undefined, proposal: { ...proposalFields, round: 2 } });
    expect([...(node.core.engine.driver?.proposals.keys() ?? [])]).toEqual([]);
    node.proposal(a);
    node.proposal(b);
    expect(node.core.engine.driver?.proposals.get(0)?.blockId).toEqual(a.blockId);
  });

  test("blocks of past rounds are dropped unless locked, valid or certified", () => {
    const node = desk();
    node.proposal(a);
    for (let round = 0; round < 20; round++) {
      node.precommits(peers, { round });
      node.timeout("precommit", round);
    }
    expect([...(node.core.engine.driver?.blocks.entries() ?? [])]).toEqual([]);
    expect(node.core.engine.requests.unanswered().length).toBeLessThan(6);
  });
});

const proposalFields = {
  height: 1,
  polRound: -1,
  blockId: a.blockId,
  timestamp: { seconds: 0n, nanos: 0 },
  signature: new Uint8Array(64),
};

test("a verdict on a block that was dropped meanwhile does not make its incomplete successor valid", () => {
  const node = desk();
  node.send({ kind: "proposalReceived", peer: undefined, proposal: { ...proposalFields, round: 0 } });
  node.parts(a);
  node.precommits(peers);
  node.timeout("precommit");
  node.timeout("propose");
  node.prevotes(peers, { round: 1, blockId: a.blockId });
  const late = node.send({ kind: "processed", height: 1, blockId: a.blockId, accept: true });
  expect(votesAsked(late)).toEqual([]);
  expect(kindsOf(node.parts(a))).toContain("process");
});

describe("nodes outside the set", () => {
  test("follow rounds and decide without voting", () => {
    const node = desk({ own: -1 });
    node.proposal(a);
    node.prevotes([0, 1, 2], { blockId: a.blockId });
    node.precommits([0, 1, 2], { blockId: a.blockId });
    expect(kindsOf(node.effects)).toContain("decide");
    expect(kindsOf(node.effects)).not.toContain("signVote");
  });
});

test("two votes for different blocks are reported with the powers that evidence needs", () => {
  const node = desk();
  node.prevotes([others[2] as number], { blockId: a.blockId });
  const effects = node.prevotes([others[2] as number], { blockId: b.blockId });
  expect(effects.find((effect) => effect.kind === "evidence")).toMatchObject({
    voteA: { blockId: a.blockId },
    voteB: { blockId: b.blockId },
    validatorPower: 1,
    totalPower: 4,
  });
});

test("round 1 waits longer than round 0, and stale timers do nothing", () => {
  const node = desk();
  node.precommits(peers);
  node.timeout("precommit", 0);
  const scheduled = node.effects.filter((effect) => effect.kind === "scheduleTimeout" && effect.step === "propose");
  expect(scheduled.map((effect) => "ms" in effect && effect.ms)).toEqual([
    DEFAULT_TIMEOUTS.proposeMs,
    DEFAULT_TIMEOUTS.proposeMs + DEFAULT_TIMEOUTS.proposeDeltaMs,
  ]);
  expect(node.timeout("propose", 0)).toEqual([]);
});
