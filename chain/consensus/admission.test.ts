import { describe, expect, test } from "vitest";
import { BitArray } from "../types/bit-array.ts";
import { type BlockId, NIL_BLOCK_ID } from "../types/block-id.ts";
import type { Part } from "../types/part-set.ts";
import { PRECOMMIT, type Vote } from "../types/vote.ts";
import type { Message } from "./message.ts";
import { blockOf, Desk, proposalOf, TEST_PART_BYTES, validatorsOf, voteOf } from "./testing/fixtures.ts";

const four = validatorsOf(1, 1, 1, 1);
const proposer = four.indexOf(four.proposer().address);
const own = proposer === 0 ? 1 : 0;
const a = blockOf("a");
const extension = Uint8Array.of(1);
const precommit = { type: PRECOMMIT, blockId: a.blockId } as const;

function deskWith(options: { readonly voteExtensions?: boolean; readonly maxBlockBytes?: number } = {}): Desk {
  const desk = new Desk({ validators: four, own, ...options });
  desk.begin();
  return desk;
}

function outcome(desk: Desk, message: Message): string {
  const admission = desk.core.admit("peer", message);
  return admission.verdict === "check" ? `${admission.checks.length} checks` : `${admission.verdict} ${admission.code}`;
}

function votes(...list: readonly Vote[]): Message {
  return { kind: "votes", votes: list };
}

describe("votes", () => {
  test.each<[string, Message, string]>([
    ["a new vote", votes(voteOf(four, 2)), "1 checks"],
    ["an index outside the set", votes({ ...voteOf(four, 2), validatorIndex: 4 }), "reject index"],
    ["an address of another index", votes({ ...voteOf(four, 2), validatorIndex: 3 }), "reject address"],
    ["another height", votes(voteOf(four, 2, { height: 2 })), "ignore height"],
    ["one validator twice", votes(voteOf(four, 2), voteOf(four, 2, { blockId: a.blockId })), "reject duplicate"],
    ["mixed rounds", votes(voteOf(four, 1), voteOf(four, 2, { round: 1 })), "reject duplicate"],
    ["mixed types", votes(voteOf(four, 1), voteOf(four, 2, { type: PRECOMMIT })), "reject duplicate"],
    [
      "a block id without parts",
      votes(voteOf(four, 2, { blockId: { ...a.blockId, parts: NIL_BLOCK_ID.parts } })),
      "reject block_id",
    ],
    ["an extension where there are none", votes(voteOf(four, 2, { ...precommit, extension })), "reject extension"],
  ])("%s", (_, message, expected) => {
    expect(outcome(deskWith(), message)).toBe(expected);
  });

  test.each<[string, Vote, string]>([
    ["a precommit with its extension", voteOf(four, 2, { ...precommit, extension }), "1 checks"],
    [
      "a precommit with an empty, signed extension",
      voteOf(four, 2, { ...precommit, extension: new Uint8Array(0) }),
      "1 checks",
    ],
    ["a precommit without extension signature", voteOf(four, 2, precommit), "reject extension"],
    ["a precommit for nil with an extension", voteOf(four, 2, { type: PRECOMMIT, extension }), "reject extension"],
    ["a prevote with an extension", voteOf(four, 2, { blockId: a.blockId, extension }), "reject extension"],
  ])("with extensions enabled: %s", (_, vote, expected) => {
    expect(outcome(deskWith({ voteExtensions: true }), votes(vote))).toBe(expected);
  });

  test("what is known is ignored, and of a batch only the rest is checked", () => {
    const desk = deskWith();
    desk.prevotes([2]);
    expect(outcome(desk, votes(voteOf(four, 2)))).toBe("ignore known");
    expect(outcome(desk, votes(voteOf(four, 2), voteOf(four, 3)))).toBe("1 checks");
  });

  test("in a certificate, known votes are replaced by the stored ones: unchecked copies do not get in", () => {
    const desk = deskWith();
    const stored = voteOf(four, 2, { blockId: a.blockId });
    desk.send({ kind: "votesReceived", peer: undefined, votes: [stored] });
    const forged = { ...stored, signature: new Uint8Array(64) };
    const admission = desk.core.admit(
      "peer",
      votes(forged, voteOf(four, 1, { blockId: a.blockId }), voteOf(four, 3, { blockId: a.blockId })),
    );
    expect(admission.verdict === "check" && admission.checks).toHaveLength(2);
    expect(admission.verdict === "check" && admission.input.kind === "votesReceived" && admission.input.votes[0]).toBe(
      stored,
    );
  });

  test("a third value of an equivocator is ignored alone, taken in a certificate", () => {
    const desk = deskWith();
    const c = blockOf("c").blockId;
    desk.prevotes([2]);
    desk.prevotes([2], { blockId: a.blockId });
    expect(outcome(desk, votes(voteOf(four, 2, { blockId: c })))).toBe("ignore round");
    expect(outcome(desk, votes(...[1, 2, 3].map((index) => voteOf(four, index, { blockId: c }))))).toBe("3 checks");
  });
});

