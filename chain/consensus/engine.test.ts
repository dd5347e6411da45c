import { describe, expect, test } from "vitest";
import { FLAG_ABSENT, FLAG_COMMIT, FLAG_NIL } from "../types/commit.ts";
import { PRECOMMIT } from "../types/vote.ts";
import type { Prepare } from "./effect.ts";
import type { HeightContext, LastDecision } from "./input.ts";
import { LastHeight } from "./last-height.ts";
import { blockOf, Desk, kindsOf, proposalOf, validatorsOf, voteOf } from "./testing/fixtures.ts";

const four = validatorsOf(1, 1, 1, 1);
const proposer = four.indexOf(four.proposer().address);
const follower = proposer === 0 ? 1 : 0;
const peers = [0, 1, 2, 3].filter((index) => index !== follower);
const a = blockOf("a");

function contextOf(height: number, validators = four): HeightContext {
  return { height, validators, voteExtensions: false, maxBlockBytes: 1000 };
}

function decided(options: { readonly skipCommitWait?: boolean; readonly precommits?: readonly number[] } = {}): Desk {
  const desk = new Desk({ validators: four, own: follower, skipCommitWait: options.skipCommitWait ?? false });
  desk.begin();
  desk.proposal(a);
  desk.prevotes(peers, { blockId: a.blockId });
  desk.precommits(options.precommits ?? peers, { blockId: a.blockId });
  return desk;
}

function lastOf(desk: Desk): LastDecision {
  const decide = desk.effects.find((effect) => effect.kind === "decide");
  if (decide?.kind !== "decide") throw new Error("nothing was decided");
  return { validators: four, voteExtensions: false, extendedCommit: decide.extendedCommit, parts: a.parts };
}

describe("waiting states", () => {
  test("are named while the application is busy, and do not hold up timeouts", () => {
    const desk = new Desk({ validators: four, own: proposer });
    desk.begin();
    expect(desk.core.engine.waiting).toMatchObject({ prepare: true, process: false, finalize: false });
    expect(kindsOf(desk.timeout("propose"))).toEqual(["signVote"]);
    const late = desk.send({ kind: "prepared", height: 1, round: 0, block: a });
    expect(kindsOf(late)).toEqual([]);
  });

  test("an answer that nobody waits for changes nothing", () => {
    const desk = decided();
    expect(desk.send({ kind: "prepared", height: 1, round: 0, block: a })).toEqual([]);
    expect(desk.send({ kind: "finalized", height: 7, next: contextOf(8) })).toEqual([]);
    expect(desk.core.engine.waiting.finalize).toBe(true);
  });

  test("votes of the decided height still arrive while the block is applied, and join its commit", () => {
    const desk = decided({ precommits: peers });
    desk.precommits([follower], { blockId: a.blockId });
    desk.send({ kind: "finalized", height: 1, next: contextOf(2) });
    const flags = desk.core.engine.last?.extendedCommit().signatures.map(({ flag }) => flag);
    expect(flags).toEqual([FLAG_COMMIT, FLAG_COMMIT, FLAG_COMMIT, FLAG_COMMIT]);
  });
});

