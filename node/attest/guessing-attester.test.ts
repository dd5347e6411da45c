import { expect, test } from "vitest";
import { Claim, type Opening, Verdict } from "../../proto/gen/openledger/attribution/v1.ts";
import type { MemberSeed } from "./attester.ts";
import { type AttestationFault, GuessingAttester } from "./guessing-attester.ts";

const [SELF, PEER, OTHER] = [1, 2, 3].map((n) => new Uint8Array(20).fill(n)) as [Uint8Array, Uint8Array, Uint8Array];
const CLAIM = Claim.fromPartial({ committee: [SELF, PEER, OTHER].map((validator) => ({ validator, power: 1n })) });
const SEEDS: MemberSeed[] = [SELF, PEER, OTHER].map((validator) => ({
  validator,
  seed: new Uint8Array(32),
  own: validator === SELF,
}));
const ZERO = { a: 0, b: 0 };
const FOR_SELF = { a: 11, b: 12 };

/** What a peer published for an earlier claim: its own sketch, then its answers for SELF and OTHER. */
const PUBLISHED: Opening = {
  ...{ claimId: new Uint8Array(32), validator: PEER, verdict: Verdict.VERDICT_ACCEPT, own: { a: 21, b: 22 } },
  ...{
    peers: [FOR_SELF, { a: 31, b: 32 }],
    salt: new Uint8Array(32),
    rootHeight: 1n,
    leafIndex: 0,
    leafTotal: 1,
    aunts: [],
  },
};

async function guess(fault: AttestationFault, seen: readonly Opening[]) {
  const attester = new GuessingAttester(fault, SELF);
  for (const opening of seen) attester.observe(opening);
  expect((await attester.examine()).verdict).toBe(Verdict.VERDICT_ACCEPT);
  return attester.sketches(CLAIM, new Float64Array(0), SEEDS);
}

test("zeros guesses zeros, and so does every guesser that has seen nothing", async () => {
  expect(await guess("zeros", [PUBLISHED])).toEqual([ZERO, ZERO, ZERO]);
  expect(await guess("previous", [])).toEqual([ZERO, ZERO, ZERO]);
  expect(await guess("peer", [])).toEqual([ZERO, ZERO, ZERO]);
});

test("previous answers what was right for each member in an earlier claim", async () => {
  expect(await guess("previous", [PUBLISHED])).toEqual([FOR_SELF, PUBLISHED.own, ZERO]);
});

test("peer copies a published opening field by field", async () => {
  expect(await guess("peer", [PUBLISHED])).toEqual([PUBLISHED.own, ...PUBLISHED.peers]);
});

test("abstentions and own openings teach nothing", async () => {
  const abstention = { ...PUBLISHED, verdict: Verdict.VERDICT_ABSTAIN };
  expect(await guess("peer", [abstention, { ...PUBLISHED, validator: SELF }])).toEqual([ZERO, ZERO, ZERO]);
});
