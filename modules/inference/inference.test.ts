import { describe, expect, test } from "vitest";
import { ONE } from "../../chain/math/fixed.ts";
import { ResultOpening, type SettlementVector } from "../../proto/gen/openledger/attribution/v1.ts";
import {
  InferenceOutput,
  Msg,
  type MsgRequestInference,
  Query,
  RequestStatus,
} from "../../proto/gen/openledger/inference/v1.ts";
import { ModelStatus } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { encodeBytes, type Partially } from "../../proto/runtime.ts";
import { Network } from "../attribution/testing/agents.ts";
import { account, FUNDS, hashOf, MODEL } from "../attribution/testing/fixtures.ts";
import { RESULT_ALGORITHM } from "./ids.ts";
import { INFERENCE } from "./keys.ts";
import { readResultOpening } from "./result-opening.ts";
import { OUTPUT, request, resultOpening, serve, stored, submit } from "./testing/flow.ts";

function network(state?: Record<string, unknown>): Network {
  return new Network([{ name: "val", power: 10, behaviour: "honest" }], state ? { state } : {});
}

function code(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    const { codespace, code: number } = error as { codespace: string; code: number };
    return `${codespace}/${number}`;
  }
}

describe("requests", () => {
  const ask = (net: Network, changes: Partially<MsgRequestInference> = {}) => {
    const ctx = net.chain.context("deliver", net.chain.height + 1);
    const message = {
      requester: account("ann"),
      model: "greeter",
      inputCommitment: hashOf("c"),
      inputBlob: hashOf("b"),
      maxFee: "5000",
    };
    return code(() => net.chain.send(ctx, Msg.RequestInference, { ...message, ...changes }));
  };

  test("are refused without a serving model, enough fee, coins, or with an expiry too far", () => {
    const net = network();
    net.block();
    expect(ask(net)).toBeUndefined();
    expect(ask(net, { model: "unknown" })).toBe("inference/3");
    expect(ask(net, { maxFee: "999" })).toBe("inference/4");
    expect(ask(net, { maxFee: "0" })).toBe("sdk/10");
    expect(ask(net, { maxFee: (FUNDS + 1n).toString() })).toBe("sdk/5");
    expect(ask(net, { expiryBlocks: 1_001n })).toBe("inference/6");
    expect(ask(net, { inputCommitment: new Uint8Array(5) })).toBe("inference/13");
    expect(ask(net, { inputBlob: new Uint8Array(0) })).toBe("inference/13");
    net.chain.catalogue.model = { ...MODEL, status: ModelStatus.MODEL_STATUS_RETIRED };
    expect(ask(net)).toBe("inference/3");
  });

  test("have ids without a height: the same requests in other blocks have the same ids", () => {
    const ids = [1, 4].map((wait) => {
      const net = network();
      net.blocks(wait);
      const found: string[] = [];
      net.block((ctx) => found.push(request(net, ctx), request(net, ctx)));
      return found;
    });
    expect(ids[0]).toEqual(ids[1]);
    expect(new Set(ids[0]).size).toBe(2);
  });

  test("of one account are bounded while they wait for a host", () => {
    const params = {
      host_bond: "1000000",
      max_expiry_blocks: "100",
      max_pending_per_account: 2,
      max_output_bytes: 100,
      max_expiries_per_block: 1,
    };
    const net = network({ inference: { params } });
    net.block((ctx) => {
      request(net, ctx);
      const id = request(net, ctx);
      expect(code(() => request(net, ctx))).toBe("inference/5");
      submit(net, ctx, { request: id, opening: resultOpening() });
      expect(request(net, ctx)).toHaveLength(64);
    });
  });

  test("that expire together are refunded a few a block, all of them in the end", () => {
    const params = {
      host_bond: "1000000",
      max_expiry_blocks: "100",
      max_pending_per_account: 9,
      max_output_bytes: 100,
      max_expiries_per_block: 2,
    };
    const net = network({ inference: { params } });
    net.block((ctx) => {
      for (let i = 0; i < 5; i++) request(net, ctx);
    });
    net.blocks(20);
    const { totals } = net.chain.query(Query.Totals, {});
    expect([totals?.refundedRequests, totals?.refunded]).toEqual([2n, "10000"]);
    net.blocks(2);
    expect(net.chain.query(Query.Totals, {}).totals?.refundedRequests).toBe(5n);
    expect(net.chain.balance("ann")).toBe(FUNDS);
  });

  test("can be listed by model while they wait, oldest first, and by status", () => {
    const net = network();
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) net.block((ctx) => ids.push(request(net, ctx)));
    const pending = (model: string, limit = 0) =>
      net.chain.query(Query.Pending, { model, limit }).requests.map(({ id }) => id);
    expect(pending("greeter")).toEqual(ids);
    expect(pending("", 2)).toEqual(ids.slice(0, 2));
    expect(pending("other")).toEqual([]);
    const status = RequestStatus.REQUEST_STATUS_PENDING;
    const sorted = [...ids].sort();
    expect(net.chain.query(Query.Requests, { status, limit: 2 }).requests.map(({ id }) => id)).toEqual(
      sorted.slice(0, 2),
    );
    expect(
      net.chain.query(Query.Requests, { status, startAfter: sorted[1] as string }).requests.map(({ id }) => id),
    ).toEqual(sorted.slice(2));
    expect(net.chain.query(Query.Requests, { status: RequestStatus.REQUEST_STATUS_SETTLED }).requests).toEqual([]);
    expect(net.chain.query(Query.Requests, {}).requests).toHaveLength(3);
    expect(code(() => net.chain.query(Query.Request, { id: "none" }))).toBe("inference/2");
  });
});

