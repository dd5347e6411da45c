import { expect, test } from "vitest";
import { blockOf, validatorsOf, voteOf } from "./testing/fixtures.ts";
import { NIL, valueId } from "./value-id.ts";
import { VoteSet } from "./vote-set.ts";

const four = validatorsOf(1, 1, 1, 1);
const a = blockOf("a").blockId;
const b = blockOf("b").blockId;
const c = blockOf("c").blockId;

test("a quorum is more than two thirds of the power, not of the heads", () => {
  const set = new VoteSet(validatorsOf(7, 1, 1, 1));
  set.add(voteOf(four, 1, { blockId: a }));
  set.add(voteOf(four, 2, { blockId: a }));
  set.add(voteOf(four, 3, { blockId: a }));
  expect(set.quorum).toBeUndefined();
  set.add(voteOf(four, 0, { blockId: a }));
  expect(set.quorum).toEqual(a);
});

test("exactly two thirds are not a quorum", () => {
  const set = new VoteSet(validatorsOf(1, 1, 1));
  set.add(voteOf(four, 0, { blockId: a }));
  set.add(voteOf(four, 1, { blockId: a }));
  expect([set.quorum, set.hasQuorumOfAny]).toEqual([undefined, false]);
});

test("votes for different values are a quorum of any, of none in particular", () => {
  const set = new VoteSet(four);
  set.add(voteOf(four, 0, { blockId: a }));
  set.add(voteOf(four, 1, { blockId: b }));
  set.add(voteOf(four, 2));
  expect([set.hasQuorumOfAny, set.quorum]).toEqual([true, undefined]);
});

test("nil can have a quorum", () => {
  const set = new VoteSet(four);
  for (const index of [0, 1, 3]) set.add(voteOf(four, index));
  expect(set.quorumValue).toBe(NIL);
});

test("the same vote again, with whatever time and signature, is known and counts once", () => {
  const set = new VoteSet(four);
  const vote = voteOf(four, 0, { blockId: a });
  set.add(vote);
  expect(set.add({ ...vote, signature: new Uint8Array(64) })).toEqual({ kind: "known" });
  expect(set.power).toBe(1);
  expect(set.find({ ...vote, signature: new Uint8Array(64) })).toBe(vote);
});

test("a second value of one validator is evidence and counts for that value; a third is not kept", () => {
  const set = new VoteSet(four);
  const first = voteOf(four, 0, { blockId: a });
  set.add(first);
  expect(set.add(voteOf(four, 0, { blockId: b }))).toEqual({ kind: "added", conflict: first });
  expect(set.hasRoom(0)).toBe(false);
  expect(set.add(voteOf(four, 0, { blockId: c }))).toEqual({ kind: "full" });
  expect(set.power).toBe(1);
  set.add(voteOf(four, 1, { blockId: b }));
  set.add(voteOf(four, 2, { blockId: b }));
  expect(set.quorum).toEqual(b);
});

test("a certificate counts whole, even for a validator with two other votes", () => {
  const set = new VoteSet(four);
  set.add(voteOf(four, 0, { blockId: a }));
  set.add(voteOf(four, 0, { blockId: b }));
  set.addCertificate([0, 1, 2].map((index) => voteOf(four, index, { blockId: c })));
  expect(set.quorum).toEqual(c);
  expect(set.quorumVotes().map((vote) => vote.validatorIndex)).toEqual([0, 1, 2]);
});

test("removing a validator takes its power from every value and may end a quorum", () => {
  const set = new VoteSet(four);
  for (const index of [0, 1, 2]) set.add(voteOf(four, index, { blockId: a }));
  set.add(voteOf(four, 0, { blockId: b }));
  set.remove(0);
  expect([set.power, set.quorum, set.votesFor(valueId(b)), set.has(0)]).toEqual([2, undefined, undefined, false]);
  set.remove(0);
  expect(set.bits().toString()).toBe("_xx_");
});
