import { describe, expect, test } from "vitest";
import { toHex } from "../../chain/crypto/bytes.ts";
import {
  ClaimKind,
  ClaimStatus,
  Msg,
  type MsgPostClaim,
  Params,
  Query,
} from "../../proto/gen/openledger/attribution/v1.ts";
import { type Partially, toJson } from "../../proto/runtime.ts";
import { makeBeaconChain, revealFor } from "./beacon-secret.ts";
import { ATTRIBUTION } from "./keys.ts";
import { DEFAULT_PARAMS } from "./params.ts";
import { type Behaviour, blobId, Network } from "./testing/agents.ts";
import { account, FUNDS, hashOf } from "./testing/fixtures.ts";
import type { ClaimHandler } from "./types.ts";

const BOND = 1_000_000n;
const { CLAIM_STATUS_ACCEPTED, CLAIM_STATUS_NO_QUORUM, CLAIM_STATUS_OPEN, CLAIM_STATUS_REJECTED } = ClaimStatus;

function network(behaviours: readonly Behaviour[], options: { truth?: boolean; state?: Record<string, unknown> } = {}) {
  const specs = behaviours.map((behaviour, i) => ({ name: `val-${i}`, power: 10, behaviour }));
  const { truth = true, state } = options;
  return new Network(specs, { truth: () => truth, ...(state && { state }) });
}

function claimOf(changes: Partially<MsgPostClaim> = {}): Partially<MsgPostClaim> {
  const kind = ClaimKind.CLAIM_KIND_AVAILABILITY;
  return { poster: account("ann"), kind, subject: blobId("a blob"), bond: BOND.toString(), ...changes };
}

/** Genesis parameters with some of them changed. */
function paramsOf(changes: Partial<Params>): unknown {
  return toJson(Params, { ...DEFAULT_PARAMS, ...changes });
}

/** Posts in the next block; the claims' ids. */
function post(net: Network, ...claims: Partially<MsgPostClaim>[]): Uint8Array[] {
  let ids: Uint8Array[] = [];
  net.block((ctx) => {
    ids = (claims.length === 0 ? [claimOf()] : claims).map(
      (claim) => net.chain.send(ctx, Msg.PostClaim, claim).claimId,
    );
  });
  return ids;
}

function status(net: Network, id: Uint8Array | undefined): ClaimStatus | undefined {
  return id && net.chain.attribution.claims.status(net.chain.context(), id);
}

/** What ten blocks after the post make of a claim, and each validator's counter that moved. */
function outcomeOf(net: Network): { status: ClaimStatus | undefined; counted: string[] } {
  const [id] = post(net);
  net.blocks(10);
  const counted = net.agents.map(({ keys }) => {
    const { validator: _, ...counters } = net.chain.attribution.keeper.record(net.chain.context(), keys.address);
    return Object.entries(counters)
      .flatMap(([name, value]) => (value === 1n ? [name] : []))
      .join();
  });
  return { status: status(net, id), counted };
}

