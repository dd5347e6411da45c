import fc from "fast-check";
import { expect, test } from "vitest";
import { AppError } from "../../chain/app/errors.ts";
import { toHex } from "../../chain/crypto/bytes.ts";
import { ClaimKind, ClaimStatus, Msg, Params, Query } from "../../proto/gen/openledger/attribution/v1.ts";
import { RequestStatus } from "../../proto/gen/openledger/inference/v1.ts";
import { Msg as RewardsMsg } from "../../proto/gen/openledger/rewards/v1.ts";
import { toJson } from "../../proto/runtime.ts";
import { request, resultOpening, submit } from "../inference/testing/flow.ts";
import { DEFAULT_PARAMS } from "./params.ts";
import { type AgentSpec, type Behaviour, blobId, Network, type NetworkOptions } from "./testing/agents.ts";
import { account } from "./testing/fixtures.ts";

// Random validators do random work: after every block all invariants of the modules hold (TestChain.block checks them).

type Action =
  | { readonly kind: "availability"; readonly blob: number }
  | { readonly kind: "request" }
  | { readonly kind: "result"; readonly publish: boolean; readonly entries: number }
  | { readonly kind: "claim"; readonly who: number };

const behaviours: readonly Behaviour[] = [
  "honest",
  "honest",
  "honest",
  "abstain",
  "silent",
  "zeros",
  "previous",
  "copy",
  "wrong",
  "equivocate",
  "late",
];

const specs: fc.Arbitrary<AgentSpec[]> = fc
  .array(fc.record({ power: fc.integer({ min: 1, max: 50 }), behaviour: fc.constantFrom(...behaviours) }), {
    minLength: 2,
    maxLength: 8,
  })
  .map((drawn) => drawn.map((spec, i) => ({ name: `val-${i}`, ...spec })));

const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ kind: fc.constant("availability" as const), blob: fc.nat({ max: 3 }) }),
  fc.record({ kind: fc.constant("request" as const) }),
  fc.record({ kind: fc.constant("result" as const), publish: fc.boolean(), entries: fc.nat({ max: 4 }) }),
  fc.record({ kind: fc.constant("claim" as const), who: fc.nat({ max: 9 }) }),
);

const script = fc.array(fc.array(action, { maxLength: 3 }), { minLength: 4, maxLength: 10 });

const PAYEES = [
  "host",
  "owner",
  "curator 1",
  "contributor 0",
  "contributor 2",
  "val-0",
  "val-1",
  "val-2",
  "val-3",
  "val-4",
];

/** Availability costs a fee here, which seldom divides by the powers. */
const STATE = {
  attribution: {
    params: toJson(Params, {
      ...DEFAULT_PARAMS,
      kinds: [
        {
          ...{ kind: ClaimKind.CLAIM_KIND_AVAILABILITY, commitBlocks: 4n, holdBlocks: 0n, maxOpen: 0 },
          ...{ noQuorumBurnBps: 0, attestFee: "777" },
        },
        ...DEFAULT_PARAMS.kinds,
      ],
    }),
  },
};

/** Runs the script and then enough blocks for every claim and request to end. */
function run(
  validators: readonly AgentSpec[],
  blocks: readonly (readonly Action[])[],
  options: NetworkOptions,
): Network {
  const net = new Network(validators, { state: STATE, ...options });
  for (const actions of [...blocks, ...Array.from({ length: 32 }, () => [])]) {
    net.block((ctx) => {
      for (const each of actions) {
        try {
          perform(net, ctx, each);
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
        }
      }
    });
  }
  return net;
}

