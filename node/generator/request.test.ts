import { describe, expect, test } from "vitest";
import { type GenerationRequest, MOST_CHARACTERS, prompted } from "./request.ts";

const CONTEXT = 16;
const GREEDY: GenerationRequest = { text: "abcd", maxTokens: 4, temperature: 0, seed: new Uint8Array(0) };
const SEED = new Uint8Array(32).fill(1);
/** A token a character. */
const tokenizer = { encode: (text: string) => Array.from(text, (character) => character.charCodeAt(0)) };

const ask = (changes: Partial<GenerationRequest>, context = CONTEXT) =>
  prompted({ ...GREEDY, ...changes }, tokenizer, context);

describe("a request to a generator", () => {
  test("is the end token and the text, and pays for the tokens of the text", () => {
    expect(ask({})).toEqual({
      prompt: [0, 97, 98, 99, 100],
      tokensIn: 4,
      options: { maxTokens: 4, temperature: 0, seed: new Uint8Array(32), end: 0 },
    });
    expect(ask({ temperature: 1536, seed: SEED }).options).toMatchObject({ temperature: 1.5, seed: SEED });
  });

  test("of a long text reads and pays what fits before the longest answer, and 1,024 tokens at most", () => {
    const { prompt, tokensIn } = ask({ text: "x".repeat(30), maxTokens: 4 });
    expect({ length: prompt.length, tokensIn }).toEqual({ length: CONTEXT - 4, tokensIn: CONTEXT - 5 });
    expect(ask({ text: "x".repeat(3_000) }, 2_048).tokensIn).toBe(1_024);
    expect(ask({ text: "" })).toMatchObject({ prompt: [0], tokensIn: 0 });
  });

  test.each([
    ["no answer", { maxTokens: 0 }],
    ["an answer as long as the context", { maxTokens: CONTEXT }],
    ["a temperature above 8", { temperature: 8 * 1024 + 1, seed: SEED }],
    ["a temperature without a seed", { temperature: 1 }],
    ["a seed of 31 bytes", { temperature: 1, seed: SEED.subarray(1) }],
    ["a seed that nothing reads", { seed: SEED }],
    ["a book", { text: "x".repeat(MOST_CHARACTERS + 1) }],
  ] as const)("for %s is refused", (_, changes) => {
    expect(() => ask(changes)).toThrow(expect.objectContaining({ code: "bad-request" }));
  });

  test("for more than 512 tokens is refused whatever the context", () => {
    expect(() => ask({ maxTokens: 513 }, 2_048)).toThrow("this generator gives 1 to 512");
    expect(ask({ maxTokens: 512 }, 2_048).options.maxTokens).toBe(512);
  });
});
