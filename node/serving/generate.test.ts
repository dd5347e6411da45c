import { describe, expect, test } from "vitest";
import { ResultOpening } from "../../proto/gen/openledger/attribution/v1.ts";
import { InferenceInput, InferenceOutput, Request } from "../../proto/gen/openledger/inference/v1.ts";
import { Model, Task } from "../../proto/gen/openledger/modelregistry/v1.ts";
import {
  type GeneratedAnswer,
  type GenerationRequest,
  GeneratorError,
  type GeneratorPool,
  type Generators,
} from "../generator/index.ts";
import { generateAnswer } from "./generate.ts";

const WHOLE = { entries: [], unattributed: 10n ** 18n, capExcess: 0n, eligibleClusters: 0 };
const ANSWER: GeneratedAnswer = {
  ...{ tokensIn: 3, tokens: [5, 6, 0], text: " and on" },
  attribution: { query: { vectors: [Int8Array.of(1, -2)], exponents: [-4] }, settlement: WHOLE, tokens: WHOLE },
};
const MODEL = Model.fromPartial({ id: "g", task: Task.TASK_GENERATE });
const INPUT = InferenceInput.fromPartial({ text: "and so", maxTokens: 8 });

/** What the pool was asked, and the answer to a request of these prices. */
async function serve(prices: Partial<Request>, fails?: GeneratorError, answer = ANSWER) {
  const asked: { request: GenerationRequest; paidTokens: number }[] = [];
  const generatorPool = {
    async answer(_key: string, request: GenerationRequest, paidTokens: number) {
      asked.push({ request, paidTokens });
      if (fails) throw fails;
      return answer;
    },
  } as unknown as GeneratorPool;
  const generators = { load: async () => "g" } as unknown as Generators;
  const request = Request.fromPartial({ priceRequest: "100", priceToken: "10", maxFee: "250", ...prices });
  const served = generateAnswer({ request, model: MODEL, input: INPUT }, { generatorPool, generators });
  const result = await served.catch((error: Error) => error);
  return { asked, result };
}

describe("a generator's answer", () => {
  test("is sent as tokens and text, with both settlement vectors behind the opening's hash", async () => {
    const { result } = await serve({});
    if (result instanceof Error) throw result;
    const { tokensIn, tokensOut } = result;
    expect({ tokensIn, tokensOut }).toEqual({ tokensIn: 3, tokensOut: 3 });
    expect(InferenceOutput.decode(result.output)).toMatchObject({ tokens: [5, 6, 0], text: " and on", label: "" });
    const { query, settlement, tokens } = ResultOpening.decode(result.opening);
    expect(query?.classes).toEqual([{ class: 0, weight: 1, exponent: -4, v: Uint8Array.of(1, 254) }]);
    expect([settlement?.unattributed, tokens?.unattributed]).toEqual([10n ** 18n, 10n ** 18n]);
  });

  test("may be as long as max_fee pays", async () => {
    const paid = async (prices: Partial<Request>) => (await serve(prices)).asked[0]?.paidTokens;
    expect(await paid({})).toBe(15);
    expect(await paid({ maxFee: "249" })).toBe(14);
    expect(await paid({ maxFee: "99" })).toBeLessThan(0);
    expect(await paid({ priceToken: "0" })).toBe(Number.MAX_SAFE_INTEGER);
  });

  test("is refused for good where nobody could give it, and later where this host could not yet", async () => {
    const fail = async (error: GeneratorError) => (await serve({}, error)).result;
    expect(await fail(new GeneratorError("bad-request", "too long"))).toMatchObject({ code: "bad_generation" });
    expect(await fail(new GeneratorError("unpaid", "12 tokens"))).toMatchObject({ code: "fee_above_max" });
    expect(await fail(new GeneratorError("mismatch", "other weights"))).toMatchObject({ code: "not_served" });
    expect(await fail(new GeneratorError("no-memory", "busy"))).toMatchObject({ code: "no-memory" });
  });

  test("is not claimed when the chain takes no such opening: the bond would be lost with a right answer", async () => {
    const served = async (query: GeneratedAnswer["attribution"]["query"]) =>
      (await serve({}, undefined, { ...ANSWER, attribution: { ...ANSWER.attribution, query } })).result;
    const vectors = [Int8Array.of(1, -2)];
    expect(await served({ vectors, exponents: [64] })).not.toBeInstanceOf(Error);
    expect(await served({ vectors, exponents: [65] })).toMatchObject({
      code: "not_served",
      message: expect.stringContaining("a view's vector is out of range"),
    });
  });
});
