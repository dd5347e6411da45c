import { GraphError } from "../graph/errors.ts";
import { loadGraph, toFloat64 } from "../graph/index.ts";
import type { Graph } from "../graph/types.ts";
import type { Provider } from "../session.ts";
import { encodeTexts } from "./encode.ts";
import { EncoderError } from "./errors.ts";
import { inspectGraph } from "./inspect.ts";
import { openEncoderSession } from "./session.ts";
import { specOf } from "./spec.ts";
import { loadTokenizer } from "./tokenizer.ts";
import type { AsyncEncoder, EncoderFiles } from "./types.ts";

const OPSET = "export the model again with an operator set in that range: opset_version=17, say";
const NEXT = "export the model again: torch.onnx.export of the encoder alone, float32, weights inside the file";

/** An operator that is not there belongs to a node; without one the whole operator set is another. */
function nextStep({ code, op }: GraphError): string {
  if (code !== "unsupported-operator") return NEXT;
  return op === undefined ? OPSET : "node/influence/graph/README.md lists the operators";
}

/** An encoder's graph in float64. Throws EncoderError bad-graph with what the loader says: the operator and its node. */
export function encoderGraph(bytes: Uint8Array): Graph {
  try {
    return toFloat64(loadGraph(bytes));
  } catch (cause) {
    if (!(cause instanceof GraphError)) throw cause;
    throw new EncoderError("bad-graph", `encoder graph: ${cause.message}`, nextStep(cause), { cause });
  }
}

/**
 * Opens an encoder in the calling thread, which its runs block: use it in a worker.
 * Throws EncoderError: bad-spec, bad-graph, bad-input, bad-output, bad-tokenizer, tokenizer-mismatch.
 */
export async function openEncoder(
  files: EncoderFiles,
  options: { readonly provider?: Provider } = {},
): Promise<AsyncEncoder> {
  const { id, specHash, dims, maxTokens, output, pooling } = specOf(files);
  const graph = encoderGraph(files.graph);
  const shape = inspectGraph(graph, { output, pooling });
  const tokenizer = loadTokenizer(files.tokenizer);
  checkFit(tokenizer.maxId, shape.embeddingRows);
  const session = await openEncoderSession(graph, shape, { ...options, padId: tokenizer.padId });
  const longest = Math.min(maxTokens, shape.sequence ?? maxTokens);
  return {
    ...{ id, dims, specHash },
    encodeAll: (texts, onProgress) =>
      encodeTexts(texts, { dims, maxTokens: longest, onProgress }, { tokenizer, session }),
    close: () => session.release(),
  };
}

/** Throws EncoderError tokenizer-mismatch. */
export function checkFit(maxId: number, rows: number | undefined): void {
  if (rows === undefined || maxId < rows) return;
  throw new EncoderError(
    "tokenizer-mismatch",
    `the tokenizer gives ids up to ${maxId}, the graph has embeddings for ids below ${rows}`,
    "give the tokenizer.json that belongs to this graph",
  );
}
