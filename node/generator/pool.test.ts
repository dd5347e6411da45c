import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { loadGraph } from "../influence/graph/index.ts";
import { GeneratorError } from "./errors.ts";
import { passBytes } from "./pass-bytes.ts";
import { GeneratorPool, type GeneratorPoolOptions } from "./pool.ts";
import type { GenerationRequest } from "./request.ts";
import { openResident } from "./resident.ts";
import { placedRows, sourceOf, TEXTS, tinyBase, tinyGenerator } from "./testing/tiny.ts";
import type { GeneratorBlobs } from "./types.ts";

const ASKED: GenerationRequest = { text: "The baker", maxTokens: 24, temperature: 0, seed: new Uint8Array(0) };
const SAMPLED = { ...ASKED, temperature: 2048, seed: new Uint8Array(32).fill(5) };
const PAID = 1_000;

let blobs: GeneratorBlobs;
let pool: GeneratorPool;
const opened: GeneratorPool[] = [];

function newPool(options: GeneratorPoolOptions = {}): GeneratorPool {
  const made = new GeneratorPool(options);
  opened.push(made);
  return made;
}

beforeAll(async () => {
  ({ blobs } = await tinyGenerator(await tinyBase(), [sourceOf(TEXTS)], placedRows()));
  pool = new GeneratorPool();
  await pool.load("g", blobs);
}, 60_000);
afterEach(async () => void (await Promise.all(opened.splice(0).map((made) => made.close()))));
afterAll(() => pool.close());

const code = (promise: Promise<unknown>) =>
  promise.then(
    () => "none",
    (error: unknown) => (error instanceof GeneratorError ? error.code : String(error)),
  );

describe("a resident generator", () => {
  test("answers the same twice, and its answer passes its own check with the same attribution", async () => {
    for (const request of [ASKED, SAMPLED]) {
      const answer = await pool.answer("g", request, PAID);
      expect(await pool.answer("g", request, PAID)).toEqual(answer);
      const { wrong, text, tokensIn, attribution, witness } = await pool.check("g", request, answer.tokens);
      expect({ wrong, text, tokensIn, attribution }).toEqual({
        ...{ wrong: "", text: answer.text, tokensIn: answer.tokensIn, attribution: answer.attribution },
      });
      expect(witness.some((value) => value !== 0)).toBe(true);
    }
  });

  test("pays the author of what it repeats from both pools, in whole shares", async () => {
    const { text, attribution } = await pool.answer("g", ASKED, PAID);
    expect(text).toBe(TEXTS[0]!.slice(ASKED.text.length));
    expect(attribution.tokens.entries).toEqual([{ contribution: 0, item: 0, weight: 10n ** 18n }]);
    expect(attribution.settlement.entries[0]).toMatchObject({ contribution: 0, item: 0 });
    for (const { entries, unattributed, capExcess } of [attribution.tokens, attribution.settlement]) {
      expect(entries.reduce((sum, { weight }) => sum + weight, unattributed + capExcess)).toBe(10n ** 18n);
    }
  });

  test("finds a wrong, a missing and a further token, and attributes what is claimed, so that work can be shown", async () => {
    const { tokens } = await pool.answer("g", ASKED, PAID);
    const wrong = async (claimed: readonly number[]) => {
      const checked = await pool.check("g", ASKED, claimed);
      expect(checked.witness.some((value) => value !== 0)).toBe(true);
      return checked.wrong;
    };
    expect(await wrong(tokens.with(3, tokens[3]! + 1))).toMatch(/^token 3: token \d+ scores [\d.]+ below the largest$/);
    expect(await wrong(tokens.slice(0, 5))).toBe("token 5: the answer stops before its end");
    expect(await wrong([...tokens, 7])).toBe(`token ${tokens.length}: the answer goes on after its end`);
    expect(await wrong([])).toBe("token 0: the answer stops before its end");
    expect(await wrong([1_000_000])).toBe("token 0: token 1000000 is outside the vocabulary");
    expect((await pool.check("g", SAMPLED, tokens)).wrong).not.toBe("");
  });

  test("refuses what it cannot do, and what its longest answer costs beyond what is paid", async () => {
    expect(await code(pool.answer("g", { ...ASKED, maxTokens: 40 }, PAID))).toBe("bad-request");
    expect(await code(pool.check("g", { ...ASKED, seed: new Uint8Array(3) }, []))).toBe("bad-request");
    const { tokensIn } = await pool.answer("g", ASKED, PAID);
    expect(await code(pool.answer("g", ASKED, tokensIn + 23))).toBe("unpaid");
    expect(await code(pool.answer("g", ASKED, tokensIn + 24))).toBe("none");
  });

  test("works in a thread of its own: the caller's goes on", async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    await Promise.all(Array.from({ length: 4 }, () => pool.answer("g", SAMPLED, PAID)));
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(5);
  });
});

