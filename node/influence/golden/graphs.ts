import { decoderGraph } from "../../factory/decoder/graph.ts";
import { initialWeights, withWeights } from "../../factory/decoder/weights.ts";
import {
  differentiate,
  type Graph,
  GraphBuilder,
  gradientName,
  injectLora,
  perSample,
  type Tensor,
} from "../graph/index.ts";
import type { Feeds } from "../graph/types.ts";
import { indices, reals } from "./values.ts";

/** A graph, what it is fed, and which outputs count. */
export interface GoldenGraph {
  readonly graph: Graph;
  readonly feeds: Feeds;
  readonly outputs: readonly string[];
}

/** A softmax head over 64 features and 12 classes, and the gradient of its loss by the weights. */
export function headGraph(): GoldenGraph {
  const b = new GraphBuilder("golden head");
  const features = b.input("features", "double", ["batch", 64]);
  const labels = b.input("labels", "int64", ["batch", 1]);
  b.initializer("weights", reals("head weights", [64, 12], 2));
  const logits = b.node("MatMul", [features, "weights"]);
  b.call("Softmax", [logits], { axis: -1 }, ["probabilities"]);
  const picked = b.node("GatherElements", [b.node("LogSoftmax", [logits], { axis: -1 }), labels], { axis: 1 });
  b.call("Neg", [b.node("ReduceMean", [picked], { keepdims: 0 })], {}, ["loss"]);
  const graph = differentiate(b.build(["probabilities", "loss"]), { loss: "loss", wrt: ["weights"] });
  const feeds = { features: reals("head features", [9, 64], 0.25), labels: indices("head labels", [9, 1], 12) };
  return { graph, feeds, outputs: ["probabilities", "loss", gradientName("weights")] };
}

function linear(b: GraphBuilder, value: string, name: string, inputs: number, outputs: number): string {
  const weight = b.initializer(`${name}.weight`, reals(name, [inputs, outputs], 0.5));
  return b.node("Add", [b.node("MatMul", [value, weight]), b.constant(reals(`${name} bias`, [outputs], 0.1))]);
}

function layerNorm(b: GraphBuilder, value: string, name: string, width: number): string {
  const scale = b.constant(reals(`${name} scale`, [width]));
  return b.node("LayerNormalization", [value, scale, b.constant(reals(`${name} bias`, [width], 0.1))], { axis: -1 });
}

/** One bidirectional block as sentence encoders have it: exact GELU, mean pooling, unit norm. */
export function encoderGraph(): GoldenGraph {
  const [width, hidden, vocabulary] = [24, 48, 40];
  const b = new GraphBuilder("golden encoder");
  const tokens = b.input("tokens", "int64", ["batch", "sequence"]);
  const table = b.initializer("table", reals("encoder table", [vocabulary, width]));
  const embedded = layerNorm(b, b.node("Gather", [table, tokens]), "norm 1", width);
  const [query, key, value] = ["query", "key", "value"].map((name) => linear(b, embedded, name, width, width));
  const scores = b.node("Einsum", [query!, key!], { equation: "bqd,bkd->bqk" });
  const attention = b.node("Softmax", [b.node("Mul", [scores, b.scalar(1 / 4)])], { axis: -1 });
  const mixed = b.node("Add", [embedded, b.node("MatMul", [attention, value!])]);
  const inner = b.node("Gelu", [linear(b, layerNorm(b, mixed, "norm 2", width), "up", width, hidden)]);
  const last = b.node("Add", [mixed, linear(b, inner, "down", hidden, width)]);
  const pooled = b.node("ReduceMean", [last, b.ints([1])], { keepdims: 0 });
  const norm = b.node("ReduceL2", [pooled, b.ints([1])], { keepdims: 1 });
  b.call("Div", [pooled, norm], {}, ["embedding"]);
  const feeds = { tokens: indices("encoder tokens", [4, 7], vocabulary) };
  return { graph: b.build(["embedding"]), feeds, outputs: ["embedding"] };
}

const DECODER = { layers: 2, width: 16, heads: 2, context: 8, vocab: 24 };

/** The factory's decoder with LoRA in its attention: logits, loss, and per-sample gradients of the adapters. */
export function decoderGraphs(): GoldenGraph {
  const weights = initialWeights(DECODER, new Uint8Array(32).fill(7));
  const plain = withWeights(decoderGraph(DECODER, "loss"), DECODER, weights);
  const { graph, parameters } = injectLora(plain, { targets: "attention\\.(query|value)", rank: 2, alpha: 4 });
  const names = parameters.map(({ name }) => name);
  const differentiated = differentiate(perSample(graph, names, "batch"), { loss: "loss", wrt: names });
  const batch = 3;
  const adapters = parameters.map(({ name, dims }): [string, Tensor] => [name, reals(name, [batch, ...dims], 0.5)]);
  const feeds = {
    tokens: indices("decoder tokens", [batch, DECODER.context], DECODER.vocab),
    targets: indices("decoder targets", [batch, DECODER.context], DECODER.vocab),
    mask: reals("decoder mask", [batch, DECODER.context], 1),
    ...Object.fromEntries(adapters),
  };
  for (let i = 0; i < feeds.mask.data.length; i++) (feeds.mask.data as Float64Array)[i] = i % 5 === 0 ? 0 : 1;
  return { graph: differentiated, feeds, outputs: ["logits", "loss", ...names.map(gradientName)] };
}
