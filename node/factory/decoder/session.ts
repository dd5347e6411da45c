import { inferShapes, openGraph, type Provider } from "../../influence/graph/index.ts";
import type { Feeds, Graph, Tensor } from "../../influence/graph/types.ts";
import type { DecoderConfig } from "./config.ts";
import { DecoderError } from "./errors.ts";
import { decoderGraph } from "./graph.ts";
import { withWeights } from "./weights.ts";

/** A generator that is ready to run. Blocks its thread while it does: outside tools use a worker. */
export interface DecoderSession {
  /** Longest sequence. */
  readonly context: number;
  readonly vocab: number;
  /**
   * Logits of every position of every sequence. Sequences are padded behind to the longest, which causal attention never
   * looks at. Throws DecoderError bad-prompt.
   */
  logits(sequences: readonly (readonly number[])[]): Promise<Logits>;
  release(): Promise<void>;
}

/** Read-only view: logits of one position, vocab long. */
export interface Logits {
  at(sequence: number, position: number): Float64Array;
}

export interface GeneratorOptions {
  readonly context: number;
  readonly provider?: Provider;
  /** Inputs of the graph besides tokens: the factors of an adapter. */
  readonly feeds?: Feeds;
}

/** Opens a decoder with its weights on the 2^-24 grid. Throws DecoderError bad-config, bad-bytes. */
export function openDecoder(
  config: DecoderConfig,
  weights: Int32Array,
  options: { readonly provider?: Provider } = {},
): Promise<DecoderSession> {
  return openGenerator(withWeights(decoderGraph(config), config, weights), { ...options, context: config.context });
}

/**
 * Opens any graph with an input tokens int64 [batch, sequence] and an output logits [batch, sequence, vocab]; what only a
 * loss needs is left out. Throws DecoderError bad-config, GraphError.
 */
export async function openGenerator(graph: Graph, options: GeneratorOptions): Promise<DecoderSession> {
  const { context, feeds } = options;
  const pruned = logitsOnly(graph);
  const vocab = vocabOf(pruned);
  const session = await openGraph(pruned, options.provider);
  return {
    context,
    vocab,
    async logits(sequences) {
      const tokens = padded({ context, vocab }, sequences);
      const outputs = await session.run({ ...feeds, tokens }, ["logits"]);
      const { data } = outputs.logits as { data: Float64Array };
      const length = tokens.dims[1]!;
      return {
        at(sequence, position) {
          const start = (sequence * length + position) * vocab;
          return data.subarray(start, start + vocab);
        },
      };
    },
    release: () => session.release(),
  };
}

/** The part of a graph that its logits need. */
function logitsOnly(graph: Graph): Graph {
  const outputs = graph.outputs.filter(({ name }) => name === "logits");
  if (outputs.length === 0) throw new DecoderError("bad-config", "the graph has no output logits");
  const needed = new Set(["logits"]);
  const nodes = graph.nodes.toReversed().filter((node) => {
    if (!node.outputs.some((output) => needed.has(output))) return false;
    for (const input of node.inputs) needed.add(input);
    return true;
  });
  const inputs = graph.inputs.filter(({ name }) => needed.has(name));
  const initializers = new Map([...graph.initializers].filter(([name]) => needed.has(name)));
  return { ...graph, inputs, initializers, outputs, nodes: nodes.reverse() };
}

function vocabOf(graph: Graph): number {
  const dims = inferShapes(graph).get("logits")?.dims ?? [];
  const vocab = dims[2];
  if (dims.length === 3 && typeof vocab === "number") return vocab;
  throw new DecoderError("bad-config", `the graph's logits are [${dims.join(", ")}], not [batch, sequence, vocab]`);
}

function padded(
  { context, vocab }: Pick<DecoderSession, "context" | "vocab">,
  sequences: readonly (readonly number[])[],
): Tensor {
  const length = sequences.reduce((longest, tokens) => Math.max(longest, tokens.length), 0);
  if (length < 1 || length > context) {
    throw new DecoderError("bad-prompt", `a sequence of ${length} tokens; the decoder takes 1 to ${context}`);
  }
  const data = new BigInt64Array(sequences.length * length);
  for (const [row, tokens] of sequences.entries()) {
    for (const [i, token] of tokens.entries()) {
      if (!Number.isInteger(token) || token < 0 || token >= vocab) {
        throw new DecoderError("bad-prompt", `token ${token} is outside the vocabulary of ${vocab}`);
      }
      data[row * length + i] = BigInt(token);
    }
  }
  return { dtype: "int64", dims: [sequences.length, length], data };
}
