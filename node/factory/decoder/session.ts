import { openGraph, type Provider } from "../../influence/graph/index.ts";
import type { Feeds, Graph, Tensor } from "../../influence/graph/types.ts";
import type { DecoderConfig } from "./config.ts";
import { DecoderError } from "./errors.ts";
import { decoderGraph } from "./graph.ts";
import { withWeights } from "./weights.ts";

/** A decoder that is ready to run. Blocks its thread while it does: outside tools use a worker. */
export interface DecoderSession {
  readonly config: DecoderConfig;
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

export interface DecoderOptions {
  readonly provider?: Provider;
  /** The graph to run instead of the plain decoder, with adapters injected say; it has an output "logits". */
  readonly graph?: Graph;
  /** Further inputs of that graph, by name. */
  readonly feeds?: Feeds;
}

/** Opens a decoder with its weights on the 2^-24 grid. Throws DecoderError bad-config, bad-bytes. */
export async function openDecoder(
  config: DecoderConfig,
  weights: Int32Array,
  options: DecoderOptions = {},
): Promise<DecoderSession> {
  const graph = withWeights(options.graph ?? decoderGraph(config), config, weights);
  const session = await openGraph(graph, options.provider);
  return {
    config,
    async logits(sequences) {
      const tokens = padded(config, sequences);
      const outputs = await session.run({ ...options.feeds, tokens }, ["logits"]);
      const { data } = outputs.logits as { data: Float64Array };
      const length = tokens.dims[1]!;
      return {
        at(sequence, position) {
          const start = (sequence * length + position) * config.vocab;
          return data.subarray(start, start + config.vocab);
        },
      };
    },
    release: () => session.release(),
  };
}

function padded({ context, vocab }: DecoderConfig, sequences: readonly (readonly number[])[]): Tensor {
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
