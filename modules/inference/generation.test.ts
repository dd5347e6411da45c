import { describe, expect, test } from "vitest";
import { toHex } from "../../chain/crypto/bytes.ts";
import { taggedHash, u32be, utf8Bytes } from "../../chain/crypto/tagged.ts";
import { ONE } from "../../chain/math/fixed.ts";
import { Query, ResultOpening } from "../../proto/gen/openledger/attribution/v1.ts";
import { InferenceOutput, RequestStatus } from "../../proto/gen/openledger/inference/v1.ts";
import { Task } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { Pool } from "../../proto/gen/openledger/rewards/v1.ts";
import { encodeBytes, type Partially } from "../../proto/runtime.ts";
import { Network } from "../attribution/testing/agents.ts";
import { FUNDS, MODEL } from "../attribution/testing/fixtures.ts";
import { GENERATION_ALGORITHM, inputCommitment, RESULT_ALGORITHM } from "./ids.ts";
import { checkOutput } from "./output.ts";
import { readResultOpening } from "./result-opening.ts";
import { generatedOpening, generatedOutput, OUTPUT, resultOpening, serve, stored } from "./testing/flow.ts";

function code(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    const { codespace, code: number } = error as { codespace: string; code: number };
    return `${codespace}/${number}`;
  }
}

const GENERATOR = { task: Task.TASK_GENERATE, labels: [] };
const CLASSIFIER = { task: Task.TASK_CLASSIFY, labels: ["hello", "goodbye"] };

test("a commitment covers the options of a generation, and is as ever without", () => {
  const salt = new Uint8Array(16).fill(1);
  const options = { maxTokens: 8, temperature: 512, seed: new Uint8Array(32).fill(2) };
  expect(inputCommitment(salt, "hi")).toEqual(taggedHash("openledger/input", salt, utf8Bytes("hi")));
  const parts = [utf8Bytes("hi"), u32be(8), u32be(512), options.seed];
  expect(inputCommitment(salt, "hi", options)).toEqual(taggedHash("openledger/input", salt, ...parts));
  const others = [
    ...[{ maxTokens: 9 }, { temperature: 0 }, { seed: new Uint8Array(32) }].map((change) => ({
      ...options,
      ...change,
    })),
    undefined,
    { maxTokens: 0, temperature: 0, seed: new Uint8Array(0) },
  ];
  const hashes = [options, ...others].map((generation) => toHex(inputCommitment(salt, "hi", generation)));
  expect(new Set(hashes).size).toBe(hashes.length);
});

describe("an output", () => {
  const of = (output: Partially<InferenceOutput>, counts: object = {}) => {
    const bytes = encodeBytes(InferenceOutput, InferenceOutput.fromPartial(output));
    return { output: bytes, tokensIn: 3, tokensOut: output.tokens?.length ?? 1, ...counts };
  };
  const refusal = (
    claimed: ReturnType<typeof of>,
    model: { task: Task; labels: string[] } = GENERATOR,
    most = 16_384,
  ) => code(() => checkOutput(claimed, model, most));

  test("of a generator has the claimed number of tokens, and no label", () => {
    expect(refusal(of({ tokens: [5, 300, 7], text: " and so" }))).toBeUndefined();
    expect(refusal(of({ tokens: [], text: "" }))).toBeUndefined();
    expect(refusal(of({ tokens: [5], text: "a" }, { tokensOut: 2 }))).toBe("inference/8");
    expect(refusal(of({ tokens: [5], text: "a", label: "hello" }))).toBe("inference/8");
    expect(refusal(of({ tokens: [5], text: "a", labelIndex: 1 }))).toBe("inference/8");
    expect(refusal(of({ tokens: [5], text: "a", confidence: 1 }))).toBe("inference/8");
  });

  test("of a generator is at most 512 tokens to 1,024, within max_output_bytes", () => {
    const tokens = (count: number) => Array.from({ length: count }, () => 1_000);
    expect(refusal(of({ tokens: tokens(512), text: "x" }, { tokensIn: 1_024 }))).toBeUndefined();
    expect(refusal(of({ tokens: tokens(513), text: "x" }))).toBe("inference/9");
    expect(refusal(of({ tokens: tokens(1), text: "x" }, { tokensIn: 1_025 }))).toBe("inference/9");
    expect(refusal(of({ tokens: tokens(1), text: "x".repeat(400) }), GENERATOR, 300)).toBe("inference/8");
  });

  test("of a classifier has a label, and neither tokens nor text", () => {
    const label = { labelIndex: 1, label: "goodbye", confidence: 9 };
    expect(refusal(of(label), CLASSIFIER)).toBeUndefined();
    expect(refusal(of({ ...label, tokens: [1] }), CLASSIFIER)).toBe("inference/8");
    expect(refusal(of({ ...label, text: "goodbye" }), CLASSIFIER)).toBe("inference/8");
    expect(refusal(of({ tokens: [1], text: "a" }), CLASSIFIER)).toBe("inference/8");
    expect(refusal(of(label))).toBe("inference/8");
  });

  test("with tokens that are not packed canonically is refused", () => {
    const { output } = of({ tokens: [5, 6], text: "ab" });
    const unpacked = Uint8Array.of(0x20, 5, 0x20, 6, ...output.subarray(4));
    expect(InferenceOutput.decode(unpacked).tokens).toEqual([5, 6]);
    expect(refusal({ output: unpacked, tokensIn: 1, tokensOut: 2 })).toBe("inference/8");
  });
});

