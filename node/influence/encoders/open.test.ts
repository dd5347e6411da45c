import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toHex } from "../../../chain/crypto/bytes.ts";
import { sha256 } from "../../../chain/crypto/hash.ts";
import { evaluate } from "../graph/reference/index.ts";
import { pool, unitFeatures } from "./features.ts";
import { type AsyncEncoder, EncoderError, type EncoderFiles, encodersFrom, openEncoder, specOf } from "./index.ts";
import { encoderGraph } from "./open.ts";
import { exportedAnswers, exportedFiles } from "./testing/files.ts";
import { loadTokenizer } from "./tokenizer.ts";

let files: EncoderFiles;
let encoder: AsyncEncoder;
beforeAll(async () => {
  files = await exportedFiles();
  encoder = await openEncoder(files);
});
afterAll(() => encoder.close());

const TEXTS = [
  "My front brake squeals every time I come to a stop",
  "chain",
  "The rear light flickers",
  "My chain skips",
  "The back wheel is bent and the tyre is flat again, what now?",
  "!!",
];

describe("an encoder exported by PyTorch", () => {
  test("default: features of unit norm, near texts nearer than far ones", async () => {
    const features = await encoder.encodeAll(["my brake squeals", "my brakes squeal", "the lamp is dark"]);
    const row = (i: number) => features.subarray(32 * i, 32 * i + 32);
    const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, x, k) => sum + x * b[k]!, 0);
    for (let i = 0; i < 3; i++) expect(dot(row(i), row(i))).toBeCloseTo(1, 12);
    expect(dot(row(0), row(1))).toBeGreaterThan(dot(row(0), row(2)));
  });

  test("behavior: token ids are Python's, vectors are PyTorch's to the precision of float32 and the grid", async () => {
    const tokenizer = loadTokenizer(files.tokenizer);
    for (const { text, ids, mean } of exportedAnswers()) {
      expect(tokenizer.encode(text, 48)).toEqual(ids);
      const expected = unitFeatures(Float64Array.from(mean))!;
      const features = await encoder.encodeAll([text]);
      for (const [k, x] of features.entries()) expect(Math.abs(x - expected[k]!)).toBeLessThan(2 ** -15);
    }
  });

  test("behavior: batches and threads change no bit", async () => {
    const texts = Array.from({ length: 260 }, (_, i) => `${TEXTS[i % 6]} ${"again ".repeat(i % 5)}${i % 9}`);
    const reports: number[] = [];
    const threaded = encodersFrom(files, { workers: 2 });
    const together = await threaded.encodeAll(texts, (done) => reports.push(done));
    await threaded.close();
    for (const [i, text] of texts.entries()) {
      const alone = await encoder.encodeAll([text]);
      expect(together.subarray(32 * i, 32 * i + 32)).toEqual(alone);
    }
    expect(reports.at(-1)).toBe(texts.length);
  });

  test("behavior: the exact reference gives the same features", async () => {
    const graph = encoderGraph(files.graph);
    const tokenizer = loadTokenizer(files.tokenizer);
    for (const text of TEXTS.slice(0, 3)) {
      const ids = tokenizer.encode(text, 48);
      const row = (value: (id: number) => number) => ({
        dtype: "int64" as const,
        dims: [1, ids.length],
        data: BigInt64Array.from(ids, (id) => BigInt(value(id))),
      });
      const feeds = { input_ids: row((id) => id), attention_mask: row(() => 1), token_type_ids: row(() => 0) };
      const hidden = evaluate(graph, feeds).last_hidden_state!.data as Float64Array;
      expect(await encoder.encodeAll([text])).toEqual(unitFeatures(pool(hidden, ids.length, 32, "mean")));
    }
  });

  test("behavior: a text without a token gives zero, a long one its first tokens", async () => {
    expect((await encoder.encodeAll([" "])).every((x) => x === 0)).toBe(true);
    const long = "brake ".repeat(46);
    expect(await encoder.encodeAll([`${long} and the chain`])).toEqual(await encoder.encodeAll([long]));
    expect(await encoder.encodeAll([`chain ${long}`])).not.toEqual(await encoder.encodeAll([long]));
  });

  test("behavior: bits are fixed, since every index and model names them", async () => {
    const features = await encoder.encodeAll(TEXTS);
    expect(encoder.id).toMatchInlineSnapshot(`"onnx:1119b73e4708e740"`);
    expect(toHex(sha256(new Uint8Array(features.buffer)))).toMatchInlineSnapshot(
      `"5200dcfb359a55e32a93f935e444881efc5a9d44f37c2664aa5ff841aa8c6153"`,
    );
  });
});

describe("files that do not fit each other", () => {
  const opened = (changes: Partial<EncoderFiles>) => openEncoder({ ...files, ...changes });

  test("another graph or tokenizer than the specification names", async () => {
    await expect(opened({ graph: Uint8Array.of(1) })).rejects.toThrow("it names another graph");
    await expect(opened({ tokenizer: Uint8Array.of(1) })).rejects.toThrow("it names another tokenizer");
    await expect(opened({ spec: Uint8Array.of(1, 2) })).rejects.toThrow(EncoderError);
  });

  test("threads say the same", async () => {
    expect(() => encodersFrom({ ...files, graph: Uint8Array.of(1) })).toThrow("it names another graph");
    const graph = new Uint8Array(64).fill(255);
    const { encodeSpec } = await import("./spec.ts");
    const spec = encodeSpec({ ...specOf(files), graphHash: sha256(graph) });
    const threaded = encodersFrom({ ...files, graph, spec }, { workers: 1 });
    await expect(threaded.encodeAll(["a"])).rejects.toMatchObject({ name: "EncoderError", code: "bad-graph" });
    await threaded.close();
  });
});
