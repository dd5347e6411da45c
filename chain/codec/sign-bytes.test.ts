import { describe, expect, test } from "vitest";
import { toHex } from "../crypto/bytes.ts";
import { NIL_BLOCK_ID } from "../types/block-id.ts";
import { hashOf } from "../types/testing/fixtures.ts";
import { ZERO_TIME } from "../types/time.ts";
import { PRECOMMIT, PREVOTE, type Vote } from "../types/vote.ts";
import { proposalSignBytes, voteExtensionSignBytes, voteSignBytes } from "./sign-bytes.ts";

// The zero time of Go, as every canonical message of the CometBFT vectors carries it.
const TIME = "0b088092b8c398feffffff01";
const ONE = "0100000000000000";

const zeroVote = { height: 0, round: 0, blockId: NIL_BLOCK_ID, timestamp: ZERO_TIME };
const vote = (fields: { type?: number; height?: number; round?: number }): Parameters<typeof voteSignBytes>[1] => ({
  ...zeroVote,
  type: 0 as Vote["type"],
  ...(fields as Partial<Vote>),
});

describe("vote sign bytes: CometBFT's TestVoteSignBytesTestVectors", () => {
  test("a zero vote has a timestamp only", () => {
    expect(toHex(voteSignBytes("", vote({})))).toBe(`0d2a${TIME}`);
  });

  test("type, height and round are fixed-size", () => {
    const tail = `11${ONE}19${ONE}2a${TIME}`;
    expect(toHex(voteSignBytes("", vote({ height: 1, round: 1, type: PRECOMMIT })))).toBe(`210802${tail}`);
    expect(toHex(voteSignBytes("", vote({ height: 1, round: 1, type: PREVOTE })))).toBe(`210801${tail}`);
    expect(toHex(voteSignBytes("", vote({ height: 1, round: 1 })))).toBe(`1f${tail}`);
  });

  test("the chain id comes last", () => {
    const chainId = "320d746573745f636861696e5f6964";
    expect(toHex(voteSignBytes("test_chain_id", vote({ height: 1, round: 1 })))).toBe(
      `2e11${ONE}19${ONE}2a${TIME}${chainId}`,
    );
  });

  test("the extension is not part of them", () => {
    const extended = { ...vote({ height: 1, round: 1 }), extension: Uint8Array.of(1) };
    expect(voteSignBytes("test_chain_id", extended)).toEqual(
      voteSignBytes("test_chain_id", vote({ height: 1, round: 1 })),
    );
  });
});

describe("sign bytes field by field", () => {
  const blockId = { hash: hashOf(1), parts: { total: 3, hash: hashOf(2) } };
  const blockIdBytes = `0a20${toHex(hashOf(1))}12240803` + `1220${toHex(hashOf(2))}`;

  test("a vote for a block carries its id", () => {
    const bytes = voteSignBytes("c", { ...vote({ type: PRECOMMIT, height: 2 ** 40, round: 3 }), blockId });
    expect(toHex(bytes)).toBe(`6e08021100000000000100001903000000000000002248${blockIdBytes}2a${TIME}320163`);
  });

  test("a proposal", () => {
    const proposal = { height: 1, round: 1, polRound: -1, blockId, timestamp: ZERO_TIME };
    expect(toHex(proposalSignBytes("c", proposal))).toBe(
      `79082011${ONE}19${ONE}20ffffffffffffffffff012a48${blockIdBytes}32${TIME}3a0163`,
    );
  });

  test("a vote extension", () => {
    const bytes = voteExtensionSignBytes("c", { extension: Uint8Array.of(9, 8), height: 1, round: 0 });
    expect(toHex(bytes)).toBe(`100a02090811${ONE}220163`);
    expect(toHex(voteExtensionSignBytes("c", { extension: new Uint8Array(0), height: 1, round: 1 }))).toBe(
      `1511${ONE}19${ONE}220163`,
    );
  });
});