describe("proposals", () => {
  const offer = (fields: Parameters<typeof proposalOf>[1] = {}): Message => ({
    kind: "proposal",
    proposal: proposalOf(a, fields),
  });
  const huge: BlockId = { ...a.blockId, parts: { ...a.blockId.parts, total: 1000 } };

  test.each<[string, Message, string]>([
    ["of this round", offer(), "1 checks"],
    ["of the next round", offer({ round: 1 }), "1 checks"],
    ["of a far round", offer({ round: 2 }), "ignore round"],
    ["of another height", offer({ height: 2 }), "ignore height"],
    ["with a proof-of-lock round that is not earlier", offer({ polRound: 0 }), "reject pol_round"],
    ["for nil", offer({ blockId: NIL_BLOCK_ID }), "reject block_id"],
    ["above the largest block, before anything is allocated", offer({ blockId: huge }), "reject too_large"],
  ])("%s", (_, message, expected) => {
    expect(outcome(deskWith(), message)).toBe(expected);
  });

  test("are checked against the key of that round's proposer", () => {
    const admission = deskWith().core.admit("peer", offer({ round: 1 }));
    const expected = four.incrementPriority(1).proposer().pubKey;
    expect(admission.verdict === "check" && admission.checks[0]).toMatchObject({ kind: "proposal", pubKey: expected });
  });

  test("a block of exactly the limit is fine", () => {
    const { total } = a.blockId.parts;
    expect(outcome(deskWith({ maxBlockBytes: total * TEST_PART_BYTES }), offer())).toBe("1 checks");
    expect(outcome(deskWith({ maxBlockBytes: (total - 1) * TEST_PART_BYTES }), offer())).toBe("reject too_large");
  });
});

describe("parts", () => {
  const [first, second] = a.parts as [Part, Part];
  const message = (part: Part): Message => ({ kind: "part", height: 1, header: a.blockId.parts, part });

  test("nobody asked for are ignored, and known ones too", () => {
    const desk = deskWith();
    expect(outcome(desk, message(first))).toBe("ignore unwanted");
    desk.send({ kind: "proposalReceived", peer: undefined, proposal: proposalOf(a) });
    expect(outcome(desk, message(first))).toBe("0 checks");
    desk.send({ kind: "partReceived", peer: undefined, height: 1, header: a.blockId.parts, part: first });
    expect(outcome(desk, message(first))).toBe("ignore unwanted");
  });

  test("with other bytes, another index, or the proof of another index are refused", () => {
    const desk = deskWith();
    desk.send({ kind: "proposalReceived", peer: undefined, proposal: proposalOf(a) });
    const forged = [
      { ...first, bytes: second.bytes },
      { ...first, index: 1 },
      { ...first, index: 1, proof: { ...first.proof, index: 1 } },
      { ...second, proof: first.proof },
      { ...first, proof: { ...first.proof, total: 2 } },
    ];
    for (const part of forged) expect(outcome(desk, message(part))).toBe("reject part");
  });
});

describe("statuses", () => {
  const status = (height: number, bits: number): Message => {
    const round = {
      round: 0,
      prevotes: BitArray.empty(bits),
      precommits: BitArray.empty(4),
      prevoteQuorum: false,
      precommitQuorum: false,
    };
    return {
      kind: "status",
      status: { height, round: 0, step: "propose", proposal: false, parts: [], rounds: [round] },
    };
  };

  test("of this height have one bit a validator; of other heights the set is unknown", () => {
    expect(outcome(deskWith(), status(1, 4))).toBe("0 checks");
    expect(outcome(deskWith(), status(1, 5))).toBe("reject bits");
    expect(outcome(deskWith(), status(9, 5))).toBe("0 checks");
  });
});
