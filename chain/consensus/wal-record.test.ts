import { expect, test } from "vitest";
import { PRECOMMIT } from "../types/vote.ts";
import type { LoggedInput } from "./input.ts";
import { isLogged } from "./input.ts";
import { blockOf, proposalOf, validatorsOf, voteOf } from "./testing/fixtures.ts";
import { WalError } from "./wal.ts";
import { decodeRecord, encodeEndHeight, encodeInput } from "./wal-record.ts";

const four = validatorsOf(1, 1, 1, 1);
const block = blockOf("block");
const { blockId } = block;
const extension = Uint8Array.of(1, 2, 3);
const precommit = voteOf(four, 1, { type: PRECOMMIT, round: 2, blockId, extension });

const inputs: readonly LoggedInput[] = [
  { kind: "proposalReceived", peer: undefined, proposal: proposalOf(block) },
  {
    kind: "partReceived",
    peer: undefined,
    height: 5,
    header: blockId.parts,
    part: block.parts[1] as (typeof block.parts)[0],
  },
  { kind: "votesReceived", peer: undefined, votes: [voteOf(four, 0), voteOf(four, 3)] },
  { kind: "timeout", height: 5, round: 0, step: "commit" },
  { kind: "timeout", height: 5, round: 7, step: "propose" },
  { kind: "prepared", height: 5, round: 1, block },
  { kind: "prepared", height: 5, round: 1, block: undefined },
  { kind: "processed", height: 5, blockId, accept: true },
  { kind: "processed", height: 5, blockId, accept: false },
  { kind: "extended", height: 5, round: 2, blockId, extension },
  { kind: "signedVote", vote: precommit },
  { kind: "signedProposal", proposal: proposalOf(block, { round: 3, polRound: 1 }) },
  { kind: "signRefused", height: 5, round: 2, type: "proposal" },
  { kind: "signRefused", height: 5, round: 2, type: PRECOMMIT },
];

test.each(inputs.map((input) => [input.kind, input] as const))("%s survives the log", (_, input) => {
  expect(isLogged(input)).toBe(true);
  expect(decodeRecord(encodeInput(input), 0)).toEqual({ kind: "input", input });
});

test("who sent it is not logged", () => {
  const input: LoggedInput = { kind: "votesReceived", peer: "somebody", votes: [voteOf(four, 0)] };
  expect(decodeRecord(encodeInput(input), 0)).toEqual({ kind: "input", input: { ...input, peer: undefined } });
});

test("end of height, zero included", () => {
  expect(decodeRecord(encodeEndHeight(0), 0)).toEqual({ kind: "endHeight", height: 0 });
  expect(decodeRecord(encodeEndHeight(7), 0)).toEqual({ kind: "endHeight", height: 7 });
});

test("bytes that are no record are refused with the record's number", () => {
  for (const bytes of [new Uint8Array(0), Uint8Array.of(255), Uint8Array.of(0x2a, 0x02, 0x18, 0x09)]) {
    expect(() => decodeRecord(bytes, 4)).toThrow(WalError);
  }
  expect(() => decodeRecord(new Uint8Array(0), 4)).toThrowErrorMatchingInlineSnapshot(
    `[WalError: record 4 of the log: record.sum: is missing]`,
  );
});
