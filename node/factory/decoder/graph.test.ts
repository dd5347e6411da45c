import { describe, expect, test } from "vitest";
import { toHex } from "../../../chain/crypto/bytes.ts";
import {
  differentiate,
  encodeGraph,
  linearLayers,
  loadGraph,
  openGraph,
  withParameters,
} from "../../influence/graph/index.ts";
import { evaluate } from "../../influence/graph/reference/index.ts";
import type { Feeds, Tensor } from "../../influence/graph/types.ts";
import { weightsHash } from "../../influence/grid.ts";
import { type DecoderConfig, decoderParameters, decoderSize } from "./config.ts";
import { batchOf, windowsOf } from "./corpus.ts";
import { decoderGraph } from "./graph.ts";
import { initialWeights, weightTensors, withWeights } from "./weights.ts";

const CONFIG: DecoderConfig = { layers: 2, width: 16, heads: 2, context: 12, vocab: 20 };
const SEED = new Uint8Array(32).fill(5);
const WEIGHTS = initialWeights(CONFIG, SEED);

const int64 = (dims: readonly number[], data: BigInt64Array): Tensor => ({ dtype: "int64", dims, data });

function lossFeeds(): Feeds {
  const windows = windowsOf(
    [
      [3, 7, 7, 1, 19],
      [4, 5],
    ],
    { context: 6, end: 0 },
  );
  const { length, tokens, targets, mask } = batchOf(windows);
  const dims = [windows.length, length];
  return { tokens: int64(dims, tokens), targets: int64(dims, targets), mask: { dtype: "double", dims, data: mask } };
}

describe("the graph", () => {
  test("default: ONNX Runtime and the exact reference agree, after a trip through ONNX bytes", async () => {
    const graph = loadGraph(encodeGraph(withWeights(decoderGraph(CONFIG, "loss"), CONFIG, WEIGHTS)));
    const session = await openGraph(graph);
    const feeds = lossFeeds();
    const fast = await session.run(feeds);
    const exact = evaluate(graph, feeds);
    await session.release();
    expect(fast.loss!.dims).toEqual([2]);
    expect(fast.logits!.dims).toEqual([2, 6, CONFIG.vocab]);
    for (const name of ["loss", "logits"]) {
      const [a, b] = [fast[name]!.data as Float64Array, exact[name]!.data as Float64Array];
      expect(a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!)), 0)).toBeLessThan(1e-13);
    }
  });

  test("behavior: the loss is the mean of -log p over a sample's own tokens", () => {
    const graph = withWeights(decoderGraph(CONFIG, "loss"), CONFIG, WEIGHTS);
    const feeds = lossFeeds();
    const { loss, logits } = evaluate(graph, feeds);
    const [rows, length] = (feeds.tokens as Tensor).dims as [number, number];
    for (let row = 0; row < rows; row++) {
      let [sum, count] = [0, 0];
      for (let t = row * length; t < (row + 1) * length; t++) {
        if ((feeds.mask!.data as Float64Array)[t] === 0) continue;
        const scores = (logits!.data as Float64Array).subarray(t * CONFIG.vocab, (t + 1) * CONFIG.vocab);
        const total = scores.reduce((a, x) => a + Math.exp(x), 0);
        sum -= scores[Number((feeds.targets!.data as BigInt64Array)[t])]! - Math.log(total);
        count++;
      }
      expect(loss!.data[row]).toBeCloseTo(sum / count, 12);
    }
  });

  test("behavior: no position sees a later token", () => {
    const graph = withWeights(decoderGraph(CONFIG), CONFIG, WEIGHTS);
    const logits = (tokens: number[]) =>
      evaluate(graph, { tokens: int64([1, tokens.length], BigInt64Array.from(tokens, BigInt)) }).logits!.data;
    const one = logits([3, 1, 4, 1, 5]) as Float64Array;
    const other = logits([3, 1, 4, 9, 2]) as Float64Array;
    expect(one.subarray(0, 3 * CONFIG.vocab)).toEqual(other.subarray(0, 3 * CONFIG.vocab));
    expect(one.subarray(3 * CONFIG.vocab)).not.toEqual(other.subarray(3 * CONFIG.vocab));
  });

  test("behavior: every weight has a gradient that fits finite differences", () => {
    const names = decoderParameters(CONFIG).map(({ name }) => name);
    const graph = differentiate(withParameters(decoderGraph(CONFIG, "loss"), names), { loss: "loss", wrt: names });
    const tensors = weightTensors(CONFIG, WEIGHTS);
    const feeds = { ...lossFeeds(), ...Object.fromEntries(tensors) };
    const outputs = evaluate(graph, feeds);
    const lossOf = (name: string, at: number, by: number) => {
      const tensor = tensors.get(name)!;
      const data = (tensor.data as Float64Array).slice();
      data[at]! += by;
      const { loss } = evaluate(graph, { ...feeds, [name]: { ...tensor, data } }, ["loss"]);
      return (loss!.data as Float64Array).reduce((a, x) => a + x, 0);
    };
    for (const name of [
      "tokens.table",
      "blocks.0.attention.query.weight",
      "blocks.1.norm2.gain",
      "blocks.1.mlp.up.bias",
    ]) {
      const gradient = outputs[`grad:${name}`]!.data as Float64Array;
      const at = gradient.reduce((best, x, i) => (Math.abs(x) > Math.abs(gradient[best]!) ? i : best), 0);
      const step = 1e-6;
      expect((lossOf(name, at, step) - lossOf(name, at, -step)) / (2 * step) / gradient[at]!).toBeCloseTo(1, 7);
    }
  });

  test("behavior: its linear layers can be named for adapters", () => {
    const names = linearLayers(decoderGraph({ ...CONFIG, layers: 1 })).map(({ name }) => name);
    expect(names).toEqual([
      ...["query", "key", "value", "output"].map((part) => `blocks.0.attention.${part}`),
      ...["blocks.0.mlp.up", "blocks.0.mlp.down", "head"],
    ]);
  });

  test.each([
    [{ width: 15 }, "a width of 15 does not divide by 2 heads"],
    [{ layers: 0 }, "layers is 0, allowed are 1 to 24"],
    [{ vocab: 2.5 }, "vocab is 2.5"],
  ])("refuses %o", (change, message) => {
    expect(() => decoderGraph({ ...CONFIG, ...change })).toThrow(message);
  });
});

describe("initial weights", () => {
  test("behavior: bits are fixed by configuration and seed", () => {
    expect(WEIGHTS.length).toBe(decoderSize(CONFIG));
    expect(toHex(weightsHash(WEIGHTS))).toMatchInlineSnapshot(
      `"8e22891dae4ada79349d01af50ec7f2e4be8d5024bdb61944acca0d23c1a7d46"`,
    );
    expect(initialWeights(CONFIG, new Uint8Array(32).fill(6))).not.toEqual(WEIGHTS);
  });

  test("behavior: gains are one, biases zero, matrices within the bound of their inputs", () => {
    for (const [name, { data, dims }] of weightTensors(CONFIG, WEIGHTS)) {
      const values = data as Float64Array;
      if (name.endsWith(".gain")) expect(values.every((x) => x === 1)).toBe(true);
      else if (name.endsWith(".bias")) expect(values.every((x) => x === 0)).toBe(true);
      else expect(values.every((x) => Math.abs(x) <= 1 / Math.sqrt(dims[0]!) && Math.abs(x) < 1)).toBe(true);
    }
    expect(() => weightTensors(CONFIG, WEIGHTS.subarray(1))).toThrow("its configuration has");
  });
});