describe("a claim", () => {
  test("runs through its fixed heights and is accepted; the bond comes back", () => {
    const net = network(["honest", "honest", "honest", "honest"]);
    net.blocks(2);
    const [id] = post(net);
    const claim = net.chain.attribution.claims.claim(net.chain.context(), id as Uint8Array);
    expect([claim?.postedHeight, claim?.seedHeight, claim?.commitEnd, claim?.openEnd]).toEqual([3n, 6n, 10n, 13n]);
    expect(net.chain.balance("ann")).toBe(FUNDS - BOND);
    net.blocks(3);
    const seeded = net.chain.attribution.claims.claim(net.chain.context(), id as Uint8Array);
    expect(seeded?.seed).toEqual(net.chain.attribution.keeper.beaconAt(net.chain.context(), 6));
    net.blocks(6);
    expect(status(net, id)).toBe(CLAIM_STATUS_OPEN);
    net.block();
    const { claim: tallied, outcome } = net.chain.query(Query.Claim, { claimId: id });
    expect(tallied?.status).toBe(CLAIM_STATUS_ACCEPTED);
    expect(outcome?.members.every(({ answered, voided }) => answered && !voided)).toBe(true);
    expect(net.chain.balance("ann")).toBe(FUNDS);
  });

  test("keeps nothing of roots and openings once no claim needs them", () => {
    const net = network(["honest", "honest", "honest"]);
    post(net);
    net.blocks(9);
    expect([...net.chain.attribution.keeper.openings(net.chain.context())]).toHaveLength(3);
    expect([...net.chain.attribution.keeper.roots(net.chain.context(), 0)].length).toBeGreaterThan(0);
    net.blocks(6);
    expect([...net.chain.attribution.keeper.openings(net.chain.context())]).toEqual([]);
    expect([...net.chain.attribution.keeper.roots(net.chain.context(), 0)]).toEqual([]);
  });

  test("is refused with a bond too small, a kind of another module, a subject that is no blob, or twice", () => {
    const net = network(["honest"]);
    const refusal = (changes: Partially<MsgPostClaim>) => {
      const ctx = net.chain.context("deliver");
      try {
        net.chain.send(ctx, Msg.PostClaim, claimOf(changes));
        return undefined;
      } catch (error) {
        const { codespace, code } = error as { codespace: string; code: number };
        return `${codespace}/${code}`;
      }
    };
    net.block();
    expect(refusal({ bond: "999999" })).toBe("attribution/5");
    expect(refusal({ bond: "-1" })).toBe("sdk/10");
    expect(refusal({ bond: (FUNDS + 1n).toString() })).toBe("sdk/5");
    expect(refusal({ kind: ClaimKind.CLAIM_KIND_RESULT })).toBe("attribution/4");
    expect(refusal({ subject: new Uint8Array(31) })).toBe("attribution/21");
    expect(refusal({ payloadHash: new Uint8Array(32) })).toBe("attribution/21");
    expect(refusal({ poster: "cosmos1qqqq" })).toBe("sdk/7");
    post(net);
    expect(refusal({})).toBe("attribution/3");
    expect(net.chain.bank.moduleBalance(net.chain.context(), ATTRIBUTION)).toBe(BOND);
  });

  test("waits while as many claims are open as the parameter allows", () => {
    const params = paramsOf({ maxOpeningBytes: 65_536, maxTalliesPerBlock: 4, maxOpenClaims: 2, minClaimBond: "1" });
    const net = network(["honest"], { state: { attribution: { params } } });
    const [first] = post(net, ...[1, 2].map((n) => claimOf({ subject: blobId(`${n}`), bond: "1" })));
    expect(() => post(net, claimOf({ subject: blobId("3"), bond: "1" }))).toThrow("2 claims are open");
    net.blocks(10);
    expect(status(net, first)).toBe(CLAIM_STATUS_ACCEPTED);
    expect(post(net, claimOf({ subject: blobId("3"), bond: "1" }))).toHaveLength(1);
  });

  test("waits a block when its own has posted as many as one block can open, so that no poster is crowded out", () => {
    const net = network(["honest"]);
    const claims = Array.from({ length: 97 }, (_, n) => claimOf({ subject: blobId(`${n}`) }));
    net.block((ctx) => {
      for (const claim of claims.slice(0, 95)) net.chain.send(ctx, Msg.PostClaim, claim);
      expect(() => net.chain.send(ctx, Msg.PostClaim, claims[95] ?? {})).not.toThrow();
      expect(() => net.chain.send(ctx, Msg.PostClaim, claims[96] ?? {})).toThrow("posted 96 claims already");
    });
    post(net, claims[96] ?? {});
    net.blocks(10);
    expect(net.chain.openClaims()).toEqual([]);
  });

  test("whose turn does not come in its block is tallied in the next, in (open end, id) order", () => {
    const params = paramsOf({ maxOpeningBytes: 262_144, maxTalliesPerBlock: 2, maxOpenClaims: 9, minClaimBond: "1" });
    const net = network(["honest", "honest"], { state: { attribution: { params } } });
    const ids = post(net, ...[1, 2, 3, 4, 5].map((n) => claimOf({ subject: blobId(`${n}`), bond: "1" })));
    const inOrder = ids.map(toHex).sort();
    net.blocks(10);
    const tallied = () => net.chain.events("claim_tallied").map(({ attributes }) => attributes[0]?.value);
    expect(tallied()).toEqual(inOrder.slice(0, 2));
    net.blocks(2);
    expect(tallied()).toEqual(inOrder);
    expect(ids.map((id) => status(net, id))).toEqual(ids.map(() => CLAIM_STATUS_ACCEPTED));
  });
});

