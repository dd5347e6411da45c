import { describe, expect, test } from "vitest";
import { Msg as AttributionMsg, ClaimKind } from "../proto/gen/openledger/attribution/v1.ts";
import { Msg as DisputeMsg } from "../proto/gen/openledger/dispute/v1.ts";
import { openledgerRegistryTypes } from "../proto/registry.ts";
import { testChain } from "./testing/harness.ts";
import { wallet } from "./testing/wallet.ts";

const HASH = new Uint8Array(32).fill(3);

/** The composed application: what is refused is refused by the module that knows why. */
describe("transactions about claims reach their modules", () => {
  const ann = wallet("ann", { types: openledgerRegistryTypes });

  function refusal(typeUrl: string, value: object): string {
    const chain = testChain({ wallets: [ann], app: { checkInvariants: true } });
    chain.block();
    const tx = ann.sign([{ typeUrl, value }], { sequence: 0, accountNumber: 1, gas: 500_000 });
    const result = chain.block([tx]).txResults.at(-1);
    return result?.code === 0 ? "accepted" : `${result?.codespace}/${result?.code}`;
  }

  test("a fidelity of a model that does not exist", () => {
    const report = { model: "nobody", lds: 1n, standardError: 1n, subsets: 5, shareBps: 5_000, queries: 5 };
    const message = { poster: ann.address, ...report, evidenceBlob: HASH, bond: "1000000" };
    expect(refusal(AttributionMsg.PostFidelity.request.typeUrl, message)).toBe("modelregistry/2");
  });

  test("a challenge of a claim that does not exist", () => {
    const message = { challenger: ann.address, claimId: HASH, steps: 3n, every: 1n, aunts: [] };
    expect(refusal(DisputeMsg.Challenge.request.typeUrl, message)).toBe("dispute/2");
  });

  test("an availability claim is posted", () => {
    const kind = ClaimKind.CLAIM_KIND_AVAILABILITY;
    const message = { poster: ann.address, kind, subject: HASH, payloadHash: new Uint8Array(0), bond: "1000000" };
    expect(refusal(AttributionMsg.PostClaim.request.typeUrl, message)).toBe("accepted");
  });
});
