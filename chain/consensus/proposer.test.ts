import { expect, test } from "vitest";
import { ProposerSchedule } from "./proposer.ts";
import { validatorsOf } from "./testing/fixtures.ts";

test("round 0 is the set's own proposer, every round one rotation further, asked in any order", () => {
  const set = validatorsOf(1, 2, 3, 4);
  const expected = [set.proposer(), ...[1, 2, 3, 4, 5].map((times) => set.incrementPriority(times).proposer())].map(
    ({ address }) => address,
  );
  const schedule = new ProposerSchedule(set);
  for (const round of [0, 3, 1, 5, 5, 2, 0, 4]) expect(schedule.at(round).address).toEqual(expected[round]);
});

test("with equal powers everybody has a turn", () => {
  const schedule = new ProposerSchedule(validatorsOf(1, 1, 1, 1));
  const turns = [0, 1, 2, 3].map((round) => schedule.at(round).address.join());
  expect(new Set(turns).size).toBe(4);
});
