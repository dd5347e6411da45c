import { describe, expect, test } from "vitest";
import { splitLargestRemainder } from "../../chain/math/fixed.ts";
import {
  type Claim,
  ClaimKind,
  ClaimStatus,
  type KindParams,
  Params,
  Query,
} from "../../proto/gen/openledger/attribution/v1.ts";
import { toJson } from "../../proto/runtime.ts";
import { ATTRIBUTION } from "./keys.ts";
import { checkParams, DEFAULT_PARAMS } from "./params.ts";
import { type Behaviour, Network } from "./testing/agents.ts";
import { TestChain } from "./testing/chain.ts";
import { account, FUNDS, hashOf } from "./testing/fixtures.ts";
import type { ClaimHandler } from "./types.ts";

const { CLAIM_KIND_RESULT, CLAIM_KIND_STEP, CLAIM_KIND_TRAINING } = ClaimKind;
const BOND = 1_000_000n;
const FEE = 100_001n;
const NO_OP: ClaimHandler = { onAccepted: () => {}, onRejected: () => {}, onNoQuorum: () => {} };
const TERMS: KindParams = {
  ...{ kind: CLAIM_KIND_TRAINING, commitBlocks: 4n, holdBlocks: 20n, maxOpen: 0 },
  ...{ noQuorumBurnBps: 1_000, attestFee: FEE.toString() },
};

interface Setup {
  readonly behaviours?: readonly Behaviour[];
  readonly truth?: (claim: Claim) => boolean;
  readonly handler?: Partial<ClaimHandler>;
  readonly params?: Partial<Params>;
}

/** Validators of power 7, 8, 9 .. so that no share is even. */
function posted({ behaviours = ["honest", "honest", "honest"], truth, handler, params }: Setup = {}) {
  const specs = behaviours.map((behaviour, i) => ({ name: `val-${i}`, power: 7 + i, behaviour }));
  const state = { attribution: { params: toJson(Params, { ...DEFAULT_PARAMS, kinds: [TERMS], ...params }) } };
  const net = new Network(specs, { state, ...(truth && { truth }) });
  net.chain.attribution.claims.register(CLAIM_KIND_TRAINING, { ...NO_OP, ...handler });
  let id = new Uint8Array(0);
  const facts = { poster: account("ann"), payloadHash: new Uint8Array(0), algorithm: "test-1", bond: BOND };
  net.block((ctx) => {
    id = Uint8Array.from(
      net.chain.attribution.claims.post(ctx, { ...facts, subject: hashOf("model"), kind: CLAIM_KIND_TRAINING }),
    );
  });
  const claim = () => net.chain.query(Query.Claim, { claimId: id }).claim as Claim;
  const held = () => net.chain.bank.moduleBalance(net.chain.context(), ATTRIBUTION);
  return { net, id, claim, held };
}

describe("the fee for attesting a claim", () => {
  test("is taken with the bond and goes to those who accepted, by power, to the last coin", () => {
    const { net, claim, held } = posted();
    const before = [0, 1, 2].map((i) => net.chain.balance(`val-${i}`));
    expect([net.chain.balance("ann"), held(), claim().attestFee]).toEqual([FUNDS - BOND - FEE, BOND + FEE, `${FEE}`]);
    net.blocks(12);
    expect(claim().status).toBe(ClaimStatus.CLAIM_STATUS_ACCEPTED);
    const got = [0, 1, 2].map((i) => net.chain.balance(`val-${i}`) - (before[i] as bigint));
    // The committee is by power descending.
    expect([...got].reverse()).toEqual(splitLargestRemainder(FEE, [9n, 8n, 7n]));
    expect(held()).toBe(BOND);
    net.blocks(20);
    expect([held(), net.chain.balance("ann")]).toEqual([0n, FUNDS - FEE]);
  });

  test("is not paid to who abstained or guessed", () => {
    const { net, claim } = posted({ behaviours: ["honest", "honest", "honest", "abstain", "zeros"] });
    const before = [3, 4].map((i) => net.chain.balance(`val-${i}`));
    net.blocks(12);
    expect(claim().status).toBe(ClaimStatus.CLAIM_STATUS_ACCEPTED);
    expect([3, 4].map((i) => net.chain.balance(`val-${i}`))).toEqual(before);
  });

  test("comes back whole without quorum, though a share of the bond burns", () => {
    const { net, held } = posted({ behaviours: ["abstain", "abstain", "abstain"] });
    net.blocks(12);
    expect([held(), net.chain.balance("ann")]).toEqual([0n, FUNDS - BOND / 10n]);
  });

  test("comes back when the module cannot carry the outcome out", () => {
    const onAccepted = () => {
      throw new Error("the module cannot");
    };
    const { net, claim, held } = posted({ handler: { onAccepted } });
    net.blocks(12);
    expect(claim().status).toBe(ClaimStatus.CLAIM_STATUS_NO_QUORUM);
    expect([held(), net.chain.balance("ann")]).toEqual([0n, FUNDS]);
  });

  test("is lost with the bond of a rejected claim, and of one that is overturned while open", () => {
    const rejected = posted({ truth: () => false });
    rejected.net.blocks(12);
    expect([rejected.held(), rejected.net.chain.balance("ann")]).toEqual([0n, FUNDS - BOND - FEE]);
    const { net, id, held } = posted();
    const { claims } = net.chain.attribution;
    net.block((ctx) => {
      claims.beginDispute(ctx, id);
      expect(claims.overturn(ctx, id, "dispute").bond).toBe(BOND + FEE);
      net.chain.bank.sendFromModule(ctx, "dispute", account("host"), BOND + FEE);
    });
    expect(held()).toBe(0n);
  });

  test("is nothing where nobody attests, or where the module holds the stakes", () => {
    const unattested = posted({ params: { unattestedKinds: [CLAIM_KIND_TRAINING] } });
    expect([unattested.claim().attestFee, unattested.held()]).toEqual(["", BOND]);
    const staked = posted({ handler: { stakes: "module" } });
    expect([staked.claim().attestFee, staked.held()]).toEqual(["", BOND]);
  });

  test("survives an export while it is held; a state that names another one is refused (I4, I14)", () => {
    const { net } = posted();
    const exported = net.chain.export() as Record<string, { claims: { attest_fee: string }[] }>;
    const validators = net.agents.map(({ keys }) => keys);
    const load = (state: Record<string, unknown>) =>
      new TestChain({ validators, accounts: [], state, height: net.chain.height });
    expect(load(exported).export()).toEqual(exported);
    const claims = exported.attribution?.claims.map((claim) => ({ ...claim, attest_fee: "100000" }));
    expect(() => load({ ...exported, attribution: { ...exported.attribution, claims } })).toThrow("attribution/escrow");
  });

  test("has a rail, and is none for kinds that are paid elsewhere", () => {
    const check = (changes: Partial<KindParams>) => () =>
      checkParams({ ...DEFAULT_PARAMS, kinds: [{ ...TERMS, ...changes }] });
    expect(check({})).not.toThrow();
    expect(check({ attestFee: "1000000001" })).toThrow("attest_fee of kind 3 is at most 1000000000");
    expect(check({ attestFee: "-1" })).toThrow("not an amount");
    for (const kind of [CLAIM_KIND_RESULT, CLAIM_KIND_STEP]) expect(check({ kind })).toThrow("is at most 0");
  });
});
