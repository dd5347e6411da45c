import { describe, expect, test } from "vitest";
import { sha256 } from "../../../chain/crypto/hash.ts";
import { utf8Bytes } from "../../../chain/crypto/tagged.ts";
import { double, encodeGraph, type Graph, GraphBuilder, loadGraph, toFloat64 } from "../../influence/graph/index.ts";
import { evaluate } from "../../influence/graph/reference/index.ts";
import { trainBpe } from "../decoder/bpe.ts";
import { graphJob, sourceRows } from "../testing/jobs.ts";
import { type JobData, type JobManifest, runJob, splitRows, trainedGraph } from "./index.ts";
import { DataForm } from "./manifest.ts";
import { openSamples } from "./samples.ts";

const sources = [sourceRows("x/1", 20)];
const tokenizer = utf8Bytes(
  JSON.stringify(
    trainBpe(
      sources[0]!.rows.map(({ text }) => text),
      { vocab: 280 },
    ),
  ),
);
const WIDTH = 4;

/** Mean of the tokens' vectors -> logits -> cross-entropy of each sample. */
function bagOfTokens(): Uint8Array {
  const b = new GraphBuilder("bag");
  for (const name of ["input_ids", "attention_mask"]) b.input(name, "int64", ["batch", "length"]);
  b.input("labels", "int64", ["batch"]);
  const values = (count: number) => Array.from({ length: count }, (_, i) => (((i * 37) % 19) - 9) / 32);
  b.initializer("table", double(values(280 * WIDTH), [280, WIDTH]));
  b.initializer("head.weight", double(values(WIDTH * 2), [WIDTH, 2]));
  const mask = b.node("Unsqueeze", [b.cast("attention_mask", "double"), b.ints([2])]);
  const kept = b.node("Mul", [b.node("Gather", ["table", "input_ids"], { axis: 0 }), mask]);
  const sum = (value: string) => b.node("ReduceSum", [value, b.ints([1])], { keepdims: 0 });
  b.call("MatMul", [b.node("Div", [sum(kept), sum(mask)]), "head.weight"], {}, ["logits"]);
  const log = b.node("LogSoftmax", ["logits"], { axis: -1 });
  const own = b.node("GatherElements", [log, b.node("Unsqueeze", ["labels", b.ints([1])])], { axis: 1 });
  b.call("Neg", [b.node("Squeeze", [own, b.ints([1])])], {}, ["loss"]);
  return encodeGraph(b.build(["loss", "logits"]));
}

function sequenceJob(): { manifest: JobManifest; data: JobData } {
  const graph = bagOfTokens();
  const { manifest } = graphJob("full", { sources });
  const base = {
    encoder: "",
    encoderHash: new Uint8Array(0),
    graphHash: sha256(graph),
    tokenizerHash: sha256(tokenizer),
  };
  const shape = { form: DataForm.DATA_FORM_SEQUENCE, context: 12, targets: ["table", "head.weight"], epochs: 8 };
  return { manifest: { ...manifest, base, ...shape }, data: { sources, graph, tokenizer } };
}

describe("texts as tokens with labels", () => {
  test("default: padded to the longest of a micro batch, cut to the context, the mask over tokens", async () => {
    const { manifest, data } = sequenceJob();
    const samples = await openSamples(manifest, data, sources[0]!.rows);
    const { input_ids, attention_mask, labels } = samples.feeds([0, 1, 2]);
    expect(input_ids!.dims[1]).toBeLessThanOrEqual(12);
    expect(attention_mask!.dims).toEqual(input_ids!.dims);
    expect([...(labels!.data as BigInt64Array)].map(Number)).toEqual([0, 1, 2].map((i) => samples.labelOf!(i)));
  });

  test("behavior: a graph on tokens trains, and the trained graph gives the held-out loss of the log", async () => {
    const { manifest, data } = sequenceJob();
    const { weights, log, heldOut } = await runJob(manifest, data, { workers: 1 });
    expect(log.curve.at(-1)!.loss).toBeLessThan(log.curve[0]!.loss);
    const { heldOut: rows } = splitRows(sources, manifest.seed, manifest.heldOutPart);
    const samples = await openSamples(manifest, data, rows);
    const outputs = evaluate(trainedGraph(manifest, data.graph!, weights), samples.feeds(rows.map((_, i) => i)), [
      "loss",
    ]);
    const losses = outputs.loss!.data as Float64Array;
    expect(losses.reduce((sum, loss) => sum + loss, 0) / losses.length).toBeCloseTo(heldOut!.loss, 9);
  });

  test("behavior: another tokenizer than the manifest's, a label it lacks, a graph with other inputs", async () => {
    const { manifest, data } = sequenceJob();
    const run = (change: Partial<JobData>, other: Partial<JobManifest> = {}) =>
      runJob({ ...manifest, ...other }, { ...data, ...change }, { workers: 1 });
    await expect(run({ tokenizer: utf8Bytes("{}") })).rejects.toThrow("the tokenizer has another sha256");
    await expect(run({}, { labels: ["fruit", "tree"] })).rejects.toThrow(
      'a row has the label "tool", the manifest has not',
    );
    const wrong = graphJob("full").data.graph!;
    const base = { ...manifest.base!, graphHash: sha256(wrong) };
    await expect(run({ graph: wrong }, { base })).rejects.toThrow(
      "graph: its inputs are features, labels; the form has",
    );
    await expect(run({}, { targets: ["tabel"] })).rejects.toThrow("graph: the graph has no weight tabel");
  });
});

test("behavior: an adapter's trained graph is its base while the factors are zero, and another one after training", async () => {
  const { manifest, data } = graphJob("lora");
  const { weights } = await runJob(manifest, data, { workers: 1 });
  const samples = await openSamples(manifest, data, data.sources[0]!.rows);
  const feeds = samples.feeds([0, 1]);
  const loss = (graph: Graph) => evaluate(graph, feeds, ["loss"]).loss!.data;
  const base = loss(toFloat64(loadGraph(data.graph!)));
  expect(loss(trainedGraph(manifest, data.graph!, new Int32Array(weights.length)))).toEqual(base);
  expect(loss(trainedGraph(manifest, data.graph!, weights))).not.toEqual(base);
});
