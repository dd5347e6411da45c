import { describe, expect, test } from "vitest";
import { PRECOMMIT } from "../types/vote.ts";
import { FUTURE_ROUNDS_PER_VALIDATOR, PAST_ROUNDS } from "./limits.ts";
import { blockOf, validatorsOf, voteOf } from "./testing/fixtures.ts";
import { type RoundWindow, VoteKeeper } from "./vote-keeper.ts";

const four = validatorsOf(1, 1, 1, 1);
const a = blockOf("a").blockId;
const b = blockOf("b").blockId;

function windowAt(current: number, ...pinned: readonly number[]): RoundWindow {
  return { current, pinned: (round) => pinned.includes(round) };
}

describe("rounds ahead", () => {
  test("more than a third of the power in a later round is worth following, prevotes and precommits together", () => {
    const keeper = new VoteKeeper(four);
    keeper.add([voteOf(four, 0, { round: 5 })], windowAt(1));
    keeper.add([voteOf(four, 0, { round: 5, type: PRECOMMIT })], windowAt(1));
    expect(keeper.skipRound(1)).toBeUndefined();
    keeper.add([voteOf(four, 1, { round: 5, type: PRECOMMIT })], windowAt(1));
    expect([keeper.skipRound(1), keeper.skipRound(5)]).toEqual([5, undefined]);
  });

  test("of several, the latest is followed", () => {
    const keeper = new VoteKeeper(four);
    for (const round of [3, 4]) for (const index of [0, 1]) keeper.add([voteOf(four, index, { round })], windowAt(1));
    expect(keeper.skipRound(1)).toBe(4);
  });

  test("a validator fills only its newest rounds ahead, however many it signs", () => {
    const keeper = new VoteKeeper(four);
    for (let round = 2; round < 100; round++) keeper.add([voteOf(four, 0, { round })], windowAt(1));
    expect(keeper.rounds()).toEqual([98, 99]);
    expect(keeper.rounds().length).toBe(FUTURE_ROUNDS_PER_VALIDATOR);
    expect(keeper.accepts(voteOf(four, 0, { round: 50 }), windowAt(1))).toBe(false);
    expect(keeper.accepts(voteOf(four, 1, { round: 50 }), windowAt(1))).toBe(true);
  });
});

describe("rounds behind", () => {
  test("old rounds are dropped, except pinned ones and those about to decide", () => {
    const keeper = new VoteKeeper(four);
    for (const round of [0, 1, 2]) keeper.add([voteOf(four, 0, { round })], windowAt(2));
    keeper.add(
      [0, 1, 2].map((index) => voteOf(four, index, { round: 2, type: PRECOMMIT, blockId: a })),
      windowAt(2),
    );
    keeper.prune(windowAt(3 + PAST_ROUNDS, 1));
    expect(keeper.rounds()).toEqual([1, 2]);
    expect(keeper.precommitQuorums()).toEqual([{ round: 2, blockId: a }]);
  });

  test("a single vote of a dropped round is not kept, a certificate is", () => {
    const keeper = new VoteKeeper(four);
    const window = windowAt(1 + PAST_ROUNDS);
    const old = [0, 1, 2].map((index) => voteOf(four, index, { round: 0, type: PRECOMMIT, blockId: a }));
    expect(keeper.add(old.slice(0, 1), window).fresh).toEqual([]);
    expect(keeper.add(old, window).fresh).toEqual(old);
    expect(keeper.precommitQuorums()).toEqual([{ round: 0, blockId: a }]);
  });

  test("votes of the proposal's proof-of-lock round are kept however old it is", () => {
    const keeper = new VoteKeeper(four);
    expect(keeper.add([voteOf(four, 0, { round: 0 })], windowAt(50, 0)).fresh).toHaveLength(1);
  });
});

test("double votes are reported once, as the pair", () => {
  const keeper = new VoteKeeper(four);
  const first = voteOf(four, 0, { blockId: a });
  const second = voteOf(four, 0, { blockId: b });
  expect(keeper.add([first], windowAt(0)).conflicts).toEqual([]);
  expect(keeper.add([second], windowAt(0)).conflicts).toEqual([[first, second]]);
  expect(keeper.add([second], windowAt(0))).toEqual({ fresh: [], conflicts: [] });
});

test("a batch is a certificate only when all of it is for one value and exceeds two thirds", () => {
  const keeper = new VoteKeeper(four);
  const votes = (blockIds: readonly (typeof a)[]) => blockIds.map((blockId, index) => voteOf(four, index, { blockId }));
  expect([votes([a, a, a]), votes([a, a]), votes([a, a, b]), []].map((batch) => keeper.isCertificate(batch))).toEqual([
    true,
    false,
    false,
    false,
  ]);
});