describe("validators", () => {
  test("one of four abstains and one guesses: accepted, the guesser voided, each counted once", () => {
    for (const guess of ["zeros", "previous", "copy", "wrong"] as const) {
      const { status: found, counted } = outcomeOf(network(["honest", "honest", "abstain", guess]));
      expect([guess, found, counted]).toEqual([
        guess,
        CLAIM_STATUS_ACCEPTED,
        ["accepted", "accepted", "abstained", "voided"],
      ]);
    }
  });

  test("who opens two leaves for one claim is voided, and the evidence is an event", () => {
    const net = network(["honest", "honest", "honest", "equivocate"]);
    const { status: found, counted } = outcomeOf(net);
    expect([found, counted]).toEqual([CLAIM_STATUS_ACCEPTED, ["accepted", "accepted", "accepted", "voided"]]);
    const [event, ...more] = net.chain.events("equivocation");
    expect(more).toEqual([]);
    expect(event?.attributes.find(({ key }) => key === "validator")?.value).toBe(
      toHex(net.agent("val-3").keys.address),
    );
  });

  test("a root signed after commitEnd - 1 is silence, and so is being away", () => {
    const { status: found, counted } = outcomeOf(network(["honest", "honest", "honest", "late"]));
    expect([found, counted]).toEqual([CLAIM_STATUS_ACCEPTED, ["accepted", "accepted", "accepted", "abstained"]]);
    expect(outcomeOf(network(["honest", "honest", "honest", "offline"])).counted[3]).toBe("abstained");
  });

  test("too few answer: no quorum, the bond comes back", () => {
    const net = network(["honest", "silent", "silent", "abstain"]);
    expect(outcomeOf(net).status).toBe(CLAIM_STATUS_NO_QUORUM);
    expect(net.chain.balance("ann")).toBe(FUNDS);
  });

  test("they reject: half of the bond is theirs, half the treasury's where no DataNet is concerned", () => {
    const net = network(["honest", "honest", "honest", "silent"], { truth: false });
    expect(outcomeOf(net)).toEqual({
      status: CLAIM_STATUS_REJECTED,
      counted: ["rejected", "rejected", "rejected", "abstained"],
    });
    const ctx = net.chain.context();
    expect(net.chain.balance("ann")).toBe(FUNDS - BOND);
    expect(net.chain.bank.moduleBalance(ctx, "treasury")).toBe(500_000n);
    expect(net.chain.bank.moduleBalance(ctx, "rewards")).toBe(500_000n);
  });

  test("a committee above seven answers for six peers each", () => {
    const net = network(["honest", "honest", "honest", "honest", "honest", "honest", "honest", "abstain"]);
    expect(outcomeOf(net).status).toBe(CLAIM_STATUS_ACCEPTED);
  });

  test("the committee is the set at the post: power changed later does not count (I16)", () => {
    const net = network(["honest", "honest", "honest", "honest"]);
    const [id] = post(net);
    net.block((ctx) => net.chain.staking.setPower(ctx, account("val-0"), 500));
    net.blocks(9);
    const members = net.chain.attribution.keeper.outcome(net.chain.context(), id as Uint8Array)?.members;
    expect(members?.map(({ power }) => power)).toEqual([10n, 10n, 10n, 10n]);
  });
});