describe("a pool of generators", () => {
  test("opens a generator once, whoever asks, and lets the least recently used one go", async () => {
    const small = newPool({ mostResident: 2 });
    await Promise.all([small.load("a", blobs), small.load("a", blobs)]);
    await small.load("b", blobs);
    await small.answer("a", ASKED, PAID);
    await small.load("c", blobs);
    expect(["a", "b", "c"].map((key) => small.has(key))).toEqual([true, false, true]);
    expect(await code(small.answer("b", ASKED, PAID))).toBe("lost");
  });

  test("refuses what never fits, and for now what fits only in place of generators at work", async () => {
    expect(await code(newPool({ memoryBytes: 1_000 }).load("a", blobs))).toBe("too-large");
    const one = newPool({ mostResident: 1 });
    await one.load("a", blobs);
    const working = one.answer("a", SAMPLED, PAID);
    expect(await code(one.load("b", blobs))).toBe("no-memory");
    await working;
    expect(await code(one.load("b", blobs))).toBe("none");
  });

  test.each([
    ["a tokenizer of another job", (b: GeneratorBlobs) => ({ ...b, tokenizer: b.tokenizer.with(0, 32) })],
    ["other weights", (b: GeneratorBlobs) => ({ ...b, weights: b.weights.with(0, b.weights[0]! ^ 1) })],
    [
      "an index with another row",
      (b: GeneratorBlobs) => {
        return { ...b, index: { ...b.index, rows: b.index.rows.with(40, b.index.rows[40]! ^ 1) } };
      },
    ],
    ["rows that its snapshots do not own", (b: GeneratorBlobs) => ({ ...b, rows: b.rows.slice(1) })],
    ["no manifest", (b: GeneratorBlobs) => ({ ...b, manifest: b.manifest.subarray(1) })],
  ])("refuses %s, and does not open it again", async (_, change) => {
    const own = newPool();
    expect(await code(own.load("bad", change(blobs)))).toBe("mismatch");
    expect(own.has("bad")).toBe(false);
    expect(() => own.refuseKnown("bad")).toThrow(expect.objectContaining({ code: "mismatch" }));
  });

  test("ends a generator that takes too long for a request, and leaves it alone for a while only", async () => {
    const own = newPool({ answerMs: 1, slowMs: 3_000 });
    await own.load("slow", blobs);
    expect(await code(own.answer("slow", SAMPLED, PAID))).toBe("too-slow");
    expect(await code(own.load("slow", blobs))).toBe("too-slow");
    await expect.poll(() => code(own.load("slow", blobs)), { timeout: 20_000, interval: 500 }).toBe("none");
  }, 30_000);

  test("refuses a generator that is too slow to open for good", async () => {
    const own = newPool({ openMs: 1, slowMs: 1 });
    expect(await code(own.load("slow", blobs))).toBe("too-slow");
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await code(own.load("slow", blobs))).toBe("too-slow");
  });

  test("refuses a generator whose graph holds more in one pass than the cap, before it runs", async () => {
    const graph = loadGraph(blobs.graph);
    expect(passBytes(graph, 40)).toBeGreaterThan(10 * passBytes(graph, 2));
    const options = { folder: "", memoryBytes: passBytes(graph, 40) / 2 };
    expect(await code(openResident(blobs, options))).toBe("too-large");
  });
});
