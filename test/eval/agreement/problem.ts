import { decoderGraph } from "../../../node/factory/decoder/graph.ts";
import { initialWeights, withWeights } from "../../../node/factory/decoder/weights.ts";
import { indices, reals } from "../../../node/influence/golden/values.ts";
import {
  differentiate,
  double,
  type Feeds,
  type Graph,
  GraphBuilder,
  gradientName,
  injectLora,
  perSample,
  type Tensor,
} from "../../../node/influence/graph/index.ts";

/** Samples of one chunk: a multiple of every batch size that is compared. */
export const CHUNK = 448;
export const HEAD = { dims: 256, classes: 77, blocks: 3 };
const DECODER = { layers: 2, width: 32, heads: 2, context: 16, vocab: 64 };
const LORA = { targets: "attention\\.(query|value)", rank: 4, alpha: 8 };

/** To the 2^-24 grid and to one int8 vector with its exponent, or to the latter alone: as the protocol rounds a value. */
export type Rounding = "grid and int8" | "int8";

/** A graph whose outputs, one row a sample, are rounded and compared. */
export interface Problem {
  readonly graph: Graph;
  /** Outputs in order. */
  readonly outputs: readonly string[];
  /** How each of them is rounded. */
  readonly roundings: readonly Rounding[];
  /** Feeds of samples first .. first + count - 1 of a chunk. */
  feeds(chunk: number, first: number, count: number): Feeds;
}

function unitRows(values: Float64Array, dims: number): Float64Array {
  for (let start = 0; start < values.length; start += dims) {
    let squares = 0;
    for (let k = start; k < start + dims; k++) squares += values[k]! * values[k]!;
    const norm = Math.sqrt(squares);
    for (let k = start; k < start + dims; k++) values[k]! /= norm;
  }
  return values;
}

function rows(tensor: Tensor, first: number, count: number): Tensor {
  const width = tensor.data.length / tensor.dims[0]!;
  const data = tensor.data.slice(first * width, (first + count) * width);
  return { dtype: tensor.dtype, dims: [count, ...tensor.dims.slice(1)], data };
}

/** The last chunk's tensors: batches of one chunk come one after the other. */
function remembered<T>(make: (chunk: number) => T): (chunk: number) => T {
  let last: { readonly chunk: number; readonly value: T } | undefined;
  return (chunk) => {
    if (last?.chunk !== chunk) last = { chunk, value: make(chunk) };
    return last.value;
  };
}

/**
 * A head's forward pass and the query's blocks v = H^-1 h, on random unit vectors. Rounded: probabilities to the 2^-24
 * grid and to int8, the blocks to int8 only.
 */
export function headProblem(seed: number): Problem {
  const { dims, classes, blocks } = HEAD;
  const b = new GraphBuilder("agreement head");
  const features = b.input("features", "double", ["batch", dims]);
  const weights = b.initializer("weights", reals(`${seed} head`, [dims, classes], 16));
  const inverse = b.initializer("inverse", reals(`${seed} inverse`, [dims, blocks * dims], 8));
  b.call("Softmax", [b.node("MatMul", [features, weights])], { axis: -1 }, ["probabilities"]);
  b.call("MatMul", [features, inverse], {}, ["solved"]);
  const chunkRows = remembered((chunk) => {
    const values = reals(`${seed} features ${chunk}`, [CHUNK, dims]).data as Float64Array;
    return double(unitRows(values, dims), [CHUNK, dims]);
  });
  return {
    graph: b.build(["probabilities", "solved"]),
    outputs: ["probabilities", "solved"],
    roundings: ["grid and int8", "int8"],
    feeds: (chunk, first, count) => ({ features: rows(chunkRows(chunk), first, count) }),
  };
}

/** Per-sample LoRA gradients and losses of a small decoder. Rounded: to the 2^-24 grid, the gradient also to int8. */
export function decoderProblem(seed: number): Problem {
  const key = new Uint8Array(32).fill(seed & 255);
  const plain = withWeights(decoderGraph(DECODER, "loss"), DECODER, initialWeights(DECODER, key));
  const { graph, parameters } = injectLora(plain, LORA);
  const names = parameters.map(({ name }) => name);
  const adapters = parameters.map(({ name, dims }) => ({
    name,
    dims,
    data: reals(`${seed} ${name}`, dims, 0.25).data,
  }));
  const chunkOf = remembered((chunk) => {
    const shape = [CHUNK, DECODER.context];
    const mask = double(new Float64Array(CHUNK * DECODER.context).fill(1), shape);
    return {
      tokens: indices(`${seed} tokens ${chunk}`, shape, DECODER.vocab),
      targets: indices(`${seed} targets ${chunk}`, shape, DECODER.vocab),
      mask,
    };
  });
  const repeated = ({ dims, data }: (typeof adapters)[number], count: number): Tensor => {
    const values = new Float64Array(count * data.length);
    for (let i = 0; i < count; i++) values.set(data as Float64Array, i * data.length);
    return double(values, [count, ...dims]);
  };
  return {
    graph: differentiate(perSample(graph, names, "batch"), { loss: "loss", wrt: names }),
    outputs: ["loss", ...names.map(gradientName)],
    roundings: ["grid and int8", ...names.map(() => "grid and int8" as const)],
    feeds: (chunk, first, count) => {
      const samples = Object.entries(chunkOf(chunk)).map(
        ([name, tensor]) => [name, rows(tensor, first, count)] as const,
      );
      return Object.fromEntries([
        ...samples,
        ...adapters.map((adapter) => [adapter.name, repeated(adapter, count)] as const),
      ]);
    },
  };
}

export const PROBLEMS = { head: headProblem, decoder: decoderProblem };
export type ProblemName = keyof typeof PROBLEMS;
