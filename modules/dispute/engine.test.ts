import { expect, test } from "vitest";
import { type Claim, ClaimKind, ClaimStatus, Params } from "../../proto/gen/openledger/attribution/v1.ts";
import {
  type Dispute,
  DisputeOutcome,
  Params as DisputeParams,
  DisputePhase,
  Msg,
  StepStatement,
} from "../../proto/gen/openledger/dispute/v1.ts";
import { toJson } from "../../proto/runtime.ts";
import { DEFAULT_PARAMS } from "../attribution/params.ts";
import { Network } from "../attribution/testing/agents.ts";
import { account, FUNDS, hashOf } from "../attribution/testing/fixtures.ts";
import { checkpointAt } from "./bisect.ts";
import { DEFAULT_PARAMS as DISPUTE_DEFAULTS } from "./params.ts";
import { isTrueStep, Poster, statesOf } from "./testing/computation.ts";

// The whole way through the real claim engine: validators accept a false training unseen, a challenger does not, and the
// committee decides the one step that is left.

const GEOMETRY = { steps: 9, every: 4 };
const TRUTH = statesOf(GEOMETRY);
const BOND = 1_000_000n;

function network(poster: Poster): { net: Network; training: Uint8Array } {
  const { CLAIM_KIND_STEP, CLAIM_KIND_TRAINING } = ClaimKind;
  const kinds = [
    { kind: CLAIM_KIND_TRAINING, commitBlocks: 4n, holdBlocks: 60n, maxOpen: 0, noQuorumBurnBps: 0, attestFee: "" },
  ];
  const params = toJson(Params, { ...DEFAULT_PARAMS, kinds, unattestedKinds: [] });
  const moves = toJson(DisputeParams, { ...DISPUTE_DEFAULTS, moveBlocks: 60n });
  const truth = (claim: Claim) => claim.kind !== CLAIM_KIND_STEP || isTrueStep(StepStatement.decode(claim.statement));
  const specs = ["a", "b", "c", "d"].map((name) => ({ name, power: 10, behaviour: "honest" as const }));
  const net = new Network(specs, {
    truth,
    accounts: ["cho"],
    state: { attribution: { params }, dispute: { params: moves } },
  });
  const none = { onAccepted: () => {}, onRejected: () => {}, onNoQuorum: () => {} };
  net.chain.attribution.claims.register(CLAIM_KIND_TRAINING, { ...none, forfeitTo: () => ["greetings"] });
  net.chain.dispute.disputes.register(CLAIM_KIND_TRAINING, { trace: () => poster.trace, onOverturned: () => {} });
  let training = new Uint8Array(0);
  net.block((ctx) => {
    const facts = {
      poster: account("ann"),
      subject: hashOf("model"),
      payloadHash: hashOf("weights"),
      algorithm: "t-1",
    };
    const { claims } = net.chain.attribution;
    training = Uint8Array.from(claims.post(ctx, { ...facts, kind: CLAIM_KIND_TRAINING, bond: BOND }));
  });
  return { net, training };
}

/** Challenges, and plays both sides until the committee has spoken. */
function dispute(net: Network, poster: Poster, training: Uint8Array): Dispute {
  const { chain } = net;
  let id: Uint8Array = new Uint8Array(0);
  net.block((ctx) => {
    const { steps, every } = GEOMETRY;
    const message = { steps: BigInt(steps), every: BigInt(every), aunts: poster.headPath, claimId: training };
    id = chain.send(ctx, Msg.Challenge, { ...message, challenger: account("cho") }).disputeId;
  });
  const now = () => chain.dispute.keeper.require(chain.context(), id);
  for (let blocks = 0; now().phase !== DisputePhase.DISPUTE_PHASE_OVER && blocks < 80; blocks++) {
    const { asked, phase, answer } = now();
    const position = Number(asked);
    net.block((ctx) => {
      const common = { disputeId: id, position: asked };
      if (phase === DisputePhase.DISPUTE_PHASE_CHOOSE) {
        const agree = answer?.root.join() === TRUTH[position]?.join();
        chain.send(ctx, Msg.Choose, { ...common, challenger: account("cho"), agree });
      }
      if (phase === DisputePhase.DISPUTE_PHASE_RESPOND) {
        const index = checkpointAt(GEOMETRY, position);
        const proof =
          index === undefined ? {} : { roundingHash: poster.roundingHash(index), aunts: poster.path(index) };
        const root = poster.states[position];
        chain.send(ctx, Msg.Respond, { ...common, ...proof, poster: account("ann"), root, stateBlob: hashOf("state") });
      }
    });
  }
  return now();
}

test("an accepted claim with a false step is overturned, its held bond is split, and the books balance", () => {
  const poster = new Poster(GEOMETRY, statesOf(GEOMETRY, 6));
  const { net, training } = network(poster);
  net.blocks(10);
  expect(net.chain.attribution.claims.status(net.chain.context(), training)).toBe(ClaimStatus.CLAIM_STATUS_ACCEPTED);
  const over = dispute(net, poster, training);
  expect([over.outcome, over.reason]).toEqual([DisputeOutcome.DISPUTE_OUTCOME_OVERTURNED, "referee"]);
  expect(over.disputed?.position).toBe(6n);
  const { claims } = net.chain.attribution;
  expect(claims.status(net.chain.context(), training)).toBe(ClaimStatus.CLAIM_STATUS_OVERTURNED);
  expect(claims.status(net.chain.context(), over.stepClaimId)).toBe(ClaimStatus.CLAIM_STATUS_REJECTED);
  expect([net.chain.balance("ann"), net.chain.balance("cho")]).toEqual([FUNDS - BOND, FUNDS + BOND / 2n]);
  expect(net.chain.minted).toBe(net.chain.bank.supply(net.chain.context()));
});

test("a claim that is challenged while open is tallied all the same; a poster that never answers loses it then", () => {
  const poster = new Poster(GEOMETRY, TRUTH);
  const { net, training } = network(poster);
  const { attribution, dispute: disputes } = net.chain;
  let id: Uint8Array = new Uint8Array(0);
  net.block((ctx) => {
    const message = { steps: 9n, every: 4n, aunts: poster.headPath, claimId: training, challenger: account("cho") };
    id = net.chain.send(ctx, Msg.Challenge, message).disputeId;
  });
  net.blocks(12);
  const { CLAIM_STATUS_ACCEPTED: status, CLAIM_STATUS_OVERTURNED } = ClaimStatus;
  expect(attribution.claims.claim(net.chain.context(), training)).toMatchObject({ status, disputed: true });
  net.blocks(60);
  expect(disputes.keeper.require(net.chain.context(), id).reason).toBe("timeout");
  expect(attribution.claims.status(net.chain.context(), training)).toBe(CLAIM_STATUS_OVERTURNED);
});
