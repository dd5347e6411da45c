import type { Generation } from "../../modules/inference/ids.ts";
import { MAX_ANSWER_TOKENS, MAX_PROMPT_TOKENS } from "../../modules/inference/limits.ts";
import type { InferenceInput } from "../../proto/gen/openledger/inference/v1.ts";
import { END_ID, promptTokens } from "../factory/decoder/index.ts";
import { MOST_TEMPERATURE, TEMPERATURE_BITS } from "../factory/decoder/noise.ts";
import type { TextTokenizer } from "../tokens/tokenizer.ts";
import { GeneratorError } from "./errors.ts";

/** Characters of a text: many times what is read, little enough for any tokenizer. */
export const MOST_CHARACTERS = 65_536;

/** A text, and how it is to be continued: temperature in units of 2^-10; a seed of 32 bytes above temperature 0, none at it. */
export interface GenerationRequest extends Generation {
  readonly text: string;
}

/** A request as the decoder takes it. */
export interface Prompted {
  readonly prompt: readonly number[];
  /** Tokens of the text that are read: what a request pays for. */
  readonly tokensIn: number;
  readonly options: {
    readonly maxTokens: number;
    readonly temperature: number;
    readonly seed: Uint8Array;
    readonly end: number;
  };
}

const TEMPERATURE_ONE = 2 ** TEMPERATURE_BITS;
const SEED_BYTES = 32;
/** Greedy answers read no seed. */
const NO_SEED = new Uint8Array(SEED_BYTES);

export function generationRequest({ text, maxTokens, temperature, seed }: InferenceInput): GenerationRequest {
  return { text, maxTokens, temperature, seed };
}

/** Throws GeneratorError bad-request for what no generator, or none of this context, answers. */
export function checkGenerationRequest(request: Generation, context: number): void {
  const { maxTokens, temperature, seed } = request;
  const most = Math.min(MAX_ANSWER_TOKENS, context - 1);
  if (!(maxTokens >= 1 && maxTokens <= most))
    refuse(`${maxTokens} tokens of answer; this generator gives 1 to ${most}`);
  if (!(temperature >= 0 && temperature <= MOST_TEMPERATURE * TEMPERATURE_ONE)) {
    refuse(`a temperature of ${temperature} / ${TEMPERATURE_ONE}; at most ${MOST_TEMPERATURE}`);
  }
  const bytes = temperature === 0 ? 0 : SEED_BYTES;
  if (seed.length !== bytes) refuse(`a seed of ${seed.length} bytes; at this temperature it has ${bytes}`);
}

/** Throws GeneratorError bad-request. */
export function prompted(
  request: GenerationRequest,
  tokenizer: Pick<TextTokenizer, "encode">,
  context: number,
): Prompted {
  checkGenerationRequest(request, context);
  if (request.text.length > MOST_CHARACTERS)
    refuse(`a text of ${request.text.length} characters; at most ${MOST_CHARACTERS}`);
  const { maxTokens, temperature, seed } = request;
  const ids = tokenizer.encode(request.text).slice(-MAX_PROMPT_TOKENS);
  const prompt = promptTokens(ids, { context, maxTokens, end: END_ID });
  return {
    prompt,
    tokensIn: prompt.length - 1,
    options: {
      ...{ maxTokens, end: END_ID, temperature: temperature / TEMPERATURE_ONE },
      seed: temperature === 0 ? NO_SEED : seed,
    },
  };
}

function refuse(what: string): never {
  throw new GeneratorError("bad-request", what);
}