describe("results", () => {
  function pendingRequest(maxFee?: bigint) {
    const net = network();
    let id = "";
    net.block((ctx) => {
      id = request(net, ctx, maxFee);
    });
    const ctx = net.chain.context("deliver", net.chain.height + 1);
    const attempt = (changes: object = {}) =>
      code(() => submit(net, ctx, { request: id, opening: resultOpening(), changes }));
    return { net, id, attempt };
  }

  test("the first host takes the request; its fee and bond are fixed", () => {
    const { net, id } = pendingRequest();
    net.block((ctx) => {
      submit(net, ctx, { request: id, opening: resultOpening() });
      const second = { request: id, opening: resultOpening(), changes: { host: account("owner") } };
      expect(code(() => submit(net, ctx, second))).toBe("inference/7");
    });
    expect(stored(net, id)).toMatchObject({
      host: account("host"),
      fee: "1147",
      status: RequestStatus.REQUEST_STATUS_CLAIMED,
      output: OUTPUT,
    });
    expect(net.chain.balance("host")).toBe(FUNDS - 1_000_000n);
    expect(net.chain.bank.moduleBalance(net.chain.context(), INFERENCE)).toBe(5_000n);
  });

  test("a fee above max_fee is refused, tokens and all", () => {
    expect(pendingRequest(1_147n).attempt()).toBeUndefined();
    expect(pendingRequest(1_146n).attempt()).toBe("inference/10");
    const { attempt } = pendingRequest();
    expect(attempt({ tokensIn: 2 ** 21 })).toBe("inference/9");
  });

  test("a price raised after the request does not touch it", () => {
    const { net, attempt } = pendingRequest(1_147n);
    net.chain.catalogue.model = { ...MODEL, priceRequest: "9999", priceToken: "9999" };
    expect(attempt()).toBeUndefined();
  });

  test("an output that is not the model's canonical answer is refused", () => {
    const { attempt } = pendingRequest();
    const output = (fields: Partially<InferenceOutput>) =>
      encodeBytes(InferenceOutput, InferenceOutput.fromPartial({ labelIndex: 1, label: "goodbye", ...fields }));
    expect(attempt({ output: output({ label: "hello" }) })).toBe("inference/8");
    expect(attempt({ output: output({ labelIndex: 9 }) })).toBe("inference/8");
    expect(attempt({ output: output({ confidence: 2 ** 20 + 1 }) })).toBe("inference/8");
    expect(attempt({ output: Uint8Array.of(...OUTPUT, 0x40, 1) })).toBe("inference/8");
    expect(attempt({ output: new Uint8Array(5_000) })).toBe("inference/8");
    expect(attempt({ roundingLog: new Uint8Array(2_000) })).toBe("inference/13");
    expect(attempt({ openingHash: new Uint8Array(0) })).toBe("inference/13");
    expect(attempt({ request: "not an id" })).toBe("inference/13");
    expect(attempt({ request: "0".repeat(64) })).toBe("inference/2");
  });

  test("after the last block before its expiry a request takes no result", () => {
    const { net, id } = pendingRequest();
    net.blocks(18);
    const at = (height: number) =>
      code(() => submit(net, net.chain.context("deliver", height), { request: id, opening: resultOpening() }));
    expect(at(20)).toBeUndefined();
    expect(at(21)).toBe("inference/7");
  });
});

