import { toHex } from "../../chain/crypto/bytes.ts";
import { checkEncoder, readEncoderFile } from "../../node/influence/encoders/index.ts";
import type { Pooling } from "../../node/influence/encoders/inspect.ts";
import { saveEncoder } from "./encoder-folder.ts";
import type { Progress } from "./progress.ts";

export interface EncoderSource {
  readonly onnx: string;
  readonly tokenizer: string;
  readonly out: string;
  readonly output?: string | undefined;
  readonly pooling?: Pooling | undefined;
  readonly maxTokens?: number | undefined;
}

export interface AddedEncoder {
  readonly id: string;
  readonly specHash: string;
  readonly graphHash: string;
  readonly tokenizerHash: string;
  readonly output: string;
  readonly pooling: string;
  readonly dims: number;
  readonly maxTokens: number;
  readonly vocabulary: { readonly tokens: number; readonly embeddings: number | null };
  readonly provider: string;
  readonly millisecondsPerText: number;
}

/** Checks an exported encoder by running it, and keeps it in a folder. Throws EncoderError. */
export async function addEncoder(source: EncoderSource, progress: Progress): Promise<AddedEncoder> {
  const graph = readEncoderFile(source.onnx, "graph");
  const tokenizer = readEncoderFile(source.tokenizer, "tokenizer");
  progress.note(`trying the encoder: ${graph.length} bytes`);
  const { output, pooling, maxTokens } = source;
  const choice = {
    ...(output === undefined ? {} : { output }),
    ...(pooling === undefined ? {} : { pooling }),
    ...(maxTokens === undefined ? {} : { maxTokens }),
  };
  const checked = await checkEncoder({ graph, tokenizer }, choice);
  saveEncoder(source.out, checked.files);
  const { spec, provider } = checked;
  return {
    ...{ id: spec.id, specHash: toHex(spec.specHash), graphHash: toHex(spec.graphHash) },
    ...{ tokenizerHash: toHex(spec.tokenizerHash), output: spec.output, pooling: spec.pooling, dims: spec.dims },
    ...{
      maxTokens: spec.maxTokens,
      vocabulary: { tokens: checked.vocabulary.tokens, embeddings: checked.vocabulary.embeddings ?? null },
      provider,
      millisecondsPerText: Math.round(1000 * checked.millisecondsPerText) / 1000,
    },
  };
}
