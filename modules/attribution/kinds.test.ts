import { describe, expect, test } from "vitest";
import { type Claim, ClaimKind, ClaimStatus, Msg, Params, Query } from "../../proto/gen/openledger/attribution/v1.ts";
import { toJson } from "../../proto/runtime.ts";
import { ATTRIBUTION } from "./keys.ts";
import { checkParams, DEFAULT_PARAMS } from "./params.ts";
import { type Behaviour, blobId, Network } from "./testing/agents.ts";
import { account, FUNDS, hashOf } from "./testing/fixtures.ts";
import type { ClaimHandler } from "./types.ts";

const { CLAIM_KIND_AVAILABILITY, CLAIM_KIND_FIDELITY, CLAIM_KIND_INDEX, CLAIM_KIND_RESULT, CLAIM_KIND_TRAINING } =
  ClaimKind;
const {
  CLAIM_STATUS_ACCEPTED,
  CLAIM_STATUS_OPEN,
  CLAIM_STATUS_OVERTURNED,
  CLAIM_STATUS_REJECTED,
  CLAIM_STATUS_UNATTESTED,
} = ClaimStatus;
const BOND = 1_000_000n;
const NO_OP: ClaimHandler = { onAccepted: () => {}, onRejected: () => {}, onNoQuorum: () => {} };

interface Setup {
  readonly behaviours?: readonly Behaviour[];
  readonly params?: Partial<Params>;
  readonly truth?: (claim: Claim) => boolean;
  readonly handler?: Partial<ClaimHandler>;
}

/** Four validators, trainings attested with a hold of 20 blocks unless told otherwise. */
function network({
  behaviours = Array.from({ length: 4 }, () => "honest" as const),
  params,
  truth,
  handler,
}: Setup = {}) {
  const specs = behaviours.map((behaviour, i) => ({ name: `val-${i}`, power: 10, behaviour }));
  const kinds = [
    { kind: CLAIM_KIND_TRAINING, commitBlocks: 8n, holdBlocks: 20n, maxOpen: 2, noQuorumBurnBps: 2_000, attestFee: "" },
    { kind: CLAIM_KIND_FIDELITY, commitBlocks: 4n, holdBlocks: 0n, maxOpen: 0, noQuorumBurnBps: 0, attestFee: "" },
  ];
  const state = {
    attribution: { params: toJson(Params, { ...DEFAULT_PARAMS, kinds, unattestedKinds: [], ...params }) },
  };
  const net = new Network(specs, { state, ...(truth && { truth }) });
  net.chain.attribution.claims.register(CLAIM_KIND_TRAINING, { ...NO_OP, ...handler });
  return net;
}

function postTraining(net: Network, algorithm = "test-1", model = "model"): Uint8Array {
  let id = new Uint8Array(0);
  const facts = { poster: account("ann"), subject: hashOf(model), payloadHash: new Uint8Array(0), algorithm };
  net.block((ctx) => {
    id = Uint8Array.from(net.chain.attribution.claims.post(ctx, { ...facts, kind: CLAIM_KIND_TRAINING, bond: BOND }));
  });
  return id;
}

const claimOf = (net: Network, id: Uint8Array) => net.chain.query(Query.Claim, { claimId: id }).claim as Claim;
const held = (net: Network) => net.chain.bank.moduleBalance(net.chain.context(), ATTRIBUTION);

describe("windows of a kind", () => {
  test("are its own where the parameters name it, the common ones elsewhere", () => {
    const net = network();
    const training = claimOf(net, postTraining(net));
    expect(training.commitEnd - training.seedHeight).toBe(8n);
    let id: Uint8Array = new Uint8Array(0);
    net.block((ctx) => {
      const subject = blobId("b");
      const claim = { poster: account("ann"), kind: CLAIM_KIND_AVAILABILITY, subject, bond: "1000000" };
      id = net.chain.send(ctx, Msg.PostClaim, claim).claimId;
    });
    const blob = claimOf(net, id);
    expect(blob.commitEnd - blob.seedHeight).toBe(4n);
    net.blocks(20);
    expect([claimOf(net, id).status, claimOf(net, training.id).status]).toEqual([
      CLAIM_STATUS_ACCEPTED,
      CLAIM_STATUS_ACCEPTED,
    ]);
    // Roots of the long window were kept for as long as it was open, and no longer.
    expect([...net.chain.attribution.keeper.roots(net.chain.context(), 0)]).toEqual([]);
  });

  test("parameters outside the rails are refused", () => {
    const wrong = (changes: Partial<Params>) => () => checkParams({ ...DEFAULT_PARAMS, ...changes });
    const kind = {
      kind: CLAIM_KIND_INDEX,
      commitBlocks: 4n,
      holdBlocks: 0n,
      maxOpen: 1,
      noQuorumBurnBps: 0,
      attestFee: "",
    };
    expect(wrong({})).not.toThrow();
    expect(wrong({ kinds: [kind, kind] })).toThrow("by kind ascending");
    expect(wrong({ kinds: [{ ...kind, commitBlocks: 1n }] })).toThrow("2 to 4096");
    expect(wrong({ kinds: [{ ...kind, holdBlocks: 2_592_001n }] })).toThrow("hold_blocks of kind 4");
    expect(wrong({ kinds: [{ ...kind, noQuorumBurnBps: 10_001 }] })).toThrow("at most 10000");
    expect(wrong({ committeeSize: 129 })).toThrow("committee_size is 1 to 128");
    expect(wrong({ peerSample: 1 })).toThrow("peer_sample is 2 to 16");
    expect(wrong({ unattestedKinds: [CLAIM_KIND_RESULT] })).toThrow("cannot be left unattested");
    expect(wrong({ unattestedKinds: [CLAIM_KIND_INDEX, CLAIM_KIND_INDEX] })).toThrow("listed twice");
  });
});