describe("a result's opening", () => {
  const unit = ONE / 4n;
  const entry = (contribution: number, item: number, weight = unit) => ({ contribution, item, weight });
  const encode = (settlement: Partially<SettlementVector>, query: object = {}) =>
    encodeBytes(
      ResultOpening,
      ResultOpening.fromPartial({ query, settlement: { eligibleClusters: 4, ...settlement } }),
    );
  const refusal = (bytes: Uint8Array) => code(() => readResultOpening(bytes, RESULT_ALGORITHM));

  test("is well formed when its shares sum to 10^18, sorted, distinct, within the cap and at most 32", () => {
    expect(refusal(encode({ entries: [entry(1, 2), entry(1, 3)], unattributed: 2n * unit }))).toBeUndefined();
    expect(refusal(encode({ unattributed: ONE }))).toBeUndefined();
    const many = Array.from({ length: 33 }, (_, i) => entry(0, i, ONE / 33n));
    const bad: Partially<SettlementVector>[] = [
      { entries: [entry(1, 2)], unattributed: ONE },
      { entries: [entry(1, 2), entry(1, 3)], unattributed: 2n * unit - 1n },
      { entries: [entry(1, 3), entry(1, 2)], unattributed: 2n * unit },
      { entries: [entry(1, 2), entry(1, 2)], unattributed: 2n * unit },
      { entries: [entry(1, 2, unit), entry(2, 2, 2n * unit)], unattributed: unit },
      { entries: [entry(1, 2, 2n * unit), entry(3, 0, unit), entry(1, 2, unit - 1n)], unattributed: 1n },
      { entries: [entry(1, 2, ONE), entry(1, 3, 0n)] },
      { entries: [entry(1, 2)], unattributed: 3n * unit, eligibleClusters: 0 },
      { entries: [entry(1, 2)], unattributed: 3n * unit, eligibleClusters: 12 },
      { entries: [entry(1, 2, 2n * unit + 1n)], unattributed: 2n * unit - 1n },
      { entries: many, unattributed: ONE - 33n * (ONE / 33n), eligibleClusters: 99 },
    ];
    for (const [i, settlement] of bad.entries()) expect([i, refusal(encode(settlement))]).toEqual([i, "inference/11"]);
  });

  test("is refused with query vectors out of range, a missing part, or bytes that are not canonical", () => {
    const whole = { unattributed: ONE };
    const v = new Uint8Array(8);
    const queries = [
      {
        classes: [
          { class: 1, v },
          { class: 1, v },
        ],
      },
      { classes: Array.from({ length: 17 }, (_, i) => ({ class: i, v })) },
      { classes: [{ class: 1, v: new Uint8Array(1_041) }] },
      { classes: [{ class: 1, v: Uint8Array.of(0x80) }] },
      { classes: [{ class: 1, v, weight: 128 }] },
      { classes: [{ class: 1, v, exponent: -65 }] },
      { weightExponent: 65 },
    ];
    for (const [i, query] of queries.entries()) expect([i, refusal(encode(whole, query))]).toEqual([i, "inference/11"]);
    expect(refusal(encodeBytes(ResultOpening, ResultOpening.fromPartial({ query: {} })))).toBe("inference/11");
    expect(refusal(Uint8Array.of(...encode(whole), 0x40, 1))).toBe("inference/11");
    expect(refusal(new Uint8Array(0))).toBe("inference/11");
  });

  test("that names an item outside the model's accepted data is never taken: the host loses its bond", () => {
    for (const share of [
      { contribution: 12, item: 0 },
      { contribution: 0, item: 10 },
    ]) {
      const net = network();
      const id = serve(net, resultOpening([{ ...share, percent: 10n }]));
      net.blocks(10);
      expect(stored(net, id).status).toBe(RequestStatus.REQUEST_STATUS_REJECTED);
      expect(net.chain.balance("host")).toBe(FUNDS - 1_000_000n);
    }
  });

  test("of items withdrawn after it was taken pays them nothing (I13)", () => {
    const net = network();
    const id = serve(net, resultOpening([{ contribution: 3, item: 1, percent: 20n }]));
    net.blocks(9);
    net.chain.catalogue.withdrawn.add("c03");
    net.block();
    expect(stored(net, id).status).toBe(RequestStatus.REQUEST_STATUS_SETTLED);
    expect(net.chain.rewards.ledger.settlement(net.chain.context(), id)?.split?.contributors).toBe("0");
  });

  test("settlement that its module can't carry out refunds instead of blocking the block", () => {
    const net = network();
    const id = serve(net);
    net.blocks(9);
    net.chain.catalogue.model = undefined;
    net.block();
    expect(stored(net, id).status).toBe(RequestStatus.REQUEST_STATUS_REFUNDED);
    expect(net.chain.events("claim_failed")).toHaveLength(1);
    expect([net.chain.balance("ann"), net.chain.balance("host")]).toEqual([FUNDS, FUNDS]);
  });
});
