import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { encodeGraph, GraphBuilder, loadGraph } from "../graph/index.ts";
import type { Graph } from "../graph/types.ts";
import { checkEncoder, type EncoderChoice, readEncoderFile } from "./check.ts";
import type { EncoderError } from "./errors.ts";
import { MAX_GRAPH_BYTES } from "./limits.ts";
import { EXPORTED, exportedGraph, exportedTokenizer } from "./testing/files.ts";

const folder = mkdtempSync(join(tmpdir(), "encoder-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What an embedding of `rows` ids averages to: a bag of words. */
function bagOfWords(rows: number, width: number, change: (b: GraphBuilder, output: string) => string = (_, o) => o) {
  const b = new GraphBuilder("bag");
  const ids = b.input("input_ids", "int64", ["batch", "sequence"]);
  const data = Float64Array.from({ length: rows * width }, (_, i) => Math.sin(i * i));
  b.initializer("table", { dtype: "double", dims: [rows, width], data });
  const tokens = b.node("Gather", ["table", ids], { axis: 0 });
  return b.build([change(b, tokens)]);
}

async function refusal(graph: Graph | Uint8Array, choice?: EncoderChoice, tokenizer = exportedTokenizer()) {
  const bytes = graph instanceof Uint8Array ? graph : encodeGraph(graph);
  const error = await checkEncoder({ graph: bytes, tokenizer }, choice).then(
    () => undefined,
    (thrown: EncoderError) => thrown,
  );
  return error && `${error.code}: ${error.message} -> ${error.nextStep}`;
}

describe("an encoder is taken", () => {
  test("default: reads how to use it from graph and tokenizer", async () => {
    const { spec, millisecondsPerText } = await checkEncoder({
      graph: exportedGraph(),
      tokenizer: exportedTokenizer(),
    });
    expect(spec).toMatchObject({ output: "last_hidden_state", pooling: "mean", maxTokens: 48, dims: 32 });
    expect(spec.id).toMatch(/^onnx:[0-9a-f]{16}$/);
    expect(millisecondsPerText).toBeGreaterThan(0);
  });

  test("behavior: every choice is part of its name", async () => {
    const files = { graph: exportedGraph(), tokenizer: exportedTokenizer() };
    const choices: EncoderChoice[] = [{}, { pooling: "cls" }, { maxTokens: 16 }];
    const ids = await Promise.all(choices.map(async (choice) => (await checkEncoder(files, choice)).spec.id));
    expect(new Set(ids).size).toBe(3);
  });

  test("behavior: a graph of fixed length is padded to it; one text at a time where it takes one", async () => {
    const graph = loadGraph(exportedGraph());
    const inputs = graph.inputs.map((input) => ({ ...input, dims: [1, 24] }));
    const fixed = encodeGraph({ ...graph, inputs });
    const { spec } = await checkEncoder({ graph: fixed, tokenizer: exportedTokenizer() });
    expect(spec.maxTokens).toBe(24);
  });

  test("behavior: without a chosen length it is as much as the graph has positions for", async () => {
    const json = JSON.parse(new TextDecoder().decode(exportedTokenizer()));
    const tokenizer = new TextEncoder().encode(JSON.stringify({ ...json, truncation: null }));
    const { spec, vocabulary } = await checkEncoder({ graph: exportedGraph(), tokenizer });
    expect(spec.maxTokens).toBe(48);
    expect(vocabulary).toEqual({ tokens: 501, embeddings: 501 });
  });
});

describe("an encoder is refused, with what to do next", () => {
  test("an operator outside the set, by name and node", async () => {
    const graph = bagOfWords(600, 8);
    const node = { name: "hash_7", op: "LpPool", inputs: [graph.outputs[0]!.name], outputs: ["y"], attributes: {} };
    const bytes = encodeGraph({
      ...graph,
      nodes: [...graph.nodes, node],
      outputs: [{ name: "y", dtype: "double", dims: ["batch", "sequence", 8] }],
    });
    const text = await refusal(bytes);
    expect(text).toContain("bad-graph: encoder graph:");
    expect(text).toContain("LpPool");
    expect(text).toContain("hash_7");
  });

  test("weights that are not finite", async () => {
    const graph = bagOfWords(600, 8);
    const table = graph.initializers.get("table")!;
    const data = (table.data as Float64Array).slice();
    data[77] = Number.NaN;
    const broken = { ...graph, initializers: new Map([...graph.initializers, ["table", { ...table, data }]]) };
    expect(await refusal(broken)).toMatch(/^bad-graph: encoder graph: .*table.* -> export the model again/);
  });

  test("no ONNX model", async () => {
    expect(await refusal(new Uint8Array(1000).fill(7))).toMatch(/^bad-graph: /);
  });

  test("a file above the limit is refused by its size, unread; a missing one too", () => {
    const path = join(folder, "huge.onnx");
    writeFileSync(path, "");
    truncateSync(path, 2 * 2 ** 30);
    const started = performance.now();
    expect(() => readEncoderFile(path, "graph")).toThrow(`has 2147483648 bytes, at most ${MAX_GRAPH_BYTES} are read`);
    expect(performance.now() - started).toBeLessThan(100);
    expect(() => readEncoderFile(path, "tokenizer")).toThrow("at most 67108864");
    expect(() => readEncoderFile(join(folder, "none"), "graph")).toThrow("is no file");
    expect(readEncoderFile(EXPORTED.tokenizer, "tokenizer")).toEqual(exportedTokenizer());
  });

  test("a tokenizer whose ids go beyond the embedding", async () => {
    expect(await refusal(bagOfWords(300, 8))).toMatchInlineSnapshot(
      `"tokenizer-mismatch: the tokenizer gives ids up to 500, the graph has embeddings for ids below 300 -> give the tokenizer.json that belongs to this graph"`,
    );
  });

  test("a tokenizer that is none", async () => {
    const bytes = (text: string) => new TextEncoder().encode(text);
    const graph = bagOfWords(600, 8);
    expect(await refusal(graph, {}, bytes("{}"))).toMatch(/^bad-tokenizer: the tokenizer library refuses it/);
    expect(await refusal(graph, {}, bytes("vocab.txt"))).toMatch(/^bad-tokenizer: the tokenizer is no JSON/);
    expect(await refusal(graph, {}, exportedGraph())).toMatch(/^bad-tokenizer/);
  });

  test("inputs of something else", async () => {
    const b = new GraphBuilder("image");
    const pixels = b.input("pixel_values", "double", ["batch", 3, 8, 8]);
    expect(await refusal(b.build([b.node("Relu", [pixels])]))).toMatch(
      /^bad-input: the graph wants the input "pixel_va/,
    );
    const graph = bagOfWords(600, 8);
    const inputs = [{ name: "input_ids", dtype: "int64" as const, dims: [4, "sequence"] }];
    expect(await refusal({ ...graph, inputs })).toContain("takes exactly 4 texts at a time");
  });

  test("an output that is not there, of another rank, or of a width that no index takes", async () => {
    expect(await refusal(bagOfWords(600, 8), { output: "pooled" })).toMatch(
      /^bad-output: the graph has no output "pooled"/,
    );
    expect(await refusal(bagOfWords(600, 8), { pooling: "none" })).toMatch(
      /rank 3, pooling none -> it is one vector a to/,
    );
    expect(await refusal(bagOfWords(600, 6))).toMatch(/^bad-output: 6 dimensions/);
  });

  test("a text of the full length that has no positions", async () => {
    expect(await refusal(exportedGraph(), { maxTokens: 64 })).toMatch(
      /^too-many-tokens: .* 64 tokens.* -> lower --max/,
    );
  });

  test("zero vectors, and one vector for all texts", async () => {
    const zero = bagOfWords(600, 8, (b, tokens) => b.node("Mul", [tokens, b.scalar(0)]));
    expect(await refusal(zero)).toMatch(/^degenerate: the encoder gives the zero vector for a plain text/);
    const same = bagOfWords(600, 8, (b, tokens) => b.node("Add", [b.node("Mul", [tokens, b.scalar(0)]), b.scalar(1)]));
    expect(await refusal(same)).toMatch(/^degenerate: the encoder gives different texts the same vector/);
  });
});
