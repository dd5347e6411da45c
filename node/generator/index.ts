export { GeneratorError, type GeneratorErrorCode } from "./errors.ts";
export { GeneratorPool, type GeneratorPoolOptions, isFinal } from "./pool.ts";
export { fetchGenerator, type GeneratorSource, Generators, isGenerator } from "./registered.ts";
export {
  checkGenerationRequest,
  type GenerationRequest,
  generationRequest,
} from "./request.ts";
export type { CheckedAnswer, GeneratedAnswer, GenerationAttribution, GeneratorBlobs, GeneratorRow } from "./types.ts";
