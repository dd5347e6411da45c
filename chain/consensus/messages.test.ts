import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ConsensusMessage } from "../../proto/gen/openledger/p2p/v1.ts";
import { encodeBytes } from "../../proto/runtime.ts";
import { CodecError } from "../codec/errors.ts";
import { encodeVote } from "../codec/vote.ts";
import { BitArray } from "../types/bit-array.ts";
import { PRECOMMIT } from "../types/vote.ts";
import { MAX_MESSAGE_BYTES, MAX_STATUS_ROUNDS, MAX_VOTES_PER_MESSAGE } from "./limits.ts";
import type { Message, RoundStatus } from "./message.ts";
import { decodeMessage, encodeMessage } from "./messages.ts";
import { blockOf, proposalOf, validatorsOf, voteOf } from "./testing/fixtures.ts";

const four = validatorsOf(1, 1, 1, 1);
const block = blockOf("block");
const { blockId } = block;
const bits = BitArray.of(4, [0, 2]);
const round: RoundStatus = {
  round: 3,
  prevotes: bits,
  precommits: BitArray.empty(4),
  prevoteQuorum: true,
  precommitQuorum: false,
};

const messages: readonly Message[] = [
  { kind: "status", status: { height: 7, round: -1, step: "newHeight", proposal: false, parts: [], rounds: [] } },
  {
    kind: "status",
    status: {
      height: 7,
      round: 3,
      step: "precommit",
      proposal: true,
      parts: [{ header: blockId.parts, have: BitArray.of(blockId.parts.total, [1]) }],
      rounds: [round, { ...round, round: 0 }],
    },
  },
  { kind: "proposal", proposal: proposalOf(block, { round: 4, polRound: 2 }) },
  { kind: "part", height: 7, header: blockId.parts, part: block.parts[2] as (typeof block.parts)[0] },
  {
    kind: "votes",
    votes: [voteOf(four, 0), voteOf(four, 1, { type: PRECOMMIT, blockId, extension: Uint8Array.of(1) })],
  },
];

test.each(messages.map((message) => [message.kind, message] as const))("%s survives the wire", (_, message) => {
  expect(decodeMessage(encodeMessage(message))).toEqual(message);
});

test("whatever bytes come, the decoder gives a message or a CodecError", () => {
  const samples = messages.map(encodeMessage);
  const damaged = fc
    .tuple(fc.constantFrom(...samples), fc.nat(), fc.integer({ min: 0, max: 255 }), fc.nat({ max: 40 }))
    .map(([bytes, at, value, cut]) => {
      const copy = bytes.slice(0, Math.max(1, bytes.length - (cut % 3 === 0 ? cut : 0)));
      copy[at % copy.length] = value;
      return copy;
    });
  fc.assert(
    fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 80 })), (bytes) => {
      try {
        const message = decodeMessage(bytes);
        expect(encodeMessage(message)).toEqual(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(CodecError);
      }
    }),
    { numRuns: 400 },
  );
});

describe("limits", () => {
  const codeOf = (bytes: Uint8Array): string => {
    try {
      decodeMessage(bytes);
      return "accepted";
    } catch (error) {
      return (error as CodecError).code;
    }
  };
  const vote = encodeVote(voteOf(four, 0));
  const status = { height: 1n, roundPlusOne: 0, step: 1, proposal: false, parts: [], rounds: [] };
  const wireBits = { length: 4, bits: Uint8Array.of(1) };
  const wireRound = {
    round: 0,
    prevotes: wireBits,
    precommits: wireBits,
    prevoteQuorum: false,
    precommitQuorum: false,
  };

  test.each<[string, Uint8Array, string]>([
    ["a frame above the limit", new Uint8Array(MAX_MESSAGE_BYTES + 1), "too_large"],
    ["no content", new Uint8Array(0), "bad_value"],
    ["no votes", encodeBytes(ConsensusMessage, { votes: { votes: [] } }), "bad_value"],
    [
      "too many votes",
      encodeBytes(ConsensusMessage, {
        votes: { votes: Array.from({ length: MAX_VOTES_PER_MESSAGE + 1 }, () => vote) },
      }),
      "too_many",
    ],
    ["height 2^53", encodeBytes(ConsensusMessage, { status: { ...status, height: 2n ** 53n } }), "out_of_range"],
    ["height 0", encodeBytes(ConsensusMessage, { status: { ...status, height: 0n } }), "out_of_range"],
    ["an unknown step", encodeBytes(ConsensusMessage, { status: { ...status, step: 6 } }), "out_of_range"],
    [
      "too many rounds",
      encodeBytes(ConsensusMessage, {
        status: { ...status, rounds: Array.from({ length: MAX_STATUS_ROUNDS + 1 }, () => wireRound) },
      }),
      "too_many",
    ],
    [
      "bits that disagree with their length",
      encodeBytes(ConsensusMessage, {
        status: { ...status, rounds: [{ ...wireRound, prevotes: { length: 4, bits: Uint8Array.of(1, 0) } }] },
      }),
      "bad_length",
    ],
    [
      "a bit past the length",
      encodeBytes(ConsensusMessage, {
        status: { ...status, rounds: [{ ...wireRound, prevotes: { length: 4, bits: Uint8Array.of(16) } }] },
      }),
      "not_canonical",
    ],
    [
      "part bits of another number than the parts",
      encodeBytes(ConsensusMessage, {
        status: { ...status, parts: [{ total: 3, root: new Uint8Array(32), have: wireBits }] },
      }),
      "bad_length",
    ],
    [
      "more parts than any block has",
      encodeBytes(ConsensusMessage, {
        part: { height: 1n, total: 1602, root: new Uint8Array(32), part: new Uint8Array(0) },
      }),
      "out_of_range",
    ],
  ])("%s", (_, bytes, code) => {
    expect(codeOf(bytes)).toBe(code);
  });
});