describe("from height to height", () => {
  test("the next height starts when the block is applied and the commit pause is over, in either order", () => {
    const pause = { kind: "timeout", height: 1, round: 0, step: "commit" } as const;
    const finalized = { kind: "finalized", height: 1, next: contextOf(2) } as const;
    for (const order of [[pause, finalized] as const, [finalized, pause] as const]) {
      const desk = decided();
      const effects = order.flatMap((input) => desk.send(input));
      const start = effects.find((effect) => effect.kind === "scheduleTimeout");
      expect(start).toEqual({ kind: "scheduleTimeout", height: 2, round: 0, step: "commit", ms: 0 });
      desk.send({ kind: "timeout", height: 2, round: 0, step: "commit" });
      expect(desk.state).toMatchObject({ round: 0, step: "propose" });
    }
  });

  test("with every precommit there, the pause may be skipped", () => {
    const desk = decided({ skipCommitWait: true });
    desk.send({ kind: "finalized", height: 1, next: contextOf(2) });
    expect(desk.effects.at(-1)).not.toMatchObject({ height: 2, ms: 0 });
    const late = voteOf(four, follower, { type: PRECOMMIT, blockId: a.blockId });
    const effects = desk.send({ kind: "votesReceived", peer: undefined, votes: [late] });
    expect(effects).toContainEqual({ kind: "scheduleTimeout", height: 2, round: 0, step: "commit", ms: 0 });
  });

  test("the proposer of the next height gets every precommit known by then, nil and absent ones marked", () => {
    const next = four.indexOf(four.incrementPriority(1).proposer().address);
    const desk = new Desk({ validators: four, own: next });
    desk.begin();
    desk.proposal(a);
    const [x, y, z] = [0, 1, 2, 3].filter((index) => index !== next) as [number, number, number];
    desk.prevotes([x, y, z], { blockId: a.blockId });
    desk.precommits([x, y, z], { blockId: a.blockId });
    desk.send({ kind: "finalized", height: 1, next: contextOf(2, four.incrementPriority(1)) });
    desk.send({ kind: "timeout", height: 1, round: 0, step: "commit" });
    const prepare = desk
      .send({ kind: "timeout", height: 2, round: 0, step: "commit" })
      .find(({ kind }) => kind === "prepare");
    const flags = (prepare as Prepare).lastExtendedCommit?.signatures.map(({ flag }) => flag);
    expect(flags?.filter((flag) => flag === FLAG_COMMIT)).toHaveLength(3);
    expect(flags?.[next]).toBe(FLAG_ABSENT);
  });

  test("precommits for nil keep their flag; without extensions nothing is extended", () => {
    const last = LastHeight.restore(lastOf(decided()));
    last.addVotes([voteOf(four, follower, { type: PRECOMMIT })]);
    expect(last.extendedCommit().signatures[follower]).toMatchObject({ flag: FLAG_NIL, extension: new Uint8Array(0) });
  });

  test("restoring the last height from its own commit gives the same commit", () => {
    const last = lastOf(decided());
    expect(LastHeight.restore(last).extendedCommit()).toEqual(last.extendedCommit);
  });
});

describe("starting", () => {
  test("above the initial height and without the commit before, the node lets its turn pass", () => {
    const desk = new Desk({ validators: four, own: proposer, height: 5 });
    expect(kindsOf(desk.begin())).not.toContain("prepare");
    expect(desk.state.step).toBe("propose");
  });

  test("a commit that does not decide its block is refused", () => {
    const last = lastOf(decided());
    const nil: typeof FLAG_NIL = FLAG_NIL;
    const signatures = last.extendedCommit.signatures.map((entry, i) => (i < 2 ? { ...entry, flag: nil } : entry));
    const bad = { ...last, extendedCommit: { ...last.extendedCommit, signatures } };
    expect(() => LastHeight.restore(bad)).toThrowErrorMatchingInlineSnapshot(
      `[ConsensusError: the last commit, of height 1, has no quorum for its block]`,
    );
  });

  test("block sync may move it forward, never back", () => {
    const desk = decided();
    const start = { kind: "startHeight", ...contextOf(2), last: lastOf(desk) } as const;
    desk.send(start);
    expect(desk.core.engine.driver?.context.height).toBe(2);
    expect(() => desk.send(start)).toThrowErrorMatchingInlineSnapshot(
      `[ConsensusError: startHeight 2 while at height 2]`,
    );
  });

  test("an input before startHeight is refused", () => {
    const desk = decided();
    const { core } = new Desk({ validators: four, own: 0 });
    expect(desk.core).not.toBe(core);
    expect(() => new Desk({ validators: four, own: 0, height: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[ConsensusError: startHeight 0 does not follow height 0]`,
    );
  });
});

test("one validator alone decides, without peers", () => {
  const one = validatorsOf(1);
  const desk = new Desk({ validators: one, own: 0 });
  desk.begin();
  desk.send({ kind: "prepared", height: 1, round: 0, block: a });
  desk.send({ kind: "signedProposal", proposal: proposalOf(a) });
  desk.send({ kind: "processed", height: 1, blockId: a.blockId, accept: true });
  desk.send({ kind: "signedVote", vote: voteOf(one, 0, { blockId: a.blockId }) });
  const effects = desk.send({ kind: "signedVote", vote: voteOf(one, 0, { type: PRECOMMIT, blockId: a.blockId }) });
  expect(kindsOf(effects)).toContain("decide");
});