describe("the opening of a generator's result", () => {
  const view = (index: number, changes: object = {}) => {
    return { class: index, weight: 1, exponent: -20, v: new Uint8Array(8).fill(4), ...changes };
  };
  const whole = { unattributed: ONE };
  const encode = (changes: Partially<ResultOpening>) => {
    const opening = { query: { classes: [view(0), view(1)] }, settlement: whole, tokens: whole, ...changes };
    return encodeBytes(ResultOpening, ResultOpening.fromPartial(opening));
  };
  const refusal = (changes: Partially<ResultOpening>) =>
    code(() => readResultOpening(encode(changes), GENERATION_ALGORITHM));

  test("has one vector a view and two settlement vectors, each whole", () => {
    expect(refusal({})).toBeUndefined();
    expect(refusal({ query: { classes: [] } })).toBeUndefined();
    const most = [0, 1, 2, 3].map((i) => view(i, { v: new Uint8Array(4_096) }));
    expect(refusal({ query: { classes: most } })).toBeUndefined();
    for (const vector of ["settlement", "tokens"] as const) {
      expect([vector, refusal({ [vector]: { unattributed: ONE - 1n } })]).toEqual([vector, "inference/11"]);
      const capped = { eligibleClusters: 12, unattributed: ONE / 2n, entries: [{ weight: ONE / 2n }] };
      expect([vector, refusal({ [vector]: capped })]).toEqual([vector, "inference/11"]);
      expect([vector, refusal({ [vector]: { ...capped, eligibleClusters: 3 } })]).toEqual([vector, undefined]);
    }
  });

  test.each([
    ["five views", { classes: [0, 1, 2, 3, 4].map((i) => view(i)) }],
    ["views out of order", { classes: [view(1), view(0)] }],
    ["views of two lengths", { classes: [view(0), view(1, { v: new Uint8Array(9) })] }],
    ["a view that is too long", { classes: [view(0, { v: new Uint8Array(4_097) })] }],
    ["a view with a weight", { classes: [view(0, { weight: 2 })] }],
    ["the value -128", { classes: [view(0, { v: Uint8Array.of(0x80) })] }],
    ["an exponent out of range", { classes: [view(0, { exponent: 65 })] }],
    ["an exponent of weights", { classes: [view(0)], weightExponent: 1 }],
  ])("is refused with %s", (_name, query) => {
    expect(refusal({ query })).toBe("inference/11");
  });

  test("has token attribution, and a classifier's has none", () => {
    expect(code(() => readResultOpening(encode({ tokens: undefined }), GENERATION_ALGORITHM))).toBe("inference/11");
    expect(code(() => readResultOpening(resultOpening(), RESULT_ALGORITHM))).toBeUndefined();
    const both = { ...ResultOpening.decode(resultOpening()), tokens: ResultOpening.decode(encode({})).tokens };
    expect(code(() => readResultOpening(encodeBytes(ResultOpening, both), RESULT_ALGORITHM))).toBe("inference/11");
  });
});

describe("a paid generation", () => {
  const answer = generatedOutput([7, 8, 9], " there");

  function network(heldOut?: ReadonlyMap<string, number>): Network {
    const net = new Network([{ name: "val", power: 10, behaviour: "honest" }]);
    net.chain.catalogue.model = { ...MODEL, ...GENERATOR };
    if (heldOut) net.chain.catalogue.heldOut = heldOut;
    return net;
  }

  test("is claimed under its own algorithm and pays by influence and by tokens", () => {
    const net = network();
    const id = serve(net, generatedOpening(), { output: answer, tokensOut: 3 });
    const { claimId, fee } = stored(net, id);
    const ctx = net.chain.context();
    expect(net.chain.attribution.claims.claim(ctx, claimId)?.algorithm).toBe(GENERATION_ALGORITHM);
    net.blocks(10);
    expect(stored(net, id).status).toBe(RequestStatus.REQUEST_STATUS_SETTLED);
    const settlement = net.chain.rewards.ledger.settlement(ctx, id);
    expect(fee).toBe("1161");
    expect(settlement?.pools).toEqual({ influence: "277", tokens: "118", heldOut: "0" });
    expect(settlement?.payouts.map(({ contribution, pool, amount }) => [contribution, pool, amount])).toEqual([
      ["c03", Pool.POOL_INFLUENCE, "55"],
      ["c00", Pool.POOL_INFLUENCE, "42"],
      ["c05", Pool.POOL_INFLUENCE, "28"],
      ["c05", Pool.POOL_INFLUENCE, "14"],
      ["c07", Pool.POOL_TOKENS, "24"],
      ["c03", Pool.POOL_TOKENS, "12"],
    ]);
    const score = (contribution: string) => net.chain.query(Query.Influence, { contribution }).score?.score;
    expect([score("c03"), score("c07")]).toEqual([String(ONE / 5n), "0"]);
    expect(net.chain.broken()).toEqual([]);
  });

  test("with a token vector that names no accepted item is not opened: the host loses its bond", () => {
    const net = network();
    const tokens = [{ contribution: 12, item: 0, percent: 10n }];
    const id = serve(net, generatedOpening(undefined, tokens), { output: answer, tokensOut: 3 });
    net.blocks(10);
    expect(stored(net, id).status).toBe(RequestStatus.REQUEST_STATUS_REJECTED);
    expect(net.chain.balance("host")).toBe(FUNDS - 1_000_000n);
  });

  test("by a classifier's opening, or with a label, comes to nothing", () => {
    const net = network();
    expect(() => serve(net, generatedOpening(), { output: OUTPUT })).toThrow("a generator has no labels");
    const other = network();
    const id = serve(other, resultOpening(), { output: answer, tokensOut: 3 });
    other.blocks(10);
    expect(stored(other, id).status).toBe(RequestStatus.REQUEST_STATUS_REJECTED);
  });
});