describe("a flood of a kind", () => {
  test("fills its own places only", () => {
    const net = network();
    postTraining(net, "test-1", "model 1");
    postTraining(net, "test-1", "model 2");
    expect(() => postTraining(net, "test-1", "model 3")).toThrow("2 claims of this kind are open");
    const subject = blobId("b");
    const claim = { poster: account("ann"), kind: CLAIM_KIND_AVAILABILITY, subject, bond: "1000000" };
    net.block((ctx) => void net.chain.send(ctx, Msg.PostClaim, claim));
    net.blocks(14);
    postTraining(net, "test-1", "model 3");
  });

  test("of claims that nobody can recompute burns the kind's share of their bonds", () => {
    const net = network({ behaviours: ["abstain", "abstain", "abstain"] });
    postTraining(net);
    net.blocks(14);
    expect([held(net), net.chain.balance("ann")]).toEqual([0n, FUNDS - BOND / 5n]);
  });
});

describe("an unattested kind", () => {
  test("is recorded as such: no committee, the bond stays", () => {
    const net = network({ params: { unattestedKinds: [CLAIM_KIND_TRAINING] } });
    const id = postTraining(net);
    expect(claimOf(net, id)).toMatchObject({ status: CLAIM_STATUS_UNATTESTED, committee: [], openEnd: 0n });
    net.blocks(20);
    expect([claimOf(net, id).status, held(net)]).toEqual([CLAIM_STATUS_UNATTESTED, BOND]);
  });
});

describe("a held bond", () => {
  test("comes back after hold_blocks, not before", () => {
    const net = network();
    const id = postTraining(net);
    net.blocks(14);
    const { status, bondUntil } = claimOf(net, id);
    expect([status, bondUntil]).toEqual([CLAIM_STATUS_ACCEPTED, BigInt(net.chain.height) + 20n]);
    net.blocks(20);
    expect([held(net), net.chain.balance("ann")]).toEqual([BOND, FUNDS - BOND]);
    net.block();
    expect([held(net), net.chain.balance("ann"), claimOf(net, id).bondUntil]).toEqual([0n, FUNDS, 0n]);
    expect(net.chain.attribution.claims.isDisputable(net.chain.context(), id)).toBe(false);
  });

  test("stays while a dispute is under way, and then for the grace that is left", () => {
    const net = network();
    const id = postTraining(net);
    net.blocks(14);
    const { claims } = net.chain.attribution;
    net.block((ctx) => void claims.beginDispute(ctx, id));
    net.blocks(40);
    expect(held(net)).toBe(BOND);
    net.block((ctx) => claims.endDispute(ctx, id, 5));
    net.blocks(5);
    expect(held(net)).toBe(BOND);
    net.block();
    expect(held(net)).toBe(0n);
    expect(() => claims.beginDispute(net.chain.context("block"), id)).toThrow("past its time");
  });

  test("goes to whoever decides the dispute when the claim is overturned, accepted or still open", () => {
    for (const blocks of [15, 2]) {
      const net = network();
      const id = postTraining(net);
      net.blocks(blocks);
      const { claims } = net.chain.attribution;
      expect(() => claims.overturn(net.chain.context("block"), id, "dispute")).toThrow("not under dispute");
      let taken: bigint | undefined;
      // The dispute module's own account is empty of disputes: hand the bond on, as it would.
      net.block((ctx) => {
        claims.beginDispute(ctx, id);
        taken = claims.overturn(ctx, id, "dispute").bond;
        net.chain.bank.sendFromModule(ctx, "dispute", account("host"), BOND);
      });
      expect([taken, held(net), claimOf(net, id).status]).toEqual([BOND, 0n, CLAIM_STATUS_OVERTURNED]);
      net.blocks(20);
      expect(net.chain.openClaims()).toEqual([]);
    }
  });
});

describe("handlers", () => {
  test("of an algorithm go before those of its kind", () => {
    const called: string[] = [];
    const net = network({ handler: { onAccepted: () => void called.push("kind") } });
    const onAccepted = () => void called.push("algorithm");
    net.chain.attribution.claims.register(CLAIM_KIND_TRAINING, { ...NO_OP, onAccepted }, "job-1");
    postTraining(net, "job-1");
    net.blocks(14);
    expect(called).toEqual(["algorithm"]);
    expect(() => net.chain.attribution.claims.register(CLAIM_KIND_TRAINING, NO_OP, "job-1")).toThrow("already");
  });
});

