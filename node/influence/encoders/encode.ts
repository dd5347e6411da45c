import { InfluenceError } from "../errors.ts";
import { unitFeatures } from "./features.ts";
import { BATCH } from "./limits.ts";
import type { EncoderSession } from "./session.ts";
import type { TextTokenizer } from "./tokenizer.ts";

export interface EncodePorts {
  readonly tokenizer: TextTokenizer;
  readonly session: EncoderSession;
}

export interface EncodeOptions {
  readonly dims: number;
  readonly maxTokens: number;
  readonly onProgress?: ((done: number) => void) | undefined;
}

/**
 * Features of texts, n x dims. Texts of one token count run together, without padding, in batches: a text's vector comes
 * from the same products whatever it is batched with. Throws InfluenceError: not-finite, bad-shape.
 */
export async function encodeTexts(
  texts: readonly string[],
  { dims, maxTokens, onProgress }: EncodeOptions,
  { tokenizer, session }: EncodePorts,
): Promise<Float64Array> {
  const features = new Float64Array(texts.length * dims);
  const byLength = new Map<number, { readonly at: number; readonly ids: number[] }[]>();
  for (const [at, text] of texts.entries()) {
    const ids = tokenizer.encode(text, maxTokens);
    if (ids.length === 0) continue;
    const same = byLength.get(ids.length);
    if (same) same.push({ at, ids });
    else byLength.set(ids.length, [{ at, ids }]);
  }
  let done = texts.length - [...byLength.values()].reduce((sum, { length }) => sum + length, 0);
  for (const same of byLength.values()) {
    for (let start = 0; start < same.length; start += BATCH) {
      const batch = same.slice(start, start + BATCH);
      const vectors = await session.vectors(batch.map(({ ids }) => ids));
      for (const [i, { at }] of batch.entries()) features.set(featuresOf(vectors[i]!, dims, at), at * dims);
      onProgress?.((done += batch.length));
    }
  }
  return features;
}

function featuresOf(vector: Float64Array, dims: number, at: number): Float64Array {
  if (vector.length !== dims) {
    throw new InfluenceError("bad-shape", `encoder: ${vector.length} dimensions where its specification says ${dims}`);
  }
  const features = unitFeatures(vector);
  if (features) return features;
  throw new InfluenceError("not-finite", `encoder: text ${at} gets a vector that is not finite`);
}
