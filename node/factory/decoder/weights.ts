import type { Graph, Tensor } from "../../influence/graph/types.ts";
import { GRID_BITS } from "../../influence/types.ts";
import { BLOCK_WORDS, WordStream } from "../../influence/word-stream.ts";
import {
  type DecoderConfig,
  type DecoderParameter,
  decoderParameters,
  decoderSize,
  sizeOfParameter,
} from "./config.ts";
import { DecoderError } from "./errors.ts";

const GRID_ONE = 2 ** GRID_BITS;

/** Uniform on [-s, s] with s^2 / 3 = 0.02^2, the usual deviation of embedding tables. */
const TABLE_BOUND = Math.floor(0.0346 * GRID_ONE);

/** 32-bit words one after the other. */
function wordsOf(seed: Uint8Array): () => number {
  const stream = new WordStream(seed);
  let block: Uint32Array | undefined;
  let next = 0;
  return () => {
    const at = next++ % BLOCK_WORDS;
    if (at === 0) block = stream.block(next - 1, BLOCK_WORDS).slice();
    return block![at]!;
  };
}

/** Largest weight on the grid; 0 for biases, which start at zero. Gains start at one. */
function boundOf({ name, dims }: DecoderParameter, layers: number): number {
  if (name.endsWith(".table")) return TABLE_BOUND;
  const bound = GRID_ONE / Math.sqrt(dims[0]!);
  const isResidual = name.endsWith("attention.output.weight") || name.endsWith("mlp.down.weight");
  return Math.floor(isResidual ? bound / Math.sqrt(2 * layers) : bound);
}

/**
 * Initial weights as integers on the 2^-24 grid, in the order of decoderParameters: for every element of a matrix one
 * 32-bit word w of SHA-256(seed, counter), (w mod (2 b + 1)) - b; b by the matrix's inputs, smaller where blocks write to
 * the residual stream. No word is drawn for gains (one) and biases (zero). The bias of `mod` is below 2^-6 of a unit.
 */
export function initialWeights(config: DecoderConfig, seed: Uint8Array): Int32Array {
  const weights = new Int32Array(decoderSize(config));
  const next = wordsOf(seed);
  let at = 0;
  for (const parameter of decoderParameters(config)) {
    const size = sizeOfParameter(parameter);
    if (parameter.name.endsWith(".gain")) weights.fill(GRID_ONE, at, at + size);
    else if (!parameter.name.endsWith(".bias")) {
      const bound = boundOf(parameter, config.layers);
      for (let i = at; i < at + size; i++) weights[i] = (next() % (2 * bound + 1)) - bound;
    }
    at += size;
  }
  return weights;
}

/** Weights as tensors by name. Throws DecoderError bad-bytes when there is another number of them. */
export function weightTensors(config: DecoderConfig, weights: Int32Array): Map<string, Tensor> {
  const size = decoderSize(config);
  if (weights.length !== size) {
    throw new DecoderError("bad-bytes", `decoder: ${weights.length} weights, its configuration has ${size}`);
  }
  const tensors = new Map<string, Tensor>();
  let at = 0;
  for (const parameter of decoderParameters(config)) {
    const end = at + sizeOfParameter(parameter);
    const data = Float64Array.from(weights.subarray(at, end), (x) => x / GRID_ONE);
    tensors.set(parameter.name, { dtype: "double", dims: parameter.dims, data });
    at = end;
  }
  return tensors;
}

/** The graph with these weights as its constants. Throws DecoderError bad-bytes. */
export function withWeights(graph: Graph, config: DecoderConfig, weights: Int32Array): Graph {
  const initializers = new Map(graph.initializers);
  for (const [name, tensor] of weightTensors(config, weights)) initializers.set(name, tensor);
  return { ...graph, initializers };
}
