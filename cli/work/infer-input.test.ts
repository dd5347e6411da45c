import { describe, expect, test } from "vitest";
import { inputCommitment } from "../../modules/inference/ids.ts";
import { InferenceInput } from "../../proto/gen/openledger/inference/v1.ts";
import { Model, Task } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { type GenerationPlan, generationPlan } from "./generation.ts";
import { inputOf } from "./infer-input.ts";
import type { Session } from "./session.ts";

const SESSION = { key: { privateKey: new Uint8Array(32).fill(3) } } as unknown as Session;
const MODEL = Model.fromPartial({ id: "bard", task: Task.TASK_GENERATE, priceRequest: "1000", priceToken: "10" });
const PLAN: GenerationPlan = { maxTokens: 20, temperature: 768, seed: undefined, mostTokensIn: 11 };
const TEXT = "Now is the winter";

const input = (plan: GenerationPlan | undefined, nonce = 0, text = TEXT) =>
  inputOf(SESSION, { model: MODEL, plan }, text, nonce);
const decoded = (plan: GenerationPlan | undefined, nonce = 0) => InferenceInput.decode(input(plan, nonce).bytes);

describe("a question to a generator", () => {
  test("commits to how it is to be answered", () => {
    const { salt, text, ...generation } = decoded(PLAN);
    expect({ text, ...generation }).toMatchObject({ text: TEXT, maxTokens: 20, temperature: 768 });
    expect(generation.seed).toHaveLength(32);
    expect(input(PLAN).commitment).toEqual(inputCommitment(salt, TEXT, generation));
  });

  test("draws its noise from the key and the question where nobody chose a seed, and has none when greedy", () => {
    expect(decoded(PLAN)).toEqual(decoded(PLAN));
    expect(decoded(PLAN, 1).seed).not.toEqual(decoded(PLAN).seed);
    const seed = new Uint8Array(32).fill(8);
    expect(decoded({ ...PLAN, seed }).seed).toEqual(seed);
    expect(decoded({ ...PLAN, temperature: 0 }).seed).toEqual(new Uint8Array(0));
  });

  test("pays for the longest answer and the tokens that are read, a byte each at most", () => {
    expect(input(PLAN).most).toBe(1000n + 10n * 31n);
    expect(input(PLAN, 0, "Now").most).toBe(1000n + 10n * 23n);
  });
});

describe("a question to a classifier", () => {
  test("leaves the fields of generators empty", async () => {
    const { maxTokens, temperature, seed, salt } = decoded(undefined);
    expect({ maxTokens, temperature, seed }).toEqual({ maxTokens: 0, temperature: 0, seed: new Uint8Array(0) });
    expect(input(undefined).commitment).toEqual(inputCommitment(salt, TEXT));
    const choice = { maxTokens: undefined, temperature: undefined, seed: undefined };
    const classifier = Model.fromPartial({ id: "bikes" });
    expect(await generationPlan("", classifier, choice)).toBeUndefined();
    await expect(generationPlan("", classifier, { ...choice, maxTokens: 5 })).rejects.toThrow("bikes names labels");
  });
});
