import { afterAll, beforeAll, expect, test } from "vitest";
import { equalBytes, fromHex, toHex } from "../../chain/crypto/bytes.ts";
import { claimId } from "../../modules/attribution/client.ts";
import {
  type AttestationRecord,
  ClaimKind,
  ClaimStatus,
  MsgPostClaim,
  Query,
  Verdict,
} from "../../proto/gen/openledger/attribution/v1.ts";
import { MAX_BLOB_BYTES } from "../blobs/index.ts";
import { eventually, TestNetwork } from "../testing/network.ts";
import { message, TestSender } from "../testing/sender.ts";
import { type Ask, askApp } from "./ask.ts";

const HONEST = [0, 1];
const WITHOUT_VERIFIER = 2;
const GUESSES = ["zeros", "previous", "peer"] as const;
const CLAIMS = 3;

let network: TestNetwork;
let ask: Ask;
let sender: TestSender;

beforeAll(async () => {
  const guessers = GUESSES.map((guess) => ({ power: 5, fault: { guess } }));
  network = await TestNetwork.start({
    validators: [{ power: 30 }, { power: 30 }, { verifier: false }, ...guessers],
    accounts: ["ann"],
  });
  ask = askApp(network.first.backend);
  sender = new TestSender(network.first.backend, "ann");
  await network.reach(2);
}, 120_000);

afterAll(() => network?.stop());

/** Stores a blob on one node and posts the claim that it is available. Returns the claim's outcome. */
async function attested(blob: Uint8Array) {
  const subject = fromHex(await sender.upload(network.first.rpcUrl, blob));
  const payloadHash = new Uint8Array(0);
  const claim = { poster: sender.address, kind: ClaimKind.CLAIM_KIND_AVAILABILITY, subject, payloadHash };
  await sender.send(message(MsgPostClaim, { ...claim, bond: "1000000" }));
  const id = claimId(claim);
  return eventually(`outcome of claim ${toHex(id)}`, async () => (await ask(Query.Claim, { claimId: id })).outcome);
}

const addressOf = (index: number) => network.nodes[index]?.backend.status().validator?.address as Uint8Array;

async function recordOf(index: number): Promise<AttestationRecord | undefined> {
  const { records } = await ask(Query.Records, {});
  return records.find(({ validator }) => equalBytes(validator, addressOf(index)));
}

test("availability claims are accepted by who computed; guesses are voided, who has no verifier abstains", async () => {
  const guessers = GUESSES.map((_, i) => WITHOUT_VERIFIER + 1 + i);
  for (let i = 0; i < CLAIMS; i++) {
    const { status, members } = await attested(new TextEncoder().encode(`blob ${i} `.repeat(50)));
    const member = (index: number) => members.find(({ validator }) => equalBytes(validator, addressOf(index)));
    expect(status).toBe(ClaimStatus.CLAIM_STATUS_ACCEPTED);
    for (const index of HONEST) {
      expect(member(index)).toMatchObject({ verdict: Verdict.VERDICT_ACCEPT, voided: false, answered: true });
    }
    expect(member(WITHOUT_VERIFIER)).toMatchObject({ verdict: Verdict.VERDICT_ABSTAIN, voided: false, answered: true });
    for (const index of guessers)
      expect(member(index)).toMatchObject({ verdict: Verdict.VERDICT_ACCEPT, voided: true });
  }
  const claims = BigInt(CLAIMS);
  for (const index of HONEST) expect(await recordOf(index)).toMatchObject({ accepted: claims, voided: 0n });
  expect(await recordOf(WITHOUT_VERIFIER)).toMatchObject({ accepted: 0n, voided: 0n, abstained: claims });
  for (const index of guessers) expect(await recordOf(index)).toMatchObject({ accepted: 0n, voided: claims });
}, 240_000);

test("of a large blob validators fetch the challenged chunks from each other, and accept", async () => {
  const large = new Uint8Array(MAX_BLOB_BYTES + 1_000_000);
  for (let i = 0; i < large.length; i += 1_000) large[i] = 1 + (i % 251);
  const { status, members } = await attested(large);
  expect(status).toBe(ClaimStatus.CLAIM_STATUS_ACCEPTED);
  for (const index of HONEST) {
    const member = members.find(({ validator }) => equalBytes(validator, addressOf(index)));
    expect(member).toMatchObject({ verdict: Verdict.VERDICT_ACCEPT, voided: false });
  }
}, 240_000);
