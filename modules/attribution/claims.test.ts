import { expect, test } from "vitest";
import { toHex } from "../../chain/crypto/bytes.ts";
import { ClaimKind, ClaimStatus, Msg, Query } from "../../proto/gen/openledger/attribution/v1.ts";
import { type AgentSpec, blobId, Network } from "./testing/agents.ts";
import { account, FUNDS } from "./testing/fixtures.ts";

const BOND = 1_000_000n;

function specs(...behaviours: AgentSpec["behaviour"][]): AgentSpec[] {
  return behaviours.map((behaviour, i) => ({ name: `val-${i}`, power: 10, behaviour }));
}

function postAvailability(network: Network, text = "a blob"): Uint8Array {
  let id = new Uint8Array(0);
  network.block((ctx) => {
    const message = {
      poster: account("ann"),
      kind: ClaimKind.CLAIM_KIND_AVAILABILITY,
      subject: blobId(text),
      bond: BOND.toString(),
    };
    id = new Uint8Array(network.chain.send(ctx, Msg.PostClaim, message).claimId);
  });
  return id;
}

function statusAfter(network: Network, id: Uint8Array): ClaimStatus | undefined {
  network.blocks(10);
  return network.chain.attribution.claims.status(network.chain.context(), id);
}

test("an availability claim runs through its fixed heights and is accepted; its bond comes back", () => {
  const network = new Network(specs("honest", "honest", "honest", "honest"));
  network.blocks(2);
  const id = postAvailability(network);
  const claim = network.chain.attribution.claims.claim(network.chain.context(), id);
  expect([claim?.postedHeight, claim?.seedHeight, claim?.commitEnd, claim?.openEnd]).toEqual([3n, 6n, 10n, 13n]);
  expect(network.chain.balance("ann")).toBe(FUNDS - BOND);
  network.blocks(9);
  expect(network.chain.attribution.claims.status(network.chain.context(), id)).toBe(ClaimStatus.CLAIM_STATUS_OPEN);
  network.block();
  const { claim: tallied, outcome } = network.chain.query(Query.Claim, { claimId: id });
  expect(tallied?.status).toBe(ClaimStatus.CLAIM_STATUS_ACCEPTED);
  expect(outcome?.members.every(({ answered, voided }) => answered && !voided)).toBe(true);
  expect(network.chain.balance("ann")).toBe(FUNDS);
});

test("one of four abstains and one guesses: accepted, the guesser voided", () => {
  for (const guess of ["zeros", "previous", "copy", "wrong"] as const) {
    const network = new Network(specs("honest", "honest", "abstain", guess));
    const id = postAvailability(network);
    expect([guess, statusAfter(network, id)]).toEqual([guess, ClaimStatus.CLAIM_STATUS_ACCEPTED]);
    const voided = network.chain.attribution.keeper
      .outcome(network.chain.context(), id)
      ?.members.filter((m) => m.voided);
    expect(voided?.map(({ validator }) => toHex(validator))).toEqual([toHex(network.agent("val-3").keys.address)]);
  }
});