describe("fidelity", () => {
  const REPORT = {
    poster: account("ann"),
    model: "greeter",
    lds: 9n * 10n ** 17n,
    standardError: 10n ** 15n,
    subsets: 100,
    shareBps: 5_000,
    queries: 200,
    evidenceBlob: hashOf("evidence"),
    bond: BOND.toString(),
  };

  function post(net: Network, changes: Partial<typeof REPORT> = {}): Uint8Array {
    let id: Uint8Array = new Uint8Array(0);
    net.block((ctx) => {
      id = net.chain.send(ctx, Msg.PostFidelity, { ...REPORT, ...changes }).claimId;
    });
    return id;
  }

  test("of an accepted report becomes the model's; a rejected one changes nothing and costs the bond", () => {
    const net = network();
    const id = post(net);
    net.blocks(10);
    expect(claimOf(net, id).status).toBe(CLAIM_STATUS_ACCEPTED);
    expect(net.chain.catalogue.fidelities.get("greeter")).toBe(REPORT.lds);
    expect(net.chain.balance("ann")).toBe(FUNDS);
    const wrong = network({ truth: () => false });
    const refused = post(wrong);
    wrong.blocks(10);
    expect(claimOf(wrong, refused).status).toBe(CLAIM_STATUS_REJECTED);
    expect([wrong.chain.catalogue.fidelities.size, wrong.chain.balance("ann")]).toEqual([0, FUNDS - BOND]);
  });

  test("is refused for another model, and for a report that says nothing", () => {
    const net = network();
    expect(() => post(net, { model: "other" })).toThrow("no model other");
    expect(() => post(net, { lds: 10n ** 18n + 1n })).toThrow("at most 10^18");
    expect(() => post(net, { subsets: 1 })).toThrow("2 to 100000 subsets");
    expect(() => post(net, { shareBps: 10_000 })).toThrow("share_bps is 1 to 9999");
    expect(() => post(net, { evidenceBlob: new Uint8Array(3) })).toThrow("32 bytes");
    expect(() => post(net, { bond: "1" })).toThrow("at least 1000000");
  });
});

describe("committees of a larger set", () => {
  const crowd = (guesser: Behaviour): readonly Behaviour[] => [
    ...Array.from({ length: 19 }, () => "honest" as const),
    guesser,
  ];

  test("are drawn with the seed from the set of the post; the tally counts seats, and a guesser is voided", () => {
    const net = network({ behaviours: crowd("wrong"), params: { committeeSize: 20, peerSample: 4 } });
    const whole = claimOf(net, postTraining(net));
    expect(whole.committee).toHaveLength(20);
    const small = network({ behaviours: crowd("wrong"), params: { committeeSize: 12, peerSample: 4 } });
    const id = postTraining(small);
    expect(claimOf(small, id)).toMatchObject({ status: CLAIM_STATUS_OPEN, committee: [] });
    // A change of the set after the post does not touch the draw.
    small.block((ctx) => small.chain.staking.setPower(ctx, account("val-0"), 5_000));
    small.blocks(2);
    const { committee } = claimOf(small, id);
    expect(committee.reduce((seats, { power }) => seats + power, 0n)).toBe(12n);
    expect(committee.every(({ power }) => power === 1n)).toBe(true);
    expect(small.chain.events("committee_drawn")).toHaveLength(1);
    small.blocks(11);
    expect(claimOf(small, id).status).toBe(CLAIM_STATUS_ACCEPTED);
  });

  test("of eight and more void a guesser that sits in them, and nobody else", () => {
    const net = network({ behaviours: crowd("wrong").slice(10), params: { peerSample: 4 } });
    const id = postTraining(net);
    net.blocks(14);
    const { outcome } = net.chain.query(Query.Claim, { claimId: id });
    const guesser = net.agent("val-9").keys.address;
    expect(outcome?.members.filter(({ voided }) => voided).map(({ validator }) => validator)).toEqual([guesser]);
    expect(outcome?.status).toBe(CLAIM_STATUS_ACCEPTED);
  });
});

describe("evidence of two leaves", () => {
  test("is kept for good, shown by a query, and reaches whoever slashes", () => {
    const net = network({ behaviours: ["honest", "honest", "honest", "equivocate"] });
    const id = postTraining(net);
    net.blocks(20);
    const { equivocations } = net.chain.query(Query.Equivocations, {});
    expect(equivocations).toHaveLength(1);
    const [evidence] = equivocations;
    expect(evidence).toMatchObject({ claimId: id, validator: net.agent("val-3").keys.address, power: 10n });
    expect(evidence?.firstLeaf).not.toEqual(evidence?.secondLeaf);
    expect(net.chain.slashed.length).toBeGreaterThan(0);
    const after = { startClaim: id, startValidator: net.agent("val-3").keys.address };
    expect(net.chain.query(Query.Equivocations, after).equivocations).toEqual([]);
  });
});
