import { encodeAll, encoderById } from "../encoder.ts";
import type { AsyncEncoder } from "./types.ts";

/** Texts between two reports of progress. */
const STEP = 256;

/** A built-in encoder behind the interface of all others. Throws InfluenceError unknown-encoder. */
export function builtInEncoder(id: string): AsyncEncoder {
  const encoder = encoderById(id);
  const { dims, specHash } = encoder;
  return {
    ...{ id, dims, specHash },
    async encodeAll(texts, onProgress) {
      const features = new Float64Array(texts.length * dims);
      for (let start = 0; start < texts.length; start += STEP) {
        const some = texts.slice(start, start + STEP);
        features.set(encodeAll(some, encoder), start * dims);
        onProgress?.(start + some.length);
      }
      return features;
    },
    close: async () => undefined,
  };
}
