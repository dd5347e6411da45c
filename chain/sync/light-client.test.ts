import { describe, expect, test } from "vitest";
import { toCommit } from "../types/commit.ts";
import { type Header, headerHash } from "../types/header.ts";
import { blockIdOf, extendedCommitOf, headerOf, validatorsOf } from "../types/testing/fixtures.ts";
import { addMs, type Timestamp } from "../types/time.ts";
import { LightError, type LightOptions, type TrustedState, type UntrustedBlock, verifyHeader } from "./light-client.ts";

const START: Timestamp = { seconds: 1_700_000_000n, nanos: 0 };
const old = validatorsOf(10, 10, 10);
// The first two keys of the old set, with other powers.
const young = validatorsOf(30, 1);

const trusted: TrustedState = {
  header: headerOf({
    height: 10,
    time: START,
    validatorsHash: old.set.hash(),
    nextValidatorsHash: old.set.hash(),
  }),
  nextValidators: old.set,
};

const options: LightOptions = { now: addMs(START, 60_000), trustingPeriodNs: 3_600_000_000_000n };

function blockAt(
  height: number,
  validators: ReturnType<typeof validatorsOf>,
  change: { readonly header?: Partial<Header>; readonly flags?: readonly (1 | 2 | 3)[] } = {},
): UntrustedBlock {
  const header = headerOf({
    height,
    time: addMs(START, height * 100),
    validatorsHash: validators.set.hash(),
    ...change.header,
  });
  const hash = headerHash(header);
  const blockId = { hash, parts: blockIdOf(1).parts };
  const flags = change.flags ? { flags: change.flags } : {};
  const commit = toCommit(extendedCommitOf(validators, { height: header.height, blockId, ...flags }));
  return { header, commit, validators: validators.set };
}

function verdict(block: UntrustedBlock, change: Partial<LightOptions> = {}, state: TrustedState = trusted): string {
  try {
    verifyHeader(state, block, { ...options, ...change });
    return "believed";
  } catch (error) {
    return error instanceof LightError ? error.code : `another error: ${error}`;
  }
}

describe("light client", () => {
  test("the next header needs the announced validators and their quorum", () => {
    expect(verdict(blockAt(11, old))).toBe("believed");
    expect(verdict(blockAt(11, young))).toBe("wrong_validators");
    expect(verdict(blockAt(11, old, { flags: [2, 2, 1] }))).toBe("wrong_commit");
  });

  test("a skipped-to header needs more than a third of the trusted power", () => {
    expect(verdict(blockAt(15, old))).toBe("believed");
    // One of three old validators signs: exactly a third.
    expect(verdict(blockAt(15, validatorsOf(30)))).toBe("not_enough_trust");
    expect(verdict(blockAt(15, young))).toBe("believed");
    expect(verdict(blockAt(15, young), { trustLevel: { numerator: 2, denominator: 3 } })).toBe("not_enough_trust");
    expect(verdict(blockAt(15, old, { flags: [2, 3, 3] }))).toBe("not_enough_trust");
    expect(verdict(blockAt(15, old, { flags: [2, 2, 1] }))).toBe("wrong_commit");
  });

  test("time: the trusting period ends, headers grow later, and not far into the future", () => {
    const period = 60_000_000_000n;
    expect(verdict(blockAt(15, old), { trustingPeriodNs: period })).toBe("expired");
    expect(verdict(blockAt(15, old), { trustingPeriodNs: period + 1n })).toBe("believed");
    expect(verdict(blockAt(15, old, { header: { time: START } }))).toBe("not_later");
    expect(verdict(blockAt(15, old, { header: { time: addMs(START, 70_000) } }))).toBe("from_future");
    expect(verdict(blockAt(15, old, { header: { time: addMs(START, 69_999) } }))).toBe("believed");
  });

  test("another chain, height, header or validator set than the signed one is refused", () => {
    const block = blockAt(15, old);
    expect(verdict(blockAt(15, old, { header: { chainId: "other" } }))).toBe("wrong_chain");
    expect(verdict(blockAt(10, old))).toBe("not_higher");
    expect(verdict({ ...block, header: { ...block.header, appHash: new Uint8Array(32) } })).toBe("wrong_commit");
    expect(verdict({ ...block, validators: young.set })).toBe("wrong_validators");
    expect(verdict({ ...block, commit: { ...block.commit, height: 16 } })).toBe("wrong_commit");
    expect(verdict(block, {}, { ...trusted, nextValidators: young.set })).toBe("wrong_validators");
  });

  test("a trusted validator that signs twice, or badly, is refused", () => {
    const block = blockAt(15, old);
    const [first] = block.commit.signatures;
    const twice = { ...block.commit, signatures: [first!, first!, first!] };
    expect(verdict({ ...block, commit: twice })).toBe("wrong_commit");
    const broken = block.commit.signatures.map((sig) => ({ ...sig, signature: new Uint8Array(64) }));
    expect(verdict({ ...block, commit: { ...block.commit, signatures: broken } })).toBe("wrong_commit");
  });
});
