import { describe, expect, test } from "vitest";
import { toHex } from "../crypto/bytes.ts";
import { EMPTY_HASH } from "../crypto/hash.ts";
import {
  CommitError,
  commitHash,
  type ExtendedCommit,
  toCommit,
  verifyCommit,
  verifyExtendedCommit,
} from "./commit.ts";
import { blockIdOf, CHAIN_ID, extendedCommitOf, validatorsOf } from "./testing/fixtures.ts";

const validators = validatorsOf(10, 10, 10, 1);
const blockId = blockIdOf(1);
const extended = extendedCommitOf(validators, { height: 7, blockId });
const commit = toCommit(extended);
type Sig = ExtendedCommit["signatures"][number];

const verdict = (run: () => void): string => {
  try {
    run();
    return "valid";
  } catch (error) {
    return error instanceof CommitError ? error.code : `another error: ${error}`;
  }
};

const withFlags = (...flags: (1 | 2 | 3)[]): ExtendedCommit =>
  extendedCommitOf(validators, { height: 7, blockId, flags });
const check = (candidate: ExtendedCommit): string =>
  verdict(() => verifyCommit(CHAIN_ID, validators.set, blockId, 7, toCommit(candidate)));
const checkExtended = (candidate: ExtendedCommit): string =>
  verdict(() => verifyExtendedCommit(CHAIN_ID, validators.set, blockId, 7, candidate));
const replace = (index: number, change: Partial<Sig>): ExtendedCommit => ({
  ...extended,
  signatures: extended.signatures.map((sig, i) => (i === index ? { ...sig, ...change } : sig)),
});

describe("verifyCommit", () => {
  test("more than two thirds for the block suffice; exactly two thirds rounded down do not", () => {
    expect(check(extended)).toBe("valid");
    // Total 31: more than floor(62 / 3) = 20 is needed.
    expect(check(withFlags(2, 2, 1, 2))).toBe("valid");
    expect(check(withFlags(2, 2, 1, 1))).toBe("no_quorum");
    expect(check(withFlags(2, 2, 3, 2))).toBe("valid");
    expect(check(withFlags(2, 2, 3, 3))).toBe("no_quorum");
  });

  test("another height, block or chain is refused", () => {
    expect(verdict(() => verifyCommit(CHAIN_ID, validators.set, blockId, 8, commit))).toBe("wrong_height");
    expect(verdict(() => verifyCommit(CHAIN_ID, validators.set, blockIdOf(5), 7, commit))).toBe("wrong_block");
    const parts = { ...blockId, parts: { ...blockId.parts, total: 2 } };
    expect(verdict(() => verifyCommit(CHAIN_ID, validators.set, parts, 7, commit))).toBe("wrong_block");
    expect(verdict(() => verifyCommit("other", validators.set, blockId, 7, commit))).toBe("bad_signature");
  });

  test("every signature is checked: also beyond the quorum, and for nil", () => {
    const broken = new Uint8Array(64);
    for (const index of [0, 1, 2, 3]) expect(check(replace(index, { signature: broken }))).toBe("bad_signature");
    const nil = withFlags(2, 2, 2, 3);
    expect(check(nil)).toBe("valid");
    const signatures = nil.signatures.map((sig, i) => (i === 3 ? { ...sig, signature: broken } : sig));
    expect(check({ ...nil, signatures })).toBe("bad_signature");
  });

  test("a signature for nil does not count as one for the block, nor the reverse", () => {
    expect(check(replace(0, { flag: 3 }))).toBe("bad_signature");
    const nil = withFlags(2, 2, 2, 3);
    const forged = nil.signatures.map((sig, i) => (i === 3 ? { ...sig, flag: 2 as const } : sig));
    expect(check({ ...nil, signatures: forged })).toBe("bad_signature");
  });

  test("entries stand at their validator's index, one each", () => {
    const [a, b, ...rest] = extended.signatures as [Sig, Sig, ...Sig[]];
    expect(check({ ...extended, signatures: [b, a, ...rest] })).toBe("wrong_address");
    expect(check({ ...extended, signatures: [a, a, ...rest] })).toBe("wrong_address");
    expect(check({ ...extended, signatures: [a, b] })).toBe("wrong_size");
    expect(check({ ...extended, signatures: [...extended.signatures, a] })).toBe("wrong_size");
  });
});

describe("verifyExtendedCommit", () => {
  test("every vote for the block carries a signed extension", () => {
    expect(checkExtended(extended)).toBe("valid");
    expect(checkExtended(withFlags(2, 2, 2, 3))).toBe("valid");
    expect(checkExtended(replace(1, { extension: Uint8Array.of(9) }))).toBe("bad_extension");
    expect(checkExtended(replace(1, { extensionSignature: new Uint8Array(64) }))).toBe("bad_extension");
    expect(checkExtended(replace(1, { extensionSignature: new Uint8Array(0) }))).toBe("bad_extension");
  });

  test("a vote for nil carries none", () => {
    const nil = withFlags(2, 2, 2, 3);
    const signatures = nil.signatures.map((sig, i) => (i === 3 ? { ...sig, extension: Uint8Array.of(1) } : sig));
    expect(checkExtended({ ...nil, signatures })).toBe("bad_extension");
  });
});

test("the commit hash covers signatures only, and is the empty root for none", () => {
  expect(commitHash(undefined)).toEqual(EMPTY_HASH);
  expect(commitHash({ ...commit, round: 3 })).toEqual(commitHash(commit));
  expect(toHex(commitHash(toCommit(replace(0, { signature: new Uint8Array(64) }))))).not.toBe(
    toHex(commitHash(commit)),
  );
});
