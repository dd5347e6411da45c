import { encoderById } from "../encoder.ts";
import { InfluenceError } from "../errors.ts";
import type { Provider } from "../session.ts";
import { builtInEncoder } from "./built-in.ts";
import { isGraphEncoder, specOf } from "./spec.ts";
import { type EncoderThreads, encodersFrom } from "./threads.ts";
import type { AsyncEncoder, EncoderFiles } from "./types.ts";

/**
 * The hash that names the features of a model's encoder: of the built-in algorithm, or of the specification among the
 * files, which must fit id and files. Throws InfluenceError unknown-encoder, hash-mismatch; EncoderError bad-spec.
 */
export function encoderSpecHash(id: string, files: EncoderFiles | undefined): Uint8Array {
  if (!isGraphEncoder(id)) return encoderById(id).specHash;
  const spec = specOf(requireFiles(id, files));
  if (spec.id !== id)
    throw new InfluenceError("hash-mismatch", `model: its encoder is ${id}, the files are ${spec.id}`);
  return spec.specHash;
}

/**
 * Opens a model's encoder in the calling thread; graph code is loaded only when there is a graph.
 * Throws what encoderSpecHash and openEncoder throw.
 */
export async function resolveEncoder(
  id: string,
  files: EncoderFiles | undefined,
  options: { readonly provider?: Provider } = {},
): Promise<AsyncEncoder> {
  if (!isGraphEncoder(id)) return builtInEncoder(id);
  const needed = requireFiles(id, files);
  const { openEncoder } = await import("./open.ts");
  return openEncoder(needed, options);
}

function requireFiles(id: string, files: EncoderFiles | undefined): EncoderFiles {
  if (files) return files;
  throw new InfluenceError(
    "unknown-encoder",
    `the encoder ${id} is a graph: its specification, graph and tokenizer are needed`,
  );
}

/** The same in threads of its own. Throws what encoderSpecHash throws; graph and tokenizer are found wanting on use. */
export function encoderInThreads(
  id: string,
  files: EncoderFiles | undefined,
  options: EncoderThreads = {},
): AsyncEncoder {
  return isGraphEncoder(id) ? encodersFrom(requireFiles(id, files), options) : builtInEncoder(id);
}