describe("a kind whose open claim blocks others", () => {
  /** One claim of such a kind, tallied; its handler does `handler` on top of nothing. */
  function blocking(behaviours: readonly Behaviour[], handler: Partial<ClaimHandler> = {}): Network {
    const net = network(behaviours);
    const none = { onAccepted: () => {}, onRejected: () => {}, onNoQuorum: () => {} };
    const { claims } = net.chain.attribution;
    claims.register(ClaimKind.CLAIM_KIND_SNAPSHOT, { ...none, noQuorumBurnBps: () => 1_000, ...handler });
    const facts = { poster: account("ann"), subject: hashOf("s"), payloadHash: new Uint8Array(0), algorithm: "test-1" };
    net.block((ctx) => claims.post(ctx, { ...facts, kind: ClaimKind.CLAIM_KIND_SNAPSHOT, bond: 1_000_009n }));
    net.blocks(10);
    return net;
  }

  const burnt = (net: Network) => net.chain.minted - net.chain.bank.supply(net.chain.context());
  const refuse = () => {
    throw new Error("the module cannot");
  };

  test("burns its share of the bond, rounded down, without quorum: supply falls by it, the rest comes back", () => {
    const net = blocking(["abstain", "abstain", "abstain", "abstain"]);
    expect([burnt(net), net.chain.balance("ann")]).toEqual([100_000n, FUNDS - 100_000n]);
    const [event, ...more] = net.chain.events("claim_bond_burnt");
    expect(more).toEqual([]);
    expect(event?.attributes.slice(1).map(({ value }) => value)).toEqual([account("ann"), "100000"]);
  });

  test("returns all of it when it is accepted, and when its module cannot carry the outcome out", () => {
    const honest = ["honest", "honest", "honest", "honest"] as const;
    for (const net of [
      blocking(honest),
      blocking(honest, { onAccepted: refuse }),
      blocking(["abstain", "abstain"], { onNoQuorum: refuse }),
    ]) {
      expect([burnt(net), net.chain.balance("ann")]).toEqual([0n, FUNDS]);
      expect(net.chain.events("claim_bond_burnt")).toEqual([]);
      expect(net.chain.bank.moduleBalance(net.chain.context(), ATTRIBUTION)).toBe(0n);
    }
  });
});

describe("hash chains", () => {
  test("an operator registers a new end, which acts from the next signing height", () => {
    const net = network(["honest", "honest", "honest", "honest"]);
    net.blocks(3);
    const fresh = makeBeaconChain(hashOf("fresh"), 64);
    const keys = net.agent("val-0").keys;
    net.block((ctx) => net.chain.send(ctx, Msg.RegisterBeacon, { operator: keys.operator, end: fresh.end }));
    const chain = net.chain.attribution.keeper.chain(net.chain.context(), keys.address);
    expect([chain?.registeredHeight, chain?.lastHeight, chain?.lastReveal]).toEqual([4n, 4n, fresh.end]);
    expect(revealFor(fresh, 4, 5)).toHaveLength(32);
    net.blocks(3);
    const old = net.chain.attribution.keeper.chain(net.chain.context(), keys.address);
    expect(old?.lastHeight).toBe(4n);
  });

  test("only an operator may, and only with a hash", () => {
    const net = network(["honest"]);
    net.block();
    const send = (operator: string, end: Uint8Array) => () =>
      net.chain.send(net.chain.context("deliver"), Msg.RegisterBeacon, { operator, end });
    expect(send(account("ann"), hashOf("end"))).toThrow("operates no validator");
    expect(send(account("val-0"), new Uint8Array(5))).toThrow("32 bytes");
  });
});
