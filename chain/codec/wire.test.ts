import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Commit as WireCommit, Vote as WireVote } from "../../proto/gen/tendermint/types.ts";
import { encodeBytes } from "../../proto/runtime.ts";
import { NIL_BLOCK_ID } from "../types/block-id.ts";
import { toCommit } from "../types/commit.ts";
import { DEFAULT_CONSENSUS_PARAMS, decodeConsensusParams, encodeConsensusParams } from "../types/params.ts";
import { PartSet } from "../types/part-set.ts";
import {
  blockIdOf,
  blockOf,
  extendedCommitOf,
  hashOf,
  headerOf,
  TIME,
  validatorsOf,
  voteOf,
} from "../types/testing/fixtures.ts";
import { ValidatorSet } from "../types/validator-set.ts";
import { PREVOTE, type Proposal } from "../types/vote.ts";
import { decodeBlock, encodeBlock } from "./block.ts";
import { decodeCommit, decodeExtendedCommit, encodeCommit, encodeExtendedCommit } from "./commit.ts";
import { CodecError } from "./errors.ts";
import { decodeDuplicateVote, encodeDuplicateVote, evidenceLeaf } from "./evidence.ts";
import { decodeHeader, encodeHeader } from "./header.ts";
import { decodePart, encodePart } from "./part.ts";
import { decodeProposal, decodeVote, encodeProposal, encodeVote, MAX_EXTENSION_BYTES, voteToWire } from "./vote.ts";

fc.configureGlobal({ seed: 7 });

const codeOf = (run: () => unknown): string => {
  try {
    run();
    return "none";
  } catch (error) {
    return error instanceof CodecError ? error.code : `another error: ${error}`;
  }
};

const NONE = new Uint8Array(0);
const proposal: Proposal = {
  height: 5,
  round: 2,
  polRound: -1,
  blockId: blockIdOf(1),
  timestamp: TIME,
  signature: new Uint8Array(64).fill(1),
};
const validators = validatorsOf(5, 4, 3);
const extended = extendedCommitOf(validators, { height: 9, blockId: blockIdOf(3), flags: [2, 3, 1] });
const part = PartSet.fromBytes(new Uint8Array(100).fill(3), 30).get(2)!;
const evidence = encodeDuplicateVote({
  voteA: voteOf({ blockId: blockIdOf(1) }),
  voteB: voteOf({ blockId: blockIdOf(2) }),
  totalPower: 12,
  validatorPower: 5,
  timestamp: TIME,
});

const CODECS: [string, () => unknown, (bytes: Uint8Array) => unknown, Uint8Array][] = [
  ["vote", () => voteOf(), decodeVote, encodeVote(voteOf())],
  ["proposal", () => proposal, decodeProposal, encodeProposal(proposal)],
  ["commit", () => toCommit(extended), decodeCommit, encodeCommit(toCommit(extended))],
  ["extended commit", () => extended, decodeExtendedCommit, encodeExtendedCommit(extended)],
  ["header", () => headerOf(), decodeHeader, encodeHeader(headerOf())],
  ["part", () => part, decodePart, encodePart(part)],
  [
    "block",
    () => blockOf({ evidence: [evidence] }),
    (b) => decodeBlock(b),
    encodeBlock(blockOf({ evidence: [evidence] })),
  ],
  [
    "first block",
    () => blockOf({ lastCommit: undefined }),
    (b) => decodeBlock(b),
    encodeBlock(blockOf({ lastCommit: undefined })),
  ],
  [
    "parameters",
    () => DEFAULT_CONSENSUS_PARAMS,
    decodeConsensusParams,
    encodeConsensusParams(DEFAULT_CONSENSUS_PARAMS),
  ],
  ["validator set", () => validators.set.validators, (b) => ValidatorSet.decode(b).validators, validators.set.encode()],
  ["evidence", () => voteOf({ blockId: blockIdOf(2) }), (b) => decodeDuplicateVote(b).voteB, evidence],
];

