import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { GraphBuilder } from "./builder.ts";
import { differentiate, gradientName } from "./differentiate.ts";
import { toFloat64 } from "./float64.ts";
import { linearLayers } from "./layers.ts";
import { loadGraphFile } from "./load.ts";
import { injectLora, withParameters } from "./parameters.ts";
import { perSample } from "./per-sample.ts";
import { openGraph } from "./runtime.ts";
import { double, int64, isFloat, repeatForBatch, sizeOf } from "./tensor.ts";
import type { Feeds, Graph } from "./types.ts";

const FOLDER = join(import.meta.dirname, "../../../test/data/onnx");

interface Expected {
  readonly input_ids: number[][];
  readonly attention_mask: number[][];
  readonly sentence_embedding: number[][];
  readonly gradient_squares: Readonly<Record<string, number>>;
}

const EXPECTED: Record<string, Expected> = JSON.parse(readFileSync(join(FOLDER, "expected.json"), "utf8"));

function feedsOf({ input_ids, attention_mask }: Expected): Feeds {
  const dims = [input_ids.length, input_ids[0]!.length];
  return { input_ids: int64(input_ids.flat(), dims), attention_mask: int64(attention_mask.flat(), dims) };
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Math.max(...Array.from(a, (v, i) => Math.abs(v - b[i]!)));
}

/** The encoder with loss[batch], the sum of the cubes of the embedding. */
function withLoss(graph: Graph): Graph {
  const b = GraphBuilder.from(graph);
  const y = "sentence_embedding";
  const cubes = b.node("Mul", [b.node("Mul", [y, y]), y]);
  return b.build([b.call("ReduceSum", [cubes, b.ints([1])], { keepdims: 0 }, ["loss"])[0]!]);
}

async function run(graph: Graph, feeds: Feeds) {
  const session = await openGraph(graph);
  const results = await session.run(feeds);
  await session.release();
  return results;
}

/** Weights by PyTorch's names: matrices through their layers, the rest by their own. Exporters drop some names. */
function weightsOf(graph: Graph): Map<string, string> {
  const own = [...graph.initializers.keys()].map((name) => [name, name] as const);
  const layers = linearLayers(graph).flatMap(({ name, weight }) => [
    [`${name}.weight`, weight] as const,
    [`${name}_weight`, weight] as const,
  ]);
  return new Map([...own, ...layers]);
}

describe.each(Object.entries(EXPECTED))("%s", (file, expected) => {
  const graph = toFloat64(loadGraphFile(join(FOLDER, file)));
  const weights = weightsOf(graph);
  const wrt = [...graph.initializers].flatMap(([name, { dtype, data }]) =>
    isFloat(dtype) && data.length > 1 ? [name] : [],
  );

  test("gives PyTorch's embedding", async () => {
    const { sentence_embedding } = await run(graph, feedsOf(expected));
    const difference = largestDifference(sentence_embedding!.data as Float64Array, expected.sentence_embedding.flat());
    expect(difference).toBeLessThan(1e-6);
  });

  test("has a gradient by every weight, and it is PyTorch's", async () => {
    const results = await run(differentiate(withLoss(graph), { loss: "loss", wrt }), feedsOf(expected));
    const squares = new Map(
      wrt.map((name) => {
        const gradient = results[gradientName(name)]!.data as Float64Array;
        return [name, gradient.reduce((sum, v) => sum + v * v, 0)] as const;
      }),
    );
    for (const [name, theirs] of Object.entries(expected.gradient_squares)) {
      const weight = weights.get(name);
      const candidates = weight === undefined ? [...squares.values()] : [squares.get(weight)!];
      const nearest = Math.min(...candidates.map((ours) => Math.abs(ours - theirs)));
      expect(nearest).toBeLessThanOrEqual(1e-6 * Math.max(theirs, 1e-6));
    }
  });

  test("takes adapters: with B = 0 the same embedding, and a gradient by B alone", async () => {
    const { graph: adapted, parameters } = injectLora(withLoss(graph), { targets: ".", rank: 2, alpha: 4 });
    const names = parameters.map((p) => p.name);
    const values = Object.fromEntries(
      parameters.map(({ name, dims }) => {
        const one = name.endsWith(".A") ? 0.1 : 0;
        return [name, double(new Float64Array(sizeOf(dims)).fill(one), dims)];
      }),
    );
    const feeds = feedsOf(expected);
    const results = await run(differentiate(adapted, { loss: "loss", wrt: names }), { ...feeds, ...values });
    expect(results.loss).toEqual((await run(withLoss(graph), feeds)).loss);
    for (const name of names) {
      const isZero = (results[gradientName(name)]!.data as Float64Array).every((v) => v === 0);
      expect([name, isZero]).toEqual([name, name.endsWith(".A")]);
    }
  });

  test("its per-sample gradients sum to the batch gradient", async () => {
    const trained = withParameters(withLoss(graph), wrt);
    const feeds = feedsOf(expected);
    const values = Object.fromEntries(wrt.map((name) => [name, graph.initializers.get(name)!]));
    const whole = await run(differentiate(trained, { loss: "loss", wrt }), { ...feeds, ...values });
    const count = expected.input_ids.length;
    const copies = Object.fromEntries(wrt.map((name) => [name, repeatForBatch(values[name]!, count)]));
    const single = perSample(trained, wrt, "batch");
    const each = await run(differentiate(single, { loss: "loss", wrt }), { ...feeds, ...copies });
    for (const name of wrt) {
      const batch = whole[gradientName(name)]!.data as Float64Array;
      const samples = each[gradientName(name)]!.data as Float64Array;
      expect(samples.length).toBe(count * batch.length);
      const sum = batch.map((_, i) =>
        Array.from({ length: count }, (_, s) => samples[s * batch.length + i]!).reduce((a, b) => a + b),
      );
      expect(largestDifference(sum, batch)).toBeLessThan(1e-9);
    }
  });
});
