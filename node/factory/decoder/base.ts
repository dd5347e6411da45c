import { utf8Bytes } from "../../../chain/crypto/tagged.ts";
import { encodeGraph } from "../../influence/graph/index.ts";
import { openTokenizer } from "../../tokens/tokenizer.ts";
import { trainBpe } from "./bpe.ts";
import type { DecoderConfig } from "./config.ts";
import { decoderGraph } from "./graph.ts";
import { initialWeights, withWeights } from "./weights.ts";

/** A decoder to start from: what a job's manifest names by hash. */
export interface DecoderBase {
  readonly config: DecoderConfig;
  /** ONNX model with the loss head and its initial weights. */
  readonly graph: Uint8Array;
  /** tokenizer.json. */
  readonly tokenizer: Uint8Array;
}

/**
 * A new decoder for a corpus: its vocabulary is learnt from the texts, its weights are drawn from the seed. The same bytes
 * on every machine. Throws DecoderError bad-config, bad-corpus.
 */
export function newDecoder(texts: Iterable<string>, wanted: DecoderConfig, seed: Uint8Array): DecoderBase {
  const tokenizer = utf8Bytes(JSON.stringify(trainBpe(texts, { vocab: wanted.vocab })));
  const config = { ...wanted, vocab: openTokenizer(tokenizer).size };
  const graph = withWeights(decoderGraph(config, "loss"), config, initialWeights(config, seed));
  return { config, graph: encodeGraph(graph), tokenizer };
}
