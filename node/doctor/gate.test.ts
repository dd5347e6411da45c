import { expect, test } from "vitest";
import { Claim, Verdict } from "../../proto/gen/openledger/attribution/v1.ts";
import { type Attester, accepted } from "../attest/attester.ts";
import type { GoldenReport } from "../influence/golden/check.ts";
import { EXPECTED_DIGESTS } from "../influence/golden/expected.ts";
import { GoldenGate } from "./gate.ts";
import { goldenCheck } from "./golden.ts";

const claim = Claim.decode(new Uint8Array(0));
const WITNESS = Float64Array.of(1, 2, 3);
const seeds = [{ validator: new Uint8Array(20), seed: new Uint8Array(32), own: true }];

/** Accepts everything, and remembers that it was asked. */
function accepting() {
  const asked: string[] = [];
  const attester: Attester = {
    examine: async () => {
      asked.push("examine");
      return accepted(WITNESS);
    },
    sketches: async () => {
      asked.push("sketches");
      return [{ a: 1, b: 2 }];
    },
    observe: () => {},
    expect: () => void asked.push("expect"),
    close: async () => {},
  };
  return { attester, asked };
}

function gateOf(checks: readonly Promise<GoldenReport>[]) {
  const { attester, asked } = accepting();
  const errors: unknown[] = [];
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: (fields: unknown) => void errors.push(fields) };
  return { gate: new GoldenGate(attester, checks, log as never), asked, errors };
}

test("default: a machine that reaches the digests attests", async () => {
  const { gate, errors } = gateOf([goldenCheck("cpu")]);
  expect(await gate.examine(claim)).toMatchObject({ verdict: Verdict.VERDICT_ACCEPT, witness: WITNESS });
  expect(await gate.sketches(claim, WITNESS, seeds)).toEqual([{ a: 1, b: 2 }]);
  expect(errors).toEqual([]);
});

test("behavior: with a falsified expected digest the validator abstains, says why, and its verifier is not asked", async () => {
  const expected = { ...EXPECTED_DIGESTS, "int8 scores": "00".repeat(32) };
  const { gate, asked, errors } = gateOf([goldenCheck("cpu", { expected })]);
  gate.expect(["model"]);
  const { verdict, reason, again, witness } = await gate.examine(claim);
  expect({ verdict, again, witness }).toEqual({
    verdict: Verdict.VERDICT_ABSTAIN,
    again: false,
    witness: new Float64Array(0),
  });
  expect(reason).toMatchInlineSnapshot(`"golden digests differ on cpu (int8 scores): run "openledgerd doctor""`);
  expect(await gate.sketches(claim, WITNESS, seeds)).toEqual([]);
  expect(asked).toEqual([]);
  expect(errors).toEqual([{ reason }]);
});

test("behavior: one provider that differs is enough", async () => {
  const fine = goldenCheck("cpu");
  const wrong = fine.then((report): GoldenReport => ({ ...report, ranOn: "cuda", matches: false }));
  const { gate } = gateOf([fine, wrong]);
  expect(await gate.examine(claim)).toMatchObject({ verdict: Verdict.VERDICT_ABSTAIN });
});

test("behavior: a check that fails is no permission", async () => {
  const { gate } = gateOf([Promise.reject(new Error("the thread ended"))]);
  const { verdict, reason } = await gate.examine(claim);
  expect({ verdict, reason }).toEqual({
    verdict: Verdict.VERDICT_ABSTAIN,
    reason: "golden digests could not be computed: the thread ended",
  });
});