function perform(net: Network, ctx: Parameters<Network["chain"]["send"]>[0], each: Action): void {
  switch (each.kind) {
    case "availability": {
      const kind = ClaimKind.CLAIM_KIND_AVAILABILITY;
      net.chain.send(ctx, Msg.PostClaim, {
        poster: account("ann"),
        kind,
        subject: blobId(`${each.blob}`),
        bond: "1000000",
      });
      return;
    }
    case "request":
      request(net, ctx, 2_000n);
      return;
    case "result": {
      const [open] = net.chain.inference.keeper.pendingRequests(ctx);
      if (!open) return;
      const shares = [3, 0, 5, 8]
        .slice(0, each.entries)
        .map((contribution, i) => ({ contribution, item: i, percent: 20n - BigInt(i) }));
      const opening = resultOpening(shares, 3n, 4 + each.entries * 3);
      const id = submit(net, ctx, { request: open.id, opening });
      if (each.publish) net.publish(id, opening);
      return;
    }
    case "claim":
      net.chain.send(ctx, RewardsMsg.ClaimRewards, { claimant: account(PAYEES[each.who] as string) });
  }
}

test("invariants hold for random validators and work; everything ends; the supply falls by the burns alone", () => {
  fc.assert(
    fc.property(specs, script, fc.boolean(), (validators, blocks, verdict) => {
      const net = run(validators, blocks, { truth: () => verdict });
      const ctx = net.chain.context();
      const { rewards, inference, bank, minted, attribution } = net.chain;
      expect(minted - bank.supply(ctx)).toBe(BigInt(rewards.ledger.totals(ctx).burn));
      expect([...attribution.keeper.openClaims(ctx)]).toEqual([]);
      const open = [...inference.keeper.requests(ctx)].filter(
        ({ status }) => status <= RequestStatus.REQUEST_STATUS_CLAIMED,
      );
      expect(open).toEqual([]);
      expect(BigInt(rewards.ledger.totals(ctx).fee)).toBe(BigInt(inference.keeper.totals(ctx).settled));
      for (const { members, status } of attribution.keeper.outcomes(ctx)) {
        const addresses = members.map(({ validator }) => toHex(validator));
        expect(new Set(addresses).size).toBe(addresses.length);
        expect(status).not.toBe(ClaimStatus.CLAIM_STATUS_OPEN);
      }
    }),
    { numRuns: 10, seed: 7 },
  );
});

test("a guesser among an honest majority of the answering power is never paid; whoever is silent neither", () => {
  const guesses = fc.constantFrom<Behaviour>(
    "zeros",
    "previous",
    "copy",
    "wrong",
    "equivocate",
    "silent",
    "abstain",
    "late",
  );
  fc.assert(
    fc.property(guesses, fc.integer({ min: 1, max: 19 }), (guess, power) => {
      const honest = [0, 1, 2].map((i): AgentSpec => ({ name: `val-${i}`, power: 10, behaviour: "honest" }));
      const work: Action[][] = [
        [{ kind: "request" }, { kind: "request" }],
        [{ kind: "result", publish: true, entries: 3 }],
        [{ kind: "result", publish: true, entries: 2 }],
      ];
      const net = run([...honest, { name: "val-3", power, behaviour: guess }], work, {});
      expect(net.chain.inference.keeper.totals(net.chain.context()).settledRequests).toBe(2n);
      const accrued = (name: string) =>
        BigInt(net.chain.rewards.ledger.accrued(net.chain.context(), account(name)).amount);
      expect([accrued("val-0") > 0n, accrued("val-3")]).toEqual([true, 0n]);
    }),
    { numRuns: 6, seed: 11 },
  );
});

test("the order of validators in genesis and of openings in the pool changes no byte of state (I9)", () => {
  fc.assert(
    fc.property(specs, script, fc.integer({ min: 1, max: 7 }), (validators, blocks, turn) => {
      const turned = <T>(items: readonly T[]): T[] => {
        const at = items.length === 0 ? 0 : turn % items.length;
        return [...items.slice(at), ...items.slice(0, at)].reverse();
      };
      const plain = run(validators, blocks, {});
      const shuffled = run(turned(validators), blocks, { shuffle: turned });
      expect(shuffled.chain.dump()).toEqual(plain.chain.dump());
      expect(shuffled.chain.query(Query.Records, {})).toEqual(plain.chain.query(Query.Records, {}));
    }),
    { numRuns: 5, seed: 13 },
  );
});
