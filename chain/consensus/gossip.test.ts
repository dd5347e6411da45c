import { describe, expect, test } from "vitest";
import { BitArray } from "../types/bit-array.ts";
import { PRECOMMIT, PREVOTE } from "../types/vote.ts";
import type { Effect } from "./effect.ts";
import { MAX_PEERS, STATUS_EVERY_TICKS } from "./limits.ts";
import type { Message, Status } from "./message.ts";
import { blockOf, Desk, kindsOf, proposalOf, validatorsOf, voteOf } from "./testing/fixtures.ts";

const four = validatorsOf(1, 1, 1, 1);
const a = blockOf("a");
const b = blockOf("b");
const own = four.indexOf(four.proposer().address) === 0 ? 1 : 0;
const others = [0, 1, 2, 3].filter((index) => index !== own);

/** A node in round 0 of height 1 with these peers, which have said nothing yet. */
function deskWith(...peers: readonly string[]): Desk {
  const desk = new Desk({ validators: four, own });
  desk.begin();
  for (const peer of peers) desk.send({ kind: "peerUp", peer });
  return desk;
}

function statusAt(fields: Partial<Status> = {}): Status {
  return { height: 1, round: 0, step: "propose", proposal: false, parts: [], rounds: [], ...fields };
}

/** What a peer is sent, as text. */
function sentTo(effects: readonly Effect[], peer: string): string[] {
  return effects.flatMap((effect) => (effect.kind === "send" && effect.peer === peer ? [textOf(effect.message)] : []));
}

function textOf(message: Message): string {
  switch (message.kind) {
    case "status":
      return `status ${message.status.height}/${message.status.round}`;
    case "proposal":
      return "proposal";
    case "part":
      return `part ${message.part.index}`;
    case "votes": {
      const indices = message.votes.map((vote) => vote.validatorIndex).join();
      return `${message.votes[0]?.type === PREVOTE ? "prevotes" : "precommits"} ${message.votes[0]?.round}: ${indices}`;
    }
  }
}

function status(desk: Desk, peer: string, fields: Partial<Status> = {}): Effect[] {
  return desk.send({ kind: "peerStatus", peer, status: statusAt(fields) });
}

describe("what is new", () => {
  test("own messages go to everybody at once", () => {
    const desk = deskWith("x", "y");
    desk.timeout("propose");
    const effects = desk.send({ kind: "signedVote", vote: voteOf(four, own) });
    expect(kindsOf(effects)).toEqual(["broadcast"]);
  });

  test("a vote is relayed to peers of the same height that lack it, not back, and once only", () => {
    const desk = deskWith("x", "y", "z", "silent");
    status(desk, "x");
    status(desk, "y");
    status(desk, "z", { height: 2 });
    const input = { kind: "votesReceived", peer: "x", votes: [voteOf(four, 2)] } as const;
    const first = desk.send(input);
    expect(["x", "y", "z", "silent"].map((peer) => sentTo(first, peer))).toEqual([[], ["prevotes 0: 2"], [], []]);
    expect(desk.send({ ...input, peer: "y" })).toEqual([]);
  });

  test("proposal and parts are relayed too", () => {
    const desk = deskWith("x", "y");
    status(desk, "x");
    status(desk, "y");
    const proposal = desk.send({ kind: "proposalReceived", peer: "x", proposal: proposalOf(a) });
    expect([sentTo(proposal, "x"), sentTo(proposal, "y")]).toEqual([[], ["proposal"]]);
    const header = a.blockId.parts;
    const part = desk.send({
      kind: "partReceived",
      peer: "x",
      height: 1,
      header,
      part: a.parts[1] as (typeof a.parts)[0],
    });
    expect([sentTo(part, "x"), sentTo(part, "y")]).toEqual([[], ["part 1"]]);
  });

  test("peers hear when the node enters a round, and again from time to time", () => {
    const desk = deskWith();
    const ticks = Array.from({ length: STATUS_EVERY_TICKS }, () => desk.send({ kind: "tick" }));
    expect(ticks.map((effects) => effects.length)).toEqual([...Array(STATUS_EVERY_TICKS - 1).fill(0), 1]);
    desk.precommits(others);
    const [status] = desk.timeout("precommit").filter((effect) => effect.kind === "broadcast");
    expect(status).toMatchObject({ message: { kind: "status", status: { height: 1, round: 1 } } });
  });
});

