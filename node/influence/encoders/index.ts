export { builtInEncoder } from "./built-in.ts";
export { type CheckedEncoder, checkEncoder, readEncoderFile } from "./check.ts";
export { EncoderError, type EncoderErrorCode } from "./errors.ts";
export { MAX_GRAPH_BYTES, MAX_TOKENIZER_BYTES } from "./limits.ts";
export { openEncoder } from "./open.ts";
export { encoderInThreads, encoderSpecHash, resolveEncoder } from "./resolve.ts";
export { type CheckedSpec, decodeSpec, encodeSpec, isGraphEncoder, specOf } from "./spec.ts";
export { encodersFrom } from "./threads.ts";
export type { AsyncEncoder, EncoderFiles } from "./types.ts";
