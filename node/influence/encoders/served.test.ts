import { afterAll, beforeAll, expect, test } from "vitest";
import { sha256 } from "../../../chain/crypto/hash.ts";
import { utf8Bytes } from "../../../chain/crypto/tagged.ts";
import { trainHead } from "../../factory/train-head.ts";
import { encodeGraph, GraphBuilder } from "../graph/index.ts";
import { buildIndex } from "../index-build.ts";
import { encodeModel } from "../model-format.ts";
import { VerifierPool } from "../pool.ts";
import type { ModelBlobs } from "../types.ts";
import { resolveEncoder } from "./resolve.ts";
import { decodeSpec, encodeSpec } from "./spec.ts";
import { exportedFiles, exportedTokenizer } from "./testing/files.ts";
import { encodersFrom } from "./threads.ts";
import type { EncoderFiles } from "./types.ts";

const DIMS = 16;
const TEXTS = ["the chain skips", "a flat tyre", "my chain is loose", "tyre and tube", "new chain", "old tyre"];
const LABELS = Int32Array.from(TEXTS, (text) => (text.includes("chain") ? 0 : 1));

/** A bag of words whose tokenizer takes exponential time for some texts: (a+)+ before anything but the end. */
function trap(): EncoderFiles {
  const b = new GraphBuilder("bag");
  const ids = b.input("input_ids", "int64", ["batch", "sequence"]);
  const data = Float64Array.from({ length: 600 * DIMS }, (_, i) => Math.sin(i * i));
  b.initializer("table", { dtype: "double", dims: [600, DIMS], data });
  const tokens = b.node("Gather", ["table", ids], { axis: 0 });
  const graph = encodeGraph(b.build([tokens]));
  const json = JSON.parse(new TextDecoder().decode(exportedTokenizer()));
  const split = { type: "Split", pattern: { Regex: "(a+)+$" }, behavior: "Isolated", invert: false };
  json.pre_tokenizer = { type: "Sequence", pretokenizers: [split, json.pre_tokenizer] };
  const tokenizer = utf8Bytes(JSON.stringify(json));
  const hashes = { graphHash: sha256(graph), tokenizerHash: sha256(tokenizer) };
  return {
    graph,
    tokenizer,
    spec: encodeSpec({ ...hashes, output: tokens, pooling: "mean", maxTokens: 64, dims: DIMS }),
  };
}

async function modelOn(files: EncoderFiles): Promise<ModelBlobs> {
  const encoder = await resolveEncoder(decodeSpec(files.spec).id, files);
  const set = { features: await encoder.encodeAll(TEXTS), dims: encoder.dims, classes: 2, labels: LABELS };
  await encoder.close();
  const lambda = 0.01;
  const { weights } = await trainHead(set, { lambda, workers: 1 });
  const places = TEXTS.map((_, i) => i);
  const columns = { gate: TEXTS.map(() => 65_535), contribution: TEXTS.map(() => 0), item: places, entry: places };
  const { headerBytes, rows, inverse } = await buildIndex(
    { encoder, set, weights, lambda, ...columns },
    { workers: 1 },
  );
  const model = encodeModel({ encoderId: encoder.id, dims: set.dims, labels: ["chain", "tyre"], weights });
  return { model, indexHeader: headerBytes, rows, inverse, encoder: files };
}

let pool: VerifierPool;
beforeAll(async () => {
  pool = await VerifierPool.open({ textMs: 5_000 });
});
afterAll(() => pool.close());

test("default: a verifier's threads open the encoder of a model and answer with it", async () => {
  const blobs = await modelOn(await exportedFiles());
  await pool.load("exported", blobs);
  const { answer, settlement } = await pool.attribute("exported", "my chain skips");
  expect(answer.label).toBe(0);
  expect(settlement.entries.length).toBeGreaterThan(0);
  await pool.unload("exported");
});

test("behavior: a model without the encoder's files, or with others, is refused", async () => {
  const { encoder, ...blobs } = await modelOn(await exportedFiles());
  await expect(pool.load("bare", blobs)).rejects.toMatchObject({ code: "unknown-encoder" });
  const foreign = { ...blobs, encoder: { ...encoder!, tokenizer: utf8Bytes("{}") } };
  await expect(pool.load("foreign", foreign)).rejects.toMatchObject({ code: "bad-encoder" });
  await expect(pool.load("other", { ...blobs, encoder: trap() })).rejects.toMatchObject({ code: "hash-mismatch" });
});

test("behavior: threads that encode for a training give such an encoder up too", async () => {
  const encoder = encodersFrom(trap(), { workers: 1, chunkMs: 2_500 });
  await expect(encoder.encodeAll([`${"a".repeat(60)}b`])).rejects.toMatchObject({ code: "too-slow" });
  await encoder.close();
});

test("behavior: a model that holds its thread too long is given up; others go on", async () => {
  const files = trap();
  await pool.load("trap", await modelOn(files));
  await pool.load("exported", await modelOn(await exportedFiles()));
  expect((await pool.attribute("trap", "old chain")).answer.label).toBe(0);
  const late = await pool.verifyResult({ modelKey: "trap", text: `${"a".repeat(60)}b` });
  expect(late).toEqual({ verdict: "abstain", reason: "the model took more than 5000 ms for one text" });
  await expect(pool.attribute("trap", "old chain")).rejects.toMatchObject({ code: "too-slow" });
  await expect(pool.load("trap", await modelOn(files))).rejects.toMatchObject({ code: "too-slow" });
  const next = () => pool.verifyResult({ modelKey: "exported", text: "my chain skips" });
  await expect.poll(async () => (await next()).verdict, { timeout: 20_000 }).toBe("recomputed");
}, 60_000);