describe.each(CODECS)("%s on the wire", (_name, value, decode, bytes) => {
  test("survives", () => expect(decode(bytes)).toEqual(value()));

  test("truncated at any byte, or extended, it is refused with a CodecError", () => {
    for (let length = 0; length < bytes.length; length += 1 + (bytes.length >> 7)) {
      expect(codeOf(() => decode(bytes.slice(0, length)))).toMatch(/^[a-z_]+$/);
      expect(codeOf(() => decode(bytes.slice(0, length)))).not.toBe("none");
    }
    for (const tail of [[0], [0x78, 0], [0xff, 0xff, 0xff, 0xff, 0x0f], [...bytes]]) {
      expect(codeOf(() => decode(Uint8Array.of(...bytes, ...tail)))).toMatch(/^(malformed|not_canonical|bad_length)$/);
    }
  });

  test("arbitrary and mutated bytes give a value or a CodecError, nothing else", () => {
    const outcome = (input: Uint8Array): void => {
      expect(codeOf(() => decode(input))).toMatch(/^[a-z_]+$/);
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), outcome), { numRuns: 150 });
    const mutation = fc.tuple(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 3 }), (mutations) => {
        const mutated = bytes.slice();
        for (const [at, mask] of mutations) mutated[at]! ^= mask;
        try {
          decode(mutated);
        } catch (error) {
          // A changed validator set may be well-formed and still break the rules of a set.
          if (!(error instanceof CodecError)) expect((error as Error).name).toBe("ValidatorError");
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe("limits", () => {
  const rawVote = (change: object): string =>
    codeOf(() => decodeVote(encodeBytes(WireVote, { ...voteToWire(voteOf()), ...change })));

  test("absurd heights, rounds and indices are out of range", () => {
    for (const height of [-1n, 0n, 2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n)])
      expect(rawVote({ height })).toBe("out_of_range");
    expect(rawVote({ height: 2n ** 53n - 1n })).toBe("none");
    for (const round of [-1, -(2 ** 31)]) expect(rawVote({ round })).toBe("out_of_range");
    for (const validatorIndex of [-1, 10_000, 2 ** 31 - 1]) expect(rawVote({ validatorIndex })).toBe("out_of_range");
    expect(codeOf(() => decodeHeader(encodeHeader(headerOf({ height: 2 ** 53 }))))).toBe("out_of_range");
    expect(codeOf(() => decodeProposal(encodeProposal({ ...proposal, polRound: 2 })))).toBe("out_of_range");
    expect(codeOf(() => decodeProposal(encodeProposal({ ...proposal, polRound: -2 })))).toBe("out_of_range");
    const nanos = { seconds: 0n, nanos: 1_000_000_000 };
    expect(rawVote({ timestamp: nanos })).toBe("out_of_range");
    expect(rawVote({ timestamp: { seconds: 2n ** 62n, nanos: 0 } })).toBe("out_of_range");
  });

  test("hashes, addresses and signatures have their lengths", () => {
    expect(rawVote({ validatorAddress: new Uint8Array(19) })).toBe("bad_length");
    expect(rawVote({ signature: NONE })).toBe("bad_length");
    expect(rawVote({ signature: new Uint8Array(65) })).toBe("too_large");
    expect(codeOf(() => decodeHeader(encodeHeader(headerOf({ dataHash: new Uint8Array(31) }))))).toBe("bad_length");
    expect(codeOf(() => decodeHeader(encodeHeader(headerOf({ chainId: "x".repeat(51) }))))).toBe("bad_length");
  });

  test("a block id is complete or nil", () => {
    const vote = (blockId: object): string => rawVote({ blockId, extension: NONE, extensionSignature: NONE });
    expect(vote({ hash: NONE, partSetHeader: { total: 0, hash: NONE } })).toBe("none");
    expect(vote({ hash: hashOf(1), partSetHeader: { total: 0, hash: NONE } })).toBe("bad_value");
    expect(vote({ hash: NONE, partSetHeader: { total: 1, hash: hashOf(1) } })).toBe("bad_value");
    expect(vote({ hash: hashOf(1), partSetHeader: { total: 2 ** 31, hash: hashOf(1) } })).toBe("out_of_range");
    expect(vote({ hash: hashOf(1), partSetHeader: undefined })).toBe("bad_value");
  });

  test("extensions belong to precommits for a block, with a signature, within their size", () => {
    expect(rawVote({ type: PREVOTE })).toBe("bad_value");
    expect(rawVote({ extensionSignature: NONE })).toBe("bad_value");
    expect(rawVote({ extension: NONE })).toBe("none");
    expect(rawVote({ extension: new Uint8Array(MAX_EXTENSION_BYTES + 1) })).toBe("too_large");
    expect(codeOf(() => decodeVote(encodeVote(voteOf({ blockId: NIL_BLOCK_ID }))))).toBe("bad_value");
    expect(rawVote({ extension: new Uint8Array(2 ** 20) })).toBe("too_large");
    expect(rawVote({ type: 0 })).toBe("bad_value");
    expect(rawVote({ type: 32 })).toBe("bad_value");
  });

  test("a commit has at most as many signatures as a set has validators, and at least one", () => {
    const wire = { height: 1n, round: 0, blockId: voteToWire(voteOf()).blockId };
    const absent = {
      blockIdFlag: 1,
      validatorAddress: NONE,
      timestamp: { seconds: -62135596800n, nanos: 0 },
      signature: NONE,
    } as const;
    const commit = (count: number): string =>
      codeOf(() => decodeCommit(encodeBytes(WireCommit, { ...wire, signatures: Array(count).fill(absent) })));
    expect([commit(0), commit(1), commit(10_001)]).toEqual(["bad_value", "none", "too_many"]);
    const flag = (change: object): string =>
      codeOf(() => decodeCommit(encodeBytes(WireCommit, { ...wire, signatures: [{ ...absent, ...change }] })));
    expect(flag({ signature: new Uint8Array(64) })).toBe("bad_value");
    expect(flag({ blockIdFlag: 0 })).toBe("bad_value");
    expect(flag({ blockIdFlag: 2 })).toBe("bad_length");
  });

  test("a part's proof is for the part's own index", () => {
    expect(codeOf(() => decodePart(encodePart({ ...part, index: 1 })))).toBe("bad_value");
    expect(codeOf(() => decodePart(encodePart({ ...part, proof: { ...part.proof, total: 2 } })))).toBe("out_of_range");
    expect(codeOf(() => decodePart(encodePart({ ...part, bytes: new Uint8Array(65_537) })))).toBe("too_large");
    const aunts = Array<Uint8Array>(41).fill(hashOf(1));
    expect(codeOf(() => decodePart(encodePart({ ...part, proof: { ...part.proof, aunts } })))).toBe("too_many");
  });

  test("a block beyond the given size is refused before it is decoded", () => {
    const bytes = encodeBlock(blockOf());
    expect(codeOf(() => decodeBlock(bytes, bytes.length))).toBe("none");
    expect(codeOf(() => decodeBlock(bytes, bytes.length - 1))).toBe("too_large");
    const flood = encodeBlock(blockOf({ txs: Array<Uint8Array>(200_001).fill(NONE) }));
    expect(codeOf(() => decodeBlock(flood))).toBe("too_many");
  });

  test("unknown and padded fields are not canonical", () => {
    const bytes = encodeVote(voteOf());
    expect(codeOf(() => decodeVote(Uint8Array.of(...bytes, 0x58, 1)))).toBe("not_canonical");
    // Height 5 written with a needless continuation byte.
    const padded = Uint8Array.of(...bytes.slice(0, 3), 0x85, 0x00, ...bytes.slice(4));
    expect([bytes[2], bytes[3]]).toEqual([0x10, 5]);
    expect(codeOf(() => decodeVote(padded))).toBe("not_canonical");
  });

  test("the evidence hash covers the inner message", () => {
    expect(evidenceLeaf(evidence)).toEqual(evidence.slice(evidence.length - evidenceLeaf(evidence).length));
    expect(codeOf(() => evidenceLeaf(NONE))).toBe("bad_value");
    expect(codeOf(() => evidenceLeaf(Uint8Array.of(0x12, 0)))).toBe("not_canonical");
  });
});