describe("what a peer lacks", () => {
  test("a peer that arrives gets the proposal, every part and the votes of its round at once", () => {
    const desk = deskWith("x");
    desk.proposal(a);
    desk.prevotes([2, 3], { blockId: a.blockId });
    expect(sentTo(status(desk, "x"), "x")).toEqual(["proposal", "part 0", "part 1", "part 2", "prevotes 0: 2,3"]);
    expect(desk.send({ kind: "tick" })).toEqual([]);
  });

  test("it is not sent what it says it has", () => {
    const desk = deskWith("x");
    desk.proposal(a);
    desk.prevotes([2, 3], { blockId: a.blockId });
    const bits = {
      round: 0,
      prevotes: BitArray.of(4, [2]),
      precommits: BitArray.empty(4),
      prevoteQuorum: false,
      precommitQuorum: false,
    };
    const effects = status(desk, "x", {
      proposal: true,
      parts: [{ header: a.blockId.parts, have: BitArray.of(3, [0, 2]) }],
      rounds: [bits],
    });
    expect(sentTo(effects, "x")).toEqual(["part 1", "prevotes 0: 3"]);
  });

  test("what was lost on the way is sent again after its next status", () => {
    const desk = deskWith("x");
    desk.prevotes([2]);
    status(desk, "x");
    expect(sentTo(status(desk, "x"), "x")).toEqual([]);
    expect(sentTo(desk.send({ kind: "tick" }), "x")).toEqual(["prevotes 0: 2"]);
  });

  test("a peer that keeps saying that it moved is served once a tick, no more", () => {
    const desk = deskWith("x");
    desk.proposal(a);
    const first = [0, 1, 0, 1].map((round) => sentTo(status(desk, "x", { round }), "x").length);
    expect(first).toEqual([4, 0, 0, 0]);
    desk.send({ kind: "tick" });
    expect(sentTo(status(desk, "x"), "x")).toHaveLength(4);
  });

  test("a peer in an earlier round gets the votes that let it follow", () => {
    const desk = deskWith("x");
    desk.precommits(others);
    desk.timeout("precommit");
    desk.prevotes([2, 3], { round: 1 });
    expect(sentTo(status(desk, "x"), "x")).toEqual([`precommits 0: ${others.join()}`, "prevotes 1: 2,3"]);
  });

  test("a peer that waits for a proof of lock gets that round's prevotes", () => {
    const desk = deskWith("x");
    desk.proposal(a);
    desk.prevotes(others, { blockId: a.blockId });
    desk.precommits(others);
    desk.timeout("precommit");
    desk.proposal(a, { polRound: 0 });
    const effects = status(desk, "x", {
      round: 1,
      proposal: true,
      parts: [{ header: a.blockId.parts, have: BitArray.of(3, [0, 1, 2]) }],
    });
    expect(sentTo(effects, "x")).toContain(`prevotes 0: ${others.join()}`);
  });

  test("a peer whose bits are complete but which sees no quorum gets the certificate", () => {
    const desk = deskWith("x");
    desk.proposal(a);
    desk.prevotes(others, { blockId: a.blockId });
    const full = {
      round: 0,
      prevotes: BitArray.of(4, [0, 1, 2, 3]),
      precommits: BitArray.empty(4),
      precommitQuorum: false,
    };
    const parts = [{ header: a.blockId.parts, have: BitArray.of(3, [0, 1, 2]) }];
    const confused = { proposal: true, parts, rounds: [{ ...full, prevoteQuorum: false }] };
    expect(sentTo(status(desk, "x", confused), "x")).toEqual([`prevotes 0: ${others.join()}`]);
    const informed = { proposal: true, parts, rounds: [{ ...full, prevoteQuorum: true }] };
    status(desk, "x", informed);
    expect(desk.send({ kind: "tick" })).toEqual([]);
  });
});

describe("a peer at the height before", () => {
  function decidedDesk(): Desk {
    const desk = deskWith("x");
    desk.proposal(a);
    desk.prevotes(others, { blockId: a.blockId });
    desk.precommits(others, { blockId: a.blockId });
    const next = { height: 2, validators: four, voteExtensions: false, maxBlockBytes: 1000 };
    desk.send({ kind: "finalized", height: 1, next });
    return desk;
  }

  test("gets the deciding precommits and the block, and decides with them alone", () => {
    const effects = status(decidedDesk(), "x", { height: 1, round: 3 });
    expect(sentTo(effects, "x")).toEqual([`precommits 0: ${others.join()}`, "part 0", "part 1", "part 2"]);
    const late = new Desk({ validators: four, own: 2 });
    late.begin();
    for (const effect of effects) {
      if (effect.kind !== "send") continue;
      const admission = late.core.admit("helper", effect.message);
      if (admission.verdict === "check") late.send(admission.input);
    }
    expect(kindsOf(late.effects)).toContain("decide");
  });

  test("one that is two heights behind is left to block sync, which behind() calls for", () => {
    const desk = decidedDesk();
    const next = { height: 3, validators: four, voteExtensions: false, maxBlockBytes: 1000 };
    desk.send({ kind: "timeout", height: 1, round: 0, step: "commit" });
    desk.send({ kind: "timeout", height: 2, round: 0, step: "commit" });
    expect(next.height).toBe(3);
    expect(sentTo(status(desk, "x", { height: 7 }), "x")).toEqual([]);
    expect(desk.core.behind()).toBe(5);
  });
});

test("a late precommit for the last height still arrives", () => {
  const desk = deskWith();
  desk.proposal(b);
  desk.prevotes(others, { blockId: b.blockId });
  desk.precommits(others, { blockId: b.blockId });
  desk.send({
    kind: "finalized",
    height: 1,
    next: { height: 2, validators: four, voteExtensions: false, maxBlockBytes: 1000 },
  });
  const vote = voteOf(four, own, { type: PRECOMMIT, blockId: b.blockId });
  const admission = desk.core.admit("x", { kind: "votes", votes: [vote] });
  expect(admission.verdict).toBe("check");
  const nil = desk.core.admit("x", { kind: "votes", votes: [{ ...vote, round: 1 }] });
  expect(nil).toEqual({ verdict: "ignore", code: "height" });
});

test("only so many peers are served", () => {
  const desk = deskWith();
  const effects = Array.from({ length: MAX_PEERS + 5 }, (_, i) => desk.send({ kind: "peerUp", peer: `p${i}` })).flat();
  expect(effects.length).toBe(MAX_PEERS);
  desk.send({ kind: "peerDown", peer: "p0" });
  expect(desk.send({ kind: "peerUp", peer: "again" })).toHaveLength(1);
});
