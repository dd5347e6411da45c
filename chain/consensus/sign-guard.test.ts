import { describe, expect, test } from "vitest";
import { type ExtendedCommit, FLAG_ABSENT, FLAG_COMMIT } from "../types/commit.ts";
import { addMs } from "../types/time.ts";
import { PRECOMMIT } from "../types/vote.ts";
import { ConsensusError } from "./errors.ts";
import { SignGuard } from "./sign-guard.ts";
import { blockOf, proposalOf, validatorsOf, voteOf } from "./testing/fixtures.ts";

const four = validatorsOf(1, 1, 1, 1);
const a = blockOf("a");
const b = blockOf("b");
const prevote = voteOf(four, 0, { height: 5, round: 2, blockId: a.blockId });

function guardAfter(vote: typeof prevote): SignGuard {
  const guard = SignGuard.fresh();
  guard.recordVote(vote);
  return SignGuard.decode(guard.encode());
}

test("a fresh guard signs anything, also after it was stored", () => {
  expect(SignGuard.decode(SignGuard.fresh().encode()).checkVote(prevote)).toEqual({ kind: "sign" });
});

describe("after a prevote for a block", () => {
  test("the same prevote is reused as it was signed, whatever time or extension is asked for now", () => {
    const again = { ...prevote, timestamp: addMs(prevote.timestamp, 5000), extension: Uint8Array.of(9) };
    expect(guardAfter(prevote).checkVote(again)).toEqual({ kind: "reuse", signed: prevote });
  });

  test.each([
    ["another block", { ...prevote, blockId: b.blockId }],
    ["nil", voteOf(four, 0, { height: 5, round: 2 })],
    ["an earlier round", { ...prevote, round: 1 }],
    ["an earlier height", { ...prevote, height: 4, round: 9 }],
  ])("%s is refused", (_, vote) => {
    expect(guardAfter(prevote).checkVote(vote)).toEqual({ kind: "refuse" });
  });

  test.each([
    ["the precommit of the round", { ...prevote, type: PRECOMMIT }],
    ["a later round", { ...prevote, round: 3, blockId: b.blockId }],
    ["a later height", { ...prevote, height: 6, round: 0 }],
  ] as const)("%s is signed", (_, vote) => {
    expect(guardAfter(prevote).checkVote(vote)).toEqual({ kind: "sign" });
  });

  test("a proposal of the round is too late, one of the next round is not", () => {
    const guard = guardAfter(prevote);
    expect(guard.checkProposal(proposalOf(a, { height: 5, round: 2 }))).toEqual({ kind: "refuse" });
    expect(guard.checkProposal(proposalOf(a, { height: 5, round: 3 }))).toEqual({ kind: "sign" });
  });
});

test("a proposal is reused for the same block and proof-of-lock round only", () => {
  const guard = SignGuard.fresh();
  const proposal = proposalOf(a, { height: 5, round: 2, polRound: 0 });
  guard.recordProposal(proposal);
  const stored = SignGuard.decode(guard.encode());
  expect(stored.checkProposal(proposal)).toEqual({ kind: "reuse", signed: proposal });
  expect(stored.checkProposal({ ...proposal, polRound: 1 })).toEqual({ kind: "refuse" });
  expect(stored.checkProposal({ ...proposal, blockId: b.blockId })).toEqual({ kind: "refuse" });
  expect(stored.checkVote(prevote)).toEqual({ kind: "sign" });
});

test("a damaged record is refused at every byte, never taken for an empty one", () => {
  const guard = SignGuard.fresh();
  guard.recordVote(prevote);
  const record = guard.encode();
  for (let at = 0; at < record.length; at++) {
    const damaged = record.slice();
    damaged[at] = (damaged[at] as number) ^ 0x10;
    expect(() => SignGuard.decode(damaged)).toThrow(ConsensusError);
    expect(() => SignGuard.decode(record.slice(0, at))).toThrow(ConsensusError);
  }
});

describe("a record that is older than the chain", () => {
  const entry = {
    flag: FLAG_COMMIT,
    validatorAddress: prevote.validatorAddress,
    timestamp: prevote.timestamp,
  } as const;
  const signed = {
    ...entry,
    signature: new Uint8Array(64),
    extension: new Uint8Array(0),
    extensionSignature: new Uint8Array(0),
  };
  const commit: ExtendedCommit = { height: 6, round: 0, blockId: a.blockId, signatures: [signed] };

  test("is refused when the chain has a later signature of the key", () => {
    expect(() => guardAfter(prevote).assertCovers(prevote.validatorAddress, commit)).toThrowErrorMatchingInlineSnapshot(
      `[ConsensusError: the chain has this key's signature at height 6, the sign state ends at 5: restore the newest sign state]`,
    );
  });

  test("is fine when it covers the signature, when the key did not sign, or nothing is known", () => {
    const guard = guardAfter({ ...prevote, height: 6 });
    expect(() => guard.assertCovers(prevote.validatorAddress, commit)).not.toThrow();
    const absent = {
      ...commit,
      signatures: [{ ...signed, flag: FLAG_ABSENT, validatorAddress: new Uint8Array(0) } as const],
    };
    expect(() => guardAfter(prevote).assertCovers(prevote.validatorAddress, absent)).not.toThrow();
    expect(() => guardAfter(prevote).assertCovers(prevote.validatorAddress, undefined)).not.toThrow();
  });
});
