import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkGeneration, checkGenerations, type GenerationClaim } from "./check-generation.ts";
import { DecoderError } from "./errors.ts";
import { generate, promptTokens } from "./generate.ts";
import { GREEDY, gumbelNoise, scoresOf } from "./noise.ts";
import { type DecoderSession, openDecoder } from "./session.ts";
import { initialWeights } from "./weights.ts";

const CONFIG = { layers: 2, width: 32, heads: 4, context: 48, vocab: 64 };
const PROMPT = [1, 2, 3, 5, 8];
const SEED = new Uint8Array(32).fill(3);

let session: DecoderSession;
beforeAll(async () => {
  session = await openDecoder(CONFIG, initialWeights(CONFIG, new Uint8Array(32).fill(1)));
});
afterAll(() => session.release());

const claim = async (
  options: GenerationClaim["options"],
  prompt: readonly number[] = PROMPT,
): Promise<GenerationClaim> => ({
  prompt,
  options,
  answer: await generate(session, prompt, options),
});

describe("generation", () => {
  test("default: greedy answers are the same twice, and right in one pass", async () => {
    const one = await claim({ ...GREEDY, maxTokens: 20 });
    expect(await claim({ ...GREEDY, maxTokens: 20 })).toEqual(one);
    expect(await checkGeneration(session, one)).toEqual({ right: true });
  });

  test("behavior: noise follows the seed, and the check follows the noise", async () => {
    const one = await claim({ temperature: 1, seed: SEED, maxTokens: 20 });
    const other = await claim({ temperature: 1, seed: new Uint8Array(32).fill(4), maxTokens: 20 });
    expect(one.answer).not.toEqual(other.answer);
    expect(await checkGenerations(session, [one, other])).toEqual([{ right: true }, { right: true }]);
    const swapped = await checkGeneration(session, { ...one, answer: other.answer });
    expect(swapped.right).toBe(false);
  });

  test("behavior: one wrong token anywhere is found, at its position", async () => {
    const right = await claim({ temperature: 1, seed: SEED, maxTokens: 12 });
    const wrong = right.answer.map((token, position) => ({
      ...right,
      answer: right.answer.with(position, (token + 1) % CONFIG.vocab),
    }));
    const verdicts = await checkGenerations(session, wrong);
    expect(verdicts.map((verdict) => (verdict.right ? -1 : verdict.position))).toEqual([...right.answer.keys()]);
  });

  test("behavior: claims of different lengths share a pass", async () => {
    const claims = [
      await claim({ ...GREEDY, maxTokens: 3 }),
      await claim({ temperature: 0.5, seed: SEED, maxTokens: 30 }, [7]),
      await claim({ ...GREEDY, maxTokens: 9 }, [9, 9]),
    ];
    const bent = { ...claims[1]!, answer: claims[1]!.answer.with(29, (claims[1]!.answer[29]! + 1) % CONFIG.vocab) };
    const verdicts = await checkGenerations(session, [...claims, bent]);
    expect(verdicts.map(({ right }) => right)).toEqual([true, true, true, false]);
    expect(verdicts[3]).toMatchObject({ position: 29 });
  });

  test("behavior: an answer ends with the end token, at its limit, and nowhere else", async () => {
    const free = await claim({ ...GREEDY, maxTokens: 20 });
    const end = free.answer[6]!;
    const first = free.answer.indexOf(end);
    const ended = await claim({ ...GREEDY, maxTokens: 20, end });
    expect(ended.answer).toEqual(free.answer.slice(0, first + 1));
    expect(await checkGeneration(session, ended)).toEqual({ right: true });
    const short = await checkGeneration(session, { ...free, answer: free.answer.slice(0, 5) });
    expect(short).toMatchObject({ right: false, position: 5, reason: "the answer stops before its end" });
    const long = { ...ended, answer: [...ended.answer, 1] };
    expect(await checkGeneration(session, long)).toMatchObject({
      right: false,
      reason: "the answer goes on after its end",
    });
    const longer = { ...free, answer: [...free.answer, 1] };
    expect(await checkGeneration(session, longer)).toMatchObject({ reason: "the answer is longer than it may be" });
    const foreign = { ...free, answer: free.answer.with(2, 64) };
    expect(await checkGeneration(session, foreign)).toMatchObject({
      position: 2,
      reason: "token 64 is outside the vocabulary",
    });
  });

  test.each([
    ["an empty prompt", [], { maxTokens: 1 }, "an empty prompt"],
    ["more than the context holds", PROMPT, { maxTokens: 44 }, "the context holds 48"],
    ["a temperature off its grid", PROMPT, { maxTokens: 1, temperature: 0.3 }, "multiples of 2^-10"],
    ["tokens that do not exist", [64], { maxTokens: 1 }, "outside the vocabulary"],
    ["a short seed", PROMPT, { maxTokens: 1, seed: new Uint8Array(3) }, "a seed of 3 bytes"],
  ])("refuses %s", async (_name, prompt, options, message) => {
    const asked = generate(session, prompt, { ...GREEDY, ...options });
    await expect(asked).rejects.toThrow(DecoderError);
    await expect(asked).rejects.toThrow(message);
  });
});

test("a prompt keeps its last tokens, after the token that begins every text", () => {
  expect(promptTokens([1, 2, 3], { context: 10, maxTokens: 4, end: 0 })).toEqual([0, 1, 2, 3]);
  expect(promptTokens([1, 2, 3, 4, 5, 6, 7], { context: 10, maxTokens: 4, end: 0 })).toEqual([0, 3, 4, 5, 6, 7]);
  expect(() => promptTokens([1], { context: 10, maxTokens: 10, end: 0 })).toThrow("the context holds 10");
});

describe("noise", () => {
  test("default: integers that draw from the softmax", () => {
    const logits = Float64Array.of(Math.log(0.7), Math.log(0.2), Math.log(0.1));
    const counts = [0, 0, 0];
    const draws = 4000;
    for (let position = 0; position < draws; position++) {
      const noise = gumbelNoise({ temperature: 1, seed: SEED }, position, 3)!;
      expect(noise.every(Number.isSafeInteger)).toBe(true);
      const scores = scoresOf(logits, noise);
      counts[scores.indexOf(scores.reduce((a, b) => Math.max(a, b)))]!++;
    }
    expect(counts[0]! / draws).toBeCloseTo(0.7, 1);
    expect(counts[1]! / draws).toBeCloseTo(0.2, 1);
  });

  test("behavior: bits are fixed, and a vocabulary's size changes none of them", () => {
    const noise = gumbelNoise({ temperature: 0.5, seed: SEED }, 7, 1000)!;
    expect([...noise.subarray(0, 3)]).toMatchInlineSnapshot(`
      [
        -424411,
        959577,
        427766,
      ]
    `);
    expect(gumbelNoise({ temperature: 0.5, seed: SEED }, 7, 3)).toEqual(noise.slice(0, 3));
    expect(gumbelNoise(GREEDY, 7, 3)).toBeUndefined();
  });
});
